/** Which file a path means, however it is spelled: through links of both kinds, and by other names of its folder. */
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputProblem } from './problem';

/** A file with the part it plays: "the model", "--out". */
export interface Named {
  readonly what: string;
  readonly path: string;
}

const MOST_LINKS = 40;

/** Where a path leads through symbolic links, for a file that is not there yet too. Throws the system's error, as for links in a circle. */
export function realTarget(path: string, links = 0): string {
  const whole = resolve(path);
  try {
    return realpathSync.native(whole);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') || links > MOST_LINKS || dirname(whole) === whole)
      throw cause;
  }
  if (lstatSync(whole, { throwIfNoEntry: false })?.isSymbolicLink())
    return realTarget(resolve(dirname(whole), readlinkSync(whole)), links + 1);
  return join(realTarget(dirname(whole), links + 1), basename(whole));
}

/** Equal for two paths of one file: by device and inode, and where there is none yet by those of its folder and its name. */
export function identityOf(path: string): string {
  const known = inode(path);
  if (known !== null) return known;
  // Not every file system tells names apart by case, or by how an accent is written.
  return `${inode(dirname(path)) ?? dirname(path)}/${basename(path).normalize('NFC').toLowerCase()}`;
}

function inode(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats ? `${stats.dev}:${stats.ino}` : null;
}

/**
 * Throws InputProblem where two outputs are one file, or an output is one of the files that are read. `folders`: with all that is in them.
 */
export function keepApart(outputs: readonly Named[], inputs: readonly Named[], folders: readonly Named[]): void {
  const written = new Map<string, Named>();
  for (const output of outputs) {
    const identity = identityOf(output.path);
    const other = written.get(identity);
    if (other)
      throw new InputProblem(`${output.what} ${output.path} is named twice, as ${other.what} too: each file needs a name of its own.`);
    written.set(identity, output);
  }
  const refuse = (input: Named): void => {
    const output = written.get(identityOf(input.path));
    if (output) throw new InputProblem(`${output.what} ${output.path} is ${input.what}: what is read is never overwritten.`);
  };
  for (const input of inputs) refuse(input);
  // A file that is not there yet cannot be one of a folder's.
  if (outputs.every(({ path }) => inode(path) === null)) return;
  for (const { what, path } of folders) for (const file of filesBelow(path)) refuse({ what: `${what} (${file})`, path: file });
}

/** Every file below a folder, those behind links too; each folder once. */
function filesBelow(folder: string, seen = new Set<string>()): string[] {
  const identity = inode(folder);
  if (identity === null || seen.has(identity)) return [];
  seen.add(identity);
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isDirectory() ? filesBelow(path, seen) : stats ? [path] : [];
  });
}
