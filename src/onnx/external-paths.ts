import type { NamedBytes } from './types';

/** Parts of a path, "." and doubled separators left out and ".." followed as far as there are folders to leave. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}

/** Whether both name one place: "./", doubled and backward slashes aside, .. followed. Case counts. */
export function samePath(a: string, b: string): boolean {
  return partsOf(a).join('/') === partsOf(b).join('/');
}

/** Whether a location is absolute or leaves the folder it is relative to: it may name any file of the machine. */
export function leavesFolder(location: string): boolean {
  if (/^([/\\]|[A-Za-z]:)/.test(location)) return true;
  let depth = 0;
  for (const part of location.split(/[/\\]/)) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function endsWith(whole: readonly string[], end: readonly string[]): boolean {
  return end.length > 0 && end.length <= whole.length && end.every((part, at) => whole[whole.length - end.length + at] === part);
}

/**
 * The dropped files that a location of external data may mean, the best kind of match only: the file at that path from the model's own
 * folder; else the one at that very path; else those whose path ends like it, or which it ends like (files dropped without their folders).
 */
export function candidatesFor(location: string, modelPath: string, files: readonly NamedBytes[]): readonly NamedBytes[] {
  const folder = modelPath.split(/[/\\]/).slice(0, -1).join('/');
  const wanted = partsOf(location);
  const home = partsOf(folder);
  const fromHome = partsOf(`${folder}/${location}`).join('/');
  const paths = files.map((file) => ({ file, parts: partsOf(file.name) }));
  const below = (parts: readonly string[]): readonly string[] =>
    home.every((part, at) => parts[at] === part) ? parts.slice(home.length) : parts;
  const kinds: readonly ((parts: readonly string[]) => boolean)[] = [
    (parts) => !/^([/\\]|[A-Za-z]:)/.test(location) && parts.join('/') === fromHome,
    (parts) => parts.join('/') === wanted.join('/'),
    (parts) => endsWith(parts, wanted) || endsWith(wanted, parts) || endsWith(wanted, below(parts)),
  ];
  for (const fits of kinds) {
    const found = paths.filter(({ parts }) => fits(parts));
    if (found.length > 0) return found.map(({ file }) => file);
  }
  return [];
}

/** Last part of a path. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).pop() ?? path;
}
