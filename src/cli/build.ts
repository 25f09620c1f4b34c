import { build, preview, type PreviewServer } from 'vite';
import { isStale } from '../../scripts/stale.mjs';

const SOURCES = ['src', 'shaders', 'public', 'index.html', 'package.json', 'scripts', 'vite.config.ts'];

/** Serves the production build with its isolation headers, building it first when it is missing or older than a source. */
export async function serveStudio(root: string): Promise<PreviewServer> {
  if (isStale(root, 'dist/index.html', SOURCES)) await build({ root, logLevel: 'warn' });
  const own = process.listeners('SIGTERM');
  const server = await preview({ root, logLevel: 'silent', preview: { port: 0, strictPort: false, host: '127.0.0.1' } });
  // Vite's own would end the process before what was begun is tidied up.
  for (const listener of process.listeners('SIGTERM')) if (!own.includes(listener)) process.off('SIGTERM', listener);
  return server;
}
