import { closeSync, constants, copyFileSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sweepTemporaries, temporaryFor } from '../base/node/temporary';
import { RunProblem, writeProblem } from './problem';

interface Pending {
  readonly target: string;
  readonly temporary: string;
}

/**
 * The files that a run writes: first under other names in their own folders, then, once all are whole, all in their places. Where one
 * cannot be, none is, and files that were there before are as they were.
 */
export class Outputs {
  private readonly pending: Pending[] = [];
  private closed = false;

  /** Throws InputProblem or RunProblem that names the target. */
  write(target: string, text: string): void {
    const temporary = this.begin(target);
    try {
      writeFileSync(temporary, text, { flag: 'wx' });
      flush(temporary);
    } catch (cause) {
      throw writeProblem(target, cause);
    }
  }

  /** A file by its path, or bytes, which are written piece by piece. Throws as `write`. */
  async take(from: string | Blob, target: string): Promise<void> {
    const temporary = this.begin(target);
    try {
      if (typeof from === 'string') copyFileSync(from, temporary, constants.COPYFILE_EXCL);
      else await writeFile(temporary, from.stream(), { flag: 'wx' });
      flush(temporary);
    } catch (cause) {
      throw writeProblem(target, cause);
    }
  }

  /** Throws as `write`, when everything is as it was before. */
  commit(): void {
    const done: { readonly target: string; readonly before: string | null }[] = [];
    try {
      for (const { target, temporary } of this.pending) {
        const before = keepOld(target);
        done.push({ target, before });
        try {
          renameSync(temporary, target);
        } catch (cause) {
          throw writeProblem(target, cause);
        }
      }
    } catch (problem) {
      for (const { target, before } of done.toReversed()) {
        if (before === null) rmSync(target, { force: true });
        else renameSync(before, target);
      }
      throw problem;
    }
    for (const { before } of done) if (before !== null) rmSync(before, { force: true });
    this.pending.length = 0;
  }

  /** Takes away what was not put in its place; nothing can be written after. */
  discard(): void {
    this.closed = true;
    for (const { temporary } of this.pending) rmSync(temporary, { force: true });
  }

  /** Where to write first. */
  private begin(target: string): string {
    if (this.closed) throw new RunProblem('Stopped.');
    const temporary = temporaryFor(target);
    this.pending.push({ target, temporary });
    return temporary;
  }
}

/**
 * Throws the system's error where no file can be made beside this one: tried, since rights alone do not tell (read-only disks, /proc). What
 * a run left there that was killed is taken away.
 */
export function tryFolder(target: string): void {
  const temporary = temporaryFor(target);
  closeSync(openSync(temporary, 'wx'));
  rmSync(temporary, { force: true });
  sweepTemporaries(dirname(target));
}

/** The file that is there now, under another name too; null where there is none. */
function keepOld(target: string): string | null {
  if (!statSync(target, { throwIfNoEntry: false })) return null;
  const before = temporaryFor(target);
  try {
    linkSync(target, before);
  } catch {
    // Not every file system has hard links.
    copyFileSync(target, before, constants.COPYFILE_EXCL);
  }
  return before;
}

/** Some disks say that they are full only now. */
function flush(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
