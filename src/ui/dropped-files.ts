/** What a drop brings: files as they are, folders read through, each file with its path below what was dropped. */
import type { NamedBlob } from '../engine/protocol/index';

/** All files of a drop, those in folders with their paths below it. Call it within the event: the transfer is emptied afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<NamedBlob[]> {
  // Entries must be taken before the first wait: the transfer is emptied when the event ends.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files];
  if (entries.every((entry) => entry === null || entry.isFile)) return plain.map((file) => ({ path: file.name, blob: file }));
  const found = await Promise.all(entries.flatMap((entry) => (entry ? [filesOf(entry)] : [])));
  return found.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<NamedBlob[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => {
      entry.file(resolve, reject);
    });
    return [{ path: entry.fullPath.replace(/^\//, ''), blob: file }];
  }
  if (!isFolder(entry)) return [];
  const reader = entry.createReader();
  const all: NamedBlob[][] = [];
  // A reader hands out at most a hundred entries at a time, and none when it is done.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all.flat();
    all.push(...(await Promise.all(some.map(filesOf))));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
