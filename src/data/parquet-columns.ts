import type { FileMetaData } from 'hyparquet';
import { WhittleError } from '../base/errors';
import { labelColumnOf } from './labels';

export interface Columns {
  readonly image: string;
  /** null without labels. */
  readonly label: string | null;
  /** Names of the label's classes, where the file tells them. */
  readonly names: readonly string[] | null;
}

interface Feature {
  readonly type: string;
  readonly names: readonly string[] | null;
}

/**
 * Which columns hold the images and the labels: as the "huggingface" metadata says (features of type Image and ClassLabel), else
 * the first column that can be an image, and the one with a label's name. Throws `bad-data` where none can be an image.
 */
export function columnsOf(path: string, metadata: FileMetaData): Columns {
  const features = huggingface(metadata);
  const columns = topColumns(metadata);
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const image =
    [...features].find(([name, feature]) => feature.type === 'Image' && has(name))?.[0] ?? columns.find((column) => column.binary)?.name;
  if (image === undefined) {
    throw new WhittleError(
      'bad-data',
      `"${path}" has no column of images; its columns are ${shownNames(columns)}.`,
      'Give a file with a column of encoded images ("bytes").',
    );
  }
  const classed = [...features].find(([name, feature]) => feature.type === 'ClassLabel' && has(name));
  const named = labelColumnOf(columns.map((column) => column.name.toLowerCase()));
  return {
    image,
    label: classed?.[0] ?? (named === null ? null : (columns[named]?.name ?? null)),
    names: classed?.[1].names ?? null,
  };
}

function shownNames(columns: readonly TopColumn[]): string {
  const names = columns.map((column) => column.name).join(', ');
  return names.length > NAMED ? `${names.slice(0, NAMED)}…` : names;
}

/** Characters of the columns' names in a message. */
const NAMED = 200;

interface TopColumn {
  readonly name: string;
  /** Bytes that are no text, or a struct that holds such. */
  readonly binary: boolean;
}

/** Columns of the table; structs (a schema is a list, depth first) as one each. */
function topColumns({ schema }: FileMetaData): TopColumn[] {
  const columns: TopColumn[] = [];
  const wanted = schema[0]?.num_children ?? 0;
  for (let at = 1; at < schema.length && columns.length < wanted;) {
    const end = endOf(schema, at);
    const leaves = schema.slice(at, end);
    const binary = leaves.some(
      (leaf) =>
        leaf.type === 'BYTE_ARRAY' &&
        leaf.converted_type === undefined &&
        leaf.logical_type === undefined &&
        (leaves.length === 1 || leaf.name === 'bytes'),
    );
    columns.push({ name: schema[at]?.name ?? '', binary });
    at = end;
  }
  return columns;
}

function endOf(schema: FileMetaData['schema'], at: number): number {
  let end = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) end = endOf(schema, end);
  return end;
}

/** The features that Hugging Face's datasets wrote beside the columns; none where there are none or they cannot be read. */
function huggingface(metadata: FileMetaData): ReadonlyMap<string, Feature> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  try {
    const features: unknown = Object(JSON.parse(text ?? '{}'))?.info?.features;
    return new Map(Object.entries(Object(features)).map(([name, feature]) => [name, featureOf(feature)]));
  } catch {
    return new Map();
  }
}

function featureOf(value: unknown): Feature {
  const fields = new Map(Object.entries(Object(value)));
  const names: unknown = fields.get('names');
  return { type: String(fields.get('_type')), names: Array.isArray(names) ? names.map(String) : null };
}
