/** What the system says of files, in words. */
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

/** The system's code, "ENOENT"; empty for anything else. */
export function systemCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The system's reason, in words. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'NotReadableError') return 'a file that its bytes come from was changed meanwhile';
  return WORDS[systemCode(cause)] ?? oneLine(cause instanceof Error ? cause.message : String(cause));
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
