/** Tells whether a build is older than what it is made from. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether `output` is missing or older than one of `sources`. @param sources files and folders, from `root`. */
export function isStale(root, output, sources) {
  const built = join(root, output);
  return !existsSync(built) || sources.some((path) => newest(join(root, path)) > statSync(built).mtimeMs);
}

/** Latest change below a path, epoch milliseconds. Tests are no part of a build. */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : stats.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}
