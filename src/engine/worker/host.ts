import type { DecodeImage } from '../../data/decode';
import type { Compressor } from './compressor';
import type { FileAccess } from './file-access';
import type { Keeper } from './lasting';
import type { Platform } from './platform';

/** What the place that the engine runs in brings: a browser's worker, or a process of Node. */
export interface Host {
  /** A device to compute on and a runtime over it; asked for again after a loss. */
  readonly acquire: () => Promise<Omit<Platform, 'lost'>>;
  readonly decode: DecodeImage;
  readonly files: FileAccess;
  readonly startCompressor: () => Compressor;
  /** Whether files are compressed for their size as they are opened and written; else only where sizes are asked for. */
  readonly compresses: boolean;
  /** Where results go that took long. */
  readonly keeper: Keeper;
  /** What runs the engine, in words: "Chrome 156". */
  readonly product: string;
}
