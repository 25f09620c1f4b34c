/** Worker threads of Node, started alike from the bundle and from sources. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread. From the bundle it runs the entry of that name in vite.command.config.ts; where sources run (vitest, tsx), the source.
 * @param source of the entry: `new URL('worker.ts', import.meta.url)`.
 */
export function startThread(entry: string, source: URL, options: WorkerOptions = {}): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${entry}.js`, import.meta.url), options);
  return new Worker(new URL('from-source.mjs', import.meta.url), { ...options, argv: [source.href] });
}
