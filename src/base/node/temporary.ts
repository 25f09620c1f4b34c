/** Files under another name until they are whole. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { systemCode } from './system-errors';

/** Process numbers mean nothing on another machine that shares the disk. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);
const NAME = /^\.whittle-([0-9a-f]{6})-([0-9]+)-[0-9a-f]{8}\.part$/;

/** In the same folder, so that a rename is all it takes, and short: the target's own name may be as long as names can be. */
export function temporaryFor(target: string): string {
  return join(dirname(target), `.whittle-${MACHINE}-${process.pid}-${randomBytes(4).toString('hex')}.part`);
}

/** Removes what processes of this machine left in a folder that are no more: they were killed. */
export function sweepTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, machine, pid] = NAME.exec(name) ?? [];
    if (machine === MACHINE && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** Writes a file whole, or leaves what was there. Throws the system's error. */
export async function writeWhole(target: string, data: Blob): Promise<void> {
  const temporary = temporaryFor(target);
  try {
    await writeFile(temporary, data.stream(), { flag: 'wx', flush: true });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // Another user's process may not be signalled.
    return systemCode(cause) !== 'ESRCH';
  }
}
