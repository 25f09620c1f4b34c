/** Where results that took long lie between two runs of the command. */
import { homedir } from 'node:os';
import { join } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The folder: `WHITTLE_CACHE` where that is set (null where it is empty: nothing is kept), else the place that the system has for caches.
 * @param platform as `process.platform`.
 */
export function cacheFolder(platform: string, { WHITTLE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA }: Variables, home = homedir()): string | null {
  if (WHITTLE_CACHE !== undefined) return WHITTLE_CACHE === '' ? null : WHITTLE_CACHE;
  if (platform === 'win32') return join(LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'whittle', 'cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'whittle');
  return join(XDG_CACHE_HOME || join(home, '.cache'), 'whittle');
}
