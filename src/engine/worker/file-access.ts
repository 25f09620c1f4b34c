import { sha256 } from '../../base/sha256';
import { loaded, type Bytes } from '../../base/stored-bytes';

/** How files that were given are read. */
export interface FileAccess {
  /** The largest file whose bytes can be had. */
  readonly mostBytes: number;
  /** A file's bytes: in memory, or where they are. */
  bytesOf(blob: Blob): Promise<Bytes>;
  /** Their SHA-256 as lower-case hex. Stops when the signal fires. */
  hash(bytes: Bytes, signal: AbortSignal): Promise<string>;
}

/** Files read whole. */
export const IN_MEMORY: FileAccess = {
  // One array's limit, and protobuf's.
  mostBytes: 2 ** 31 - 1,
  bytesOf: async (blob) => new Uint8Array(await blob.arrayBuffer()),
  hash: (bytes, signal) => sha256(loaded(bytes), signal),
};
