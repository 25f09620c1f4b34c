/** The caller's mistake: one line on the error output, exit code 2, nothing written. */
export class InputProblem extends Error {
  override readonly name = 'InputProblem';
}

/** What neither the caller's files nor Whittle can help (no browser, a full disk): one line, exit code 1, nothing written. */
export class RunProblem extends Error {
  override readonly name = 'RunProblem';
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'there is no permission for it',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than files may be here',
  EIO: 'the disk failed',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'its folder does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'it is not permitted',
  EPIPE: 'the reader has gone',
  EROFS: 'the file system is read-only',
};

/** Failures of a disk, which another path or argument would not mend as surely as a mistake in one. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['EDQUOT', 'EFBIG', 'EIO', 'ENOSPC']);

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The system's reason, in words. */
export function reasonOf(cause: unknown): string {
  return WORDS[codeOf(cause)] ?? oneLine(cause instanceof Error ? cause.message : String(cause));
}

/** That a file could not be written: the disk's fault, or that of the path given. */
export function writeProblem(what: string, cause: unknown): InputProblem | RunProblem {
  const Problem = OF_THE_DISK.has(codeOf(cause)) ? RunProblem : InputProblem;
  return new Problem(`${what} cannot be written: ${reasonOf(cause)}.`);
}

/** A line as a terminal may have it: names in files can hold line breaks and control characters. */
export function printable(line: string): string {
  // oxlint-disable-next-line no-control-regex
  return line.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, ' ');
}

/** Whatever a message quotes, it stays one line, and short enough to read. */
export function oneLine(text: string): string {
  const line = printable(text).replaceAll(/\s+/g, ' ').trim();
  return line.length > MOST ? `${line.slice(0, MOST)}…` : line;
}

const MOST = 1000;
