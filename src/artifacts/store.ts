import { sha256 } from '../base/sha256';
import type { Artifacts, Shelf, ShelfFile } from './types';

/** Room for the fits of some tens of settings of models of tens of millions of weights. */
export const BUDGET_BYTES = 2 ** 30;
/** A larger one would push out too much else. */
const LARGEST_PART = 0.5;

/**
 * Artifacts on a shelf. A file's name is the SHA-256 of its key; it holds the SHA-256 of key and bytes, then the bytes, and is believed
 * only where they agree.
 * @param shelf null where the platform has none: nothing is kept then.
 */
export function createArtifacts(shelf: Promise<Shelf | null>, budgetBytes = BUDGET_BYTES): Artifacts {
  const onShelf = async <T>(work: (shelf: Shelf) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      const there = await shelf;
      return there === null ? otherwise : await work(there);
    } catch {
      // Storage may be refused, full, or another's at this moment. It is only ever a saving of time.
      return otherwise;
    }
  };
  return {
    available: () => onShelf(() => Promise.resolve(true), false),
    get: (key) =>
      onShelf(async (there) => {
        const name = await nameOf(key);
        const file = await there.read(name);
        if (file === null) return null;
        const bytes = file.slice(SUM_BYTES);
        if (!sameBytes(file.subarray(0, SUM_BYTES), await sumOf(key, bytes))) {
          await there.remove(name);
          return null;
        }
        await there.touch(name).catch(() => {});
        return bytes;
      }, null),
    put: (key, bytes) =>
      onShelf(async (there) => {
        const size = SUM_BYTES + bytes.length;
        if (size > budgetBytes * LARGEST_PART) return;
        const name = await nameOf(key);
        const sum = await sumOf(key, bytes);
        for (const file of tooMany(await there.list(), budgetBytes - size)) await there.remove(file.name).catch(() => {});
        await there.write(name, [sum, bytes]);
      }, undefined),
    remove: (key) => onShelf(async (there) => there.remove(await nameOf(key)), undefined),
    usage: async () => {
      const files = await onShelf<readonly ShelfFile[]>((there) => there.list(), []);
      return { entries: files.length, bytes: sizeOf(files), budgetBytes };
    },
    clear: () =>
      onShelf(async (there) => {
        for (const { name } of await there.list()) await there.remove(name).catch(() => {});
      }, undefined),
  };
}

const SUM_BYTES = 32;
/** Nobody waits so long for a hash that it need be stopped. */
const NEVER = new AbortController().signal;

function nameOf(key: string): Promise<string> {
  return sha256(new TextEncoder().encode(key), NEVER);
}

/** Of key and bytes, so that a file under another's name is not believed. */
async function sumOf(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const both = `${await nameOf(key)} ${await sha256(bytes, NEVER)}`;
  const hex = await sha256(new TextEncoder().encode(both), NEVER);
  return Uint8Array.from({ length: SUM_BYTES }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Those used least recently that have to go for the others to fit. */
function tooMany(files: readonly ShelfFile[], budgetBytes: number): ShelfFile[] {
  let left = sizeOf(files);
  return files
    .toSorted((a, b) => a.usedAt - b.usedAt)
    .filter(({ bytes }) => {
      if (left <= budgetBytes) return false;
      left -= bytes;
      return true;
    });
}

function sizeOf(files: readonly ShelfFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
