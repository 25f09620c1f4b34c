import type { DataFile } from '../types';

/** The folder that all the paths lie in; "." where they have none in common. */
export function commonFolder(paths: readonly string[]): string {
  const [first, ...rest] = paths.map((path) => path.split(/[/\\]/).slice(0, -1));
  let folder = first ?? [];
  for (const parts of rest) {
    let same = 0;
    while (same < folder.length && folder[same] === parts[same]) same++;
    folder = folder.slice(0, same);
  }
  return folder.length === 0 ? '.' : folder.join('/');
}

/** The file's path below the folder. */
export function below(folder: string, { path }: DataFile): string {
  const parts = path.split(/[/\\]/);
  return parts.slice(folder === '.' ? 0 : folder.split('/').length).join('/');
}

/** The file's name without folders and ending. */
export function stemOf({ path }: DataFile): string {
  return (path.split(/[/\\]/).at(-1) ?? '').replace(/\.[^.]*$/, '');
}

/** One pattern for several paths below the folder: `*` where they differ; null where they do not lie at the same depth. */
export function patternOf(folder: string, files: readonly DataFile[]): string | null {
  const all = files.map((file) => below(folder, file).split('/'));
  const [first = []] = all;
  if (all.some((parts) => parts.length !== first.length)) return null;
  return first.map((_, k) => wildcard(all.map((parts) => parts[k] ?? ''))).join('/');
}

/** What the names have in common at both ends, `*` between. */
function wildcard(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  if (rest.every((name) => name === first)) return first;
  const last = reversed(first);
  const [shortest, start, same] = [
    least(names, (name) => name.length),
    least(rest, (name) => likeness(name, first)),
    least(rest, (name) => likeness(reversed(name), last)),
  ];
  const end = Math.min(shortest - start, same);
  return `${first.slice(0, start)}*${end === 0 ? '' : first.slice(-end)}`;
}

/** The least number of any name; there may be more of them than a call takes arguments. */
function least(names: readonly string[], of: (name: string) => number): number {
  return names.reduce((low, name) => Math.min(low, of(name)), Infinity);
}

function reversed(text: string): string {
  return text.split('').toReversed().join('');
}

/** Characters that two paths have in common from their beginning. */
export function likeness(a: string, b: string): number {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  return same;
}
