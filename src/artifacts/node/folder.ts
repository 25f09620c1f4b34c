/** A shelf in a folder, for Node. */
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ABANDONED_MS, isPart, partName } from '../part';
import type { Shelf, ShelfFile } from '../types';

/** The folder, made where it is not there; null where it cannot be. */
export async function folderShelf(folder: string): Promise<Shelf | null> {
  const at = (name: string): string => join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
  } catch {
    return null;
  }
  return {
    async list() {
      const files: ShelfFile[] = [];
      for (const name of await readdir(folder)) {
        // It may have been renamed or removed since the folder was read.
        const facts = await stat(at(name)).catch(() => null);
        if (facts === null || !facts.isFile()) continue;
        const { size: bytes, mtimeMs: usedAt } = facts;
        if (!isPart(name)) files.push({ name, bytes, usedAt });
        else if (Date.now() - usedAt > ABANDONED_MS) await rm(at(name), { force: true });
      }
      return files;
    },
    async read(name) {
      const bytes = await readFile(at(name)).catch(() => null);
      return bytes === null ? null : new Uint8Array(bytes);
    },
    async write(name, parts) {
      const part = at(partName());
      try {
        const file = await open(part, 'wx');
        try {
          for (const bytes of parts) await file.writeFile(bytes);
          // The name must not be on the disk before what it stands for.
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(part, at(name));
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    async touch(name) {
      const now = new Date();
      await utimes(at(name), now, now);
    },
    remove: (name) => rm(at(name), { force: true }),
  };
}
