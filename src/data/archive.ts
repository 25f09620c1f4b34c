import { WhittleError } from '../base/errors';
import { checkArchive, checkUnpacked, DEFAULT_LIMITS, type DataLimits } from './limits';
import type { DataFile, NamedBlob } from './types';

const ARCHIVE = /\.(zip|npz)$/i;
/** What an archive holds beside a person's files: resource forks of macOS. */
const NOT_DATA = /(^|\/)__MACOSX\//;
/** Method of an entry that lies in the archive as it is. */
const STORED = 0;

/**
 * The dropped files with zip and npz archives replaced by what is in them. Only an archive's list of entries is read; an entry is read
 * when it is asked for: a stored one as a part of the archive, a deflated one unpacked by itself. Paths: "set.zip" counts as the folder
 * "set", so that a card fits the folder and its zip alike; arrays keep their file's name ("set.npz/x_test.npy"). Archives inside
 * archives stay closed. Throws `bad-data` where a file of that name is none, is damaged, or says that it unpacks to more than the limits;
 * an entry that does is refused when it is asked for, and one that gives more than it said is damaged.
 */
export async function withArchivesOpen(files: readonly NamedBlob[], limits: DataLimits = DEFAULT_LIMITS): Promise<readonly DataFile[]> {
  const all: DataFile[] = [];
  for (const file of files) {
    if (ARCHIVE.test(file.path)) for (const entry of await entriesOf(file, limits)) all.push(entry);
    else all.push({ path: file.path, size: file.blob.size, limits, blob: () => Promise.resolve(file.blob) });
  }
  return all;
}

async function entriesOf({ path, blob }: NamedBlob, limits: DataLimits): Promise<readonly DataFile[]> {
  // A visitor who brings no archive does not load the reader.
  const { unzipRaw } = await import('unzipit');
  const folder = path.replace(/\.zip$/i, '');
  const { entries } = await unzipRaw(blob).catch((error: unknown) => {
    throw damaged(`"${path}" cannot be read as a zip archive`, error);
  });
  const kept = entries.filter((entry) => !entry.isDirectory && !NOT_DATA.test(entry.name));
  checkArchive(
    path,
    blob.size,
    kept.reduce((sum, entry) => sum + (entry.compressionMethod === STORED ? 0 : entry.size), 0),
    limits,
  );
  return kept.map((entry) => ({
    path: `${folder}/${entry.name}`,
    size: entry.size,
    limits,
    async blob() {
      if (entry.compressionMethod !== STORED)
        checkUnpacked(`"${entry.name}" in "${path}" would unpack to`, Math.min(entry.compressedSize, blob.size), entry.size, limits);
      return entry.blob().catch((error: unknown) => {
        throw damaged(`"${entry.name}" in "${path}" cannot be unpacked`, error);
      });
    },
  }));
}

function damaged(what: string, cause: unknown): WhittleError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WhittleError('bad-data', `${what}: ${reason.replace(/\.+$/, '')}.`, 'Pack it again as a plain zip, without a password.', {
    cause,
  });
}
