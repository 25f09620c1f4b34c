/** Files of the disk, as the engine takes them: blobs whose bytes stay where they are until somebody asks. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openAsBlob, openSync, readSync } from 'node:fs';
import { basename, parse, relative, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WhittleError } from '../../base/errors';
import { StoredBytes, type StoredFile } from '../../base/stored-bytes';
import { IN_MEMORY, type FileAccess } from '../worker/file-access';

const known = new WeakMap<Blob, StoredFile>();

/** A file that is read when it is needed. Throws the system's error. */
export async function blobAt(path: string): Promise<Blob> {
  const stored = storedFile(path);
  const blob = await stored.blob();
  known.set(blob, stored);
  return blob;
}

/** Files that `blobAt` gave stay on the disk. */
export const ON_DISK: FileAccess = {
  mostBytes: Infinity,
  async bytesOf(blob) {
    const file = known.get(blob);
    return file ? new StoredBytes(file) : IN_MEMORY.bytesOf(blob);
  },
  async hash(bytes, signal) {
    const hash = createHash('sha256');
    const piece = new Uint8Array(Math.min(PIECE_BYTES, bytes.length));
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const part = bytes.subarray(at, Math.min(at + PIECE_BYTES, bytes.length));
      hash.update(part instanceof StoredBytes ? part.readInto(piece.subarray(0, part.length)) : part);
      await nextTurn();
      signal.throwIfAborted();
    }
    return hash.digest('hex');
  },
};

const PIECE_BYTES = 8 * 2 ** 20;

/** The file as it is now: one that is changed or replaced is not read further. */
export function storedFile(path: string): StoredFile {
  const whole = resolve(path);
  const { root } = parse(whole);
  let blob: Promise<Blob> | null = null;
  const first = opened(whole, (file) => fstatSync(file));
  return {
    path: whole,
    root,
    location: relative(root, whole),
    size: first.size,
    blob: () => (blob ??= openAsBlob(whole)),
    read(target, position) {
      opened(whole, (file) => {
        const { ino, size, mtimeMs } = fstatSync(file);
        if (ino !== first.ino || size !== first.size || mtimeMs !== first.mtimeMs) throw changed(path);
        for (let done = 0; done < target.length;) {
          const read = readSync(file, target, done, target.length - done, position + done);
          if (read === 0) throw changed(path);
          done += read;
        }
      });
    },
  };
}

function opened<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function changed(path: string): WhittleError {
  return new WhittleError('bad-model', `"${basename(path)}" was changed while it was open.`, 'Open it again once it is whole.');
}
