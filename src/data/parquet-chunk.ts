import type { SchemaElement } from 'hyparquet';
import { WhittleError } from '../base/errors';

/** A column of the schema that holds values. */
export interface Leaf {
  readonly element: SchemaElement;
  /** Whether a row may have several values of it. */
  readonly repeated: boolean;
  /** Whether it lies in another. */
  readonly nested: boolean;
  /** Highest levels. */
  readonly repetition: number;
  readonly definition: number;
}

/** Where a column's values of one row group lie. */
export interface Chunk {
  /** "row group 0, column "image.bytes"", for messages. */
  readonly what: string;
  readonly leaf: Leaf;
  readonly codec: string;
  readonly start: number;
  readonly length: number;
  readonly values: number;
  /** Bytes of the index of its pages; null without one. */
  readonly index: readonly [number, number] | null;
}

/** `bad-data` for a file that is no Parquet or a damaged one. @param why a clause, with or without its full stop. */
export function damaged(path: string, why: string, cause?: unknown): WhittleError {
  return new WhittleError(
    'bad-data',
    `"${path}" cannot be read as Parquet: ${why.replace(/\.+$/, '')}.`,
    'Download the file again.',
    cause === undefined ? {} : { cause },
  );
}
