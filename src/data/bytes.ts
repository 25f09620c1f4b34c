import { WhittleError } from '../base/errors';
import type { DataFile } from './types';

const WINDOW = 2 ** 16;
const WINDOWS = 64;

/**
 * Reads parts of a blob on demand. Small reads come out of windows of 64 KiB, of which the last 64 used are kept (4 MiB): neighbouring
 * samples cost one read of the blob together, and memory does not grow with the file.
 */
export class BlobBytes {
  readonly size: number;
  private readonly blob: Blob;
  private readonly windows = new Map<number, Promise<Uint8Array>>();

  constructor(blob: Blob) {
    this.blob = blob;
    this.size = blob.size;
  }

  /** A copy of `length` bytes from `offset`; fewer where the blob ends before. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const end = Math.min(offset + length, this.size);
    if (end - offset > WINDOW) return bytesOf(this.blob.slice(offset, end));
    const out = new Uint8Array(Math.max(0, end - offset));
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / WINDOW);
      const window = await this.window(index);
      const part = window.subarray(at - index * WINDOW, Math.min(end - index * WINDOW, WINDOW));
      out.set(part, at - offset);
      at = (index + 1) * WINDOW;
    }
    return out;
  }

  private window(index: number): Promise<Uint8Array> {
    const known = this.windows.get(index);
    const window = known ?? bytesOf(this.blob.slice(index * WINDOW, Math.min((index + 1) * WINDOW, this.size)));
    // A Map keeps insertion order: re-inserting makes the first key the one unused for longest.
    this.windows.delete(index);
    this.windows.set(index, window);
    const oldest = this.windows.keys().next();
    if (this.windows.size > WINDOWS && oldest.done === false) this.windows.delete(oldest.value);
    return window;
  }
}

/**
 * The file, unpacked where it is gzip (told by its first bytes, not by its name). The unpacked bytes become a Blob, which browsers
 * may keep on disk. Throws `bad-data` where the gzip stream is broken or cut off.
 */
export async function unpacked(file: DataFile): Promise<Blob> {
  const blob = await file.blob();
  const [a, b] = await bytesOf(blob.slice(0, 2));
  if (a !== 0x1f || b !== 0x8b) return blob;
  try {
    return await new Response(blob.stream().pipeThrough(new DecompressionStream('gzip'))).blob();
  } catch (cause) {
    throw new WhittleError('bad-data', `"${file.path}" is a gzip file that cannot be unpacked: it is damaged or cut off.`, 'Fetch the file again.', { cause });
  }
}

/** The whole of a small file as text, unpacked where it is gzip. */
export async function textOf(file: DataFile): Promise<string> {
  return (await unpacked(file)).text();
}

export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}
