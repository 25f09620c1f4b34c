import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, preview, type PreviewServer } from 'vite';

const SOURCES = ['src', 'shaders', 'public', 'index.html', 'package.json', 'scripts', 'vite.config.ts'];

/** Serves the production build with its isolation headers, building it first when it is missing or older than a source. */
export async function serveStudio(root: string): Promise<PreviewServer> {
  const built = join(root, 'dist', 'index.html');
  if (!existsSync(built) || SOURCES.some((path) => newest(join(root, path)) > statSync(built).mtimeMs)) {
    await build({ root, logLevel: 'warn' });
  }
  const own = process.listeners('SIGTERM');
  const server = await preview({ root, logLevel: 'silent', preview: { port: 0, strictPort: false, host: '127.0.0.1' } });
  // Vite's own would end the process before what was begun is tidied up.
  for (const listener of process.listeners('SIGTERM')) if (!own.includes(listener)) process.off('SIGTERM', listener);
  return server;
}

/** Latest change below a path, epoch milliseconds. Tests are no part of the build. */
function newest(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : stats.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}
