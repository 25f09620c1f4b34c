import type { Shelf } from './types';

/** A shelf that is gone with the process. */
export function memoryShelf(now: () => number = Date.now): Shelf {
  const files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; usedAt: number }>();
  return {
    list: () => Promise.resolve([...files].map(([name, { bytes, usedAt }]) => ({ name, bytes: bytes.length, usedAt }))),
    read: (name) => Promise.resolve(files.get(name)?.bytes.slice() ?? null),
    async write(name, parts) {
      files.set(name, { bytes: new Uint8Array(await new Blob([...parts]).arrayBuffer()), usedAt: now() });
    },
    async touch(name) {
      const file = files.get(name);
      if (file) file.usedAt = now();
    },
    async remove(name) {
      files.delete(name);
    },
  };
}
