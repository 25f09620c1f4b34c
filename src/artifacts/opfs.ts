/** A shelf in the browser's private file system for this page, for a worker: nobody else may have handles that write at once. */
import { ABANDONED_MS, isPart, partName } from './part';
import type { Shelf, ShelfFile } from './types';

/** All browsers with synchronous handles have it; TypeScript's library does not name it. */
interface MovableFile extends FileSystemFileHandle {
  move(name: string): Promise<void>;
}

/** The folder of this name; null where the browser gives none, as in a private window. */
export async function opfsShelf(folder: string): Promise<Shelf | null> {
  try {
    const root = await navigator.storage.getDirectory();
    return shelfIn(await root.getDirectoryHandle(folder, { create: true }));
  } catch {
    return null;
  }
}

function shelfIn(folder: FileSystemDirectoryHandle): Shelf {
  return {
    async list() {
      const files: ShelfFile[] = [];
      for await (const handle of folder.values()) {
        if (handle.kind !== 'file') continue;
        // It may have been renamed or removed since the folder was read.
        const file = await handle.getFile().catch(() => null);
        if (file === null) continue;
        const { name, size: bytes, lastModified: usedAt } = file;
        if (!isPart(name)) files.push({ name, bytes, usedAt });
        else if (Date.now() - usedAt > ABANDONED_MS) await folder.removeEntry(name).catch(() => {});
      }
      return files;
    },
    async read(name) {
      const handle = await folder.getFileHandle(name).catch(() => null);
      return handle === null ? null : new Uint8Array(await (await handle.getFile()).arrayBuffer());
    },
    async write(name, parts) {
      const part = await folder.getFileHandle(partName(), { create: true });
      try {
        const access = await part.createSyncAccessHandle();
        try {
          let at = 0;
          for (const bytes of parts) {
            // A full disk writes less.
            if (access.write(bytes, { at }) !== bytes.length) throw new Error('not all of it was written');
            at += bytes.length;
          }
          access.flush();
        } finally {
          access.close();
        }
        await rename(part, name);
      } catch (error) {
        await folder.removeEntry(part.name).catch(() => {});
        throw error;
      }
    },
    async touch(name) {
      const handle = await folder.getFileHandle(name);
      const access = await handle.createSyncAccessHandle();
      try {
        // The file's time is that of its last write: its first byte is written over itself. (Chromium keeps no such
        // times in a private window, where the oldest go first.)
        const first = new Uint8Array(1);
        access.read(first, { at: 0 });
        access.write(first, { at: 0 });
        access.flush();
      } finally {
        access.close();
      }
    },
    remove: (name) => folder.removeEntry(name),
  };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see MovableFile
const rename = (file: FileSystemFileHandle, name: string): Promise<void> => (file as MovableFile).move(name);
