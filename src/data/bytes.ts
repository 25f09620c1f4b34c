import { WhittleError } from '../base/errors';
import { gunzip } from './gzip';
import { checkUnpacked } from './limits';
import type { DataFile } from './types';

const WINDOW = 2 ** 16;
const WINDOWS = 64;
/** Bytes of a text that is read whole: a line of 100 bytes for each of ImageNet's 1.3 million images. */
const MOST_TEXT = 2 ** 27;

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
    for (let at = offset; at < end;) {
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

/** Unpacked bytes that are handed to a Blob together, which browsers may keep on disk. */
const BATCH = 2 ** 23;

/**
 * The file, unpacked where it is gzip (told by its first bytes, not by its name). Throws `bad-data` where the gzip stream is broken or cut
 * off, and as soon as it gives more than the file's limits.
 */
export async function unpacked(file: DataFile): Promise<Blob> {
  const blob = await file.blob();
  if (!(await isGzip(blob))) return blob;
  const limited = (bytes: number): void => checkUnpacked(`"${file.path}" unpacks to at least`, blob.size, bytes, file.limits);
  await tryOut(file.path, blob, limited);
  const batches: Blob[] = [];
  let batch: Uint8Array<ArrayBuffer>[] = [];
  let [bytes, pending] = [0, 0];
  const close = (): void => {
    batches.push(new Blob(batch));
    batch = [];
    pending = 0;
  };
  for await (const piece of gunzip(file.path, new BlobBytes(blob))) {
    bytes += piece.length;
    limited(bytes);
    batch.push(piece);
    pending += piece.length;
    if (pending >= BATCH) close();
  }
  close();
  return new Blob(batches);
}

/** The first bytes of the file, unpacked where it is gzip, without unpacking the rest; fewer where it ends before. */
export async function headOf(file: DataFile, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await file.blob();
  if (!(await isGzip(blob))) return bytesOf(blob.slice(0, length));
  const head = new Uint8Array(length);
  let at = 0;
  for await (const piece of gunzip(file.path, new BlobBytes(blob))) {
    const part = piece.subarray(0, length - at);
    head.set(part, at);
    at += part.length;
    if (at === length) break;
  }
  return head.subarray(0, at);
}

/**
 * Counts what a gzip file holds, without keeping any of it, where its end says that it is over the limits: what is behind the last member
 * may say so too.
 */
async function tryOut(path: string, blob: Blob, limited: (bytes: number) => void): Promise<void> {
  const end = await bytesOf(blob.slice(-4));
  if (end.length < 4) return;
  try {
    limited(new DataView(end.buffer).getUint32(0, true));
  } catch {
    let bytes = 0;
    for await (const piece of gunzip(path, new BlobBytes(blob))) limited((bytes += piece.length));
  }
}

async function isGzip(blob: Blob): Promise<boolean> {
  const [a, b] = await bytesOf(blob.slice(0, 2));
  return a === 0x1f && b === 0x8b;
}

/** The whole of a small file as text, unpacked where it is gzip. */
export async function textOf(file: DataFile): Promise<string> {
  const blob = await unpacked(file);
  if (blob.size > MOST_TEXT)
    throw new WhittleError(
      'bad-data',
      `"${file.path}" has ${blob.size} bytes; a list of labels or names may have ${MOST_TEXT}.`,
      'Give the labels as npy, or compare the card with the files.',
    );
  return blob.text();
}

/** All of it in memory: for what is known to be small. Rejects where the file has changed or gone since it was given. */
export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}
