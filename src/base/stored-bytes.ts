/** A file that is read at any place without holding the rest of it. */
export interface StoredFile {
  /** Where a runtime of the same process finds it: `location` in the folder `root`, the outermost of all. */
  readonly path: string;
  readonly root: string;
  readonly location: string;
  readonly size: number;
  /** The same bytes for what takes blobs, read when they are asked for. */
  blob(): Promise<Blob>;
  /** Fills `target` from this place on. Throws where the file changed since it was opened, or cannot be read. */
  read(target: Uint8Array, position: number): void;
}

/** A stretch of a file, whose bytes are read each time that they are asked for: nothing of it is held. */
export class StoredBytes {
  readonly file: StoredFile;
  readonly offset: number;
  readonly length: number;

  constructor(file: StoredFile, offset = 0, length = file.size - offset) {
    this.file = file;
    this.offset = offset;
    this.length = length;
  }

  /** Whether it is all of the file. */
  get isWhole(): boolean {
    return this.length === this.file.size;
  }

  /** As of a typed array. @param to at most `length`. */
  subarray(from: number, to = this.length): StoredBytes {
    return new StoredBytes(this.file, this.offset + from, to - from);
  }

  /** Fills `target` with the first bytes of the stretch, and gives it. */
  readInto<T extends Uint8Array>(target: T): T {
    this.file.read(target, this.offset);
    return target;
  }
}

/** Bytes in memory, or in a file. */
export type Bytes = Uint8Array<ArrayBuffer> | StoredBytes;

/** The bytes themselves where they are in memory, else a copy of their own. */
export function loaded<T extends Uint8Array>(bytes: T | StoredBytes): T | Uint8Array<ArrayBuffer> {
  return bytes instanceof StoredBytes ? bytes.readInto(new Uint8Array(bytes.length)) : bytes;
}

/** One blob of all of them. What lies in a file stays there until the blob is read. */
export async function blobOf(parts: readonly Bytes[], type = ''): Promise<Blob> {
  const [only] = parts;
  if (parts.length === 1 && only instanceof StoredBytes && only.isWhole) return only.file.blob();
  const each = parts.map(async (part) =>
    part instanceof Uint8Array ? part : (await part.file.blob()).slice(part.offset, part.offset + part.length),
  );
  return new Blob(await Promise.all(each), { type });
}
