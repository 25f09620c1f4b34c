import { reasonOf, systemCode } from '../base/node/system-errors';

/** The caller's mistake: one line on the error output, exit code 2, nothing written. */
export class InputProblem extends Error {
  override readonly name = 'InputProblem';
}

/** What neither the caller's files nor Whittle can help (no browser, a full disk): one line, exit code 1, nothing written. */
export class RunProblem extends Error {
  override readonly name = 'RunProblem';
}

/** Failures of a disk, which another path or argument would not mend as surely as a mistake in one. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['EDQUOT', 'EFBIG', 'EIO', 'ENOSPC']);

/** That a file could not be written: the disk's fault, or that of the path given. */
export function writeProblem(what: string, cause: unknown): InputProblem | RunProblem {
  const Problem = OF_THE_DISK.has(systemCode(cause)) ? RunProblem : InputProblem;
  return new Problem(`${what} cannot be written: ${reasonOf(cause)}.`);
}
