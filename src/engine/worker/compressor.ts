import { wrap } from 'comlink';
import { deferred } from '../../base/deferred';
import { WhittleError } from '../../base/errors';
import { untilGone } from '../../base/worker-lock';
import type { BrotliApi } from './brotli-worker';

/** Compresses in the background until it is ended; what is under way then never settles. */
export interface Compressor {
  /** Bytes after brotli at `quality`. Rejects where the worker cannot be started. */
  size(data: Blob, quality: number): Promise<number>;
  end(): void;
}

/**
 * Brotli in a worker of its own, loaded on first use. Its calls reject with `engine-stopped` once that worker is gone; close it after use.
 */
export function startCompressor(): Compressor {
  const worker = new Worker(new URL('brotli-worker.ts', import.meta.url), { type: 'module', name: 'whittle-brotli' });
  const remote = wrap<BrotliApi>(worker);
  const failed = deferred<never>();
  const ended = new AbortController();
  const fail = (reason: string): void =>
    failed.reject(new WhittleError('engine-stopped', `The compressor stopped: ${reason}.`, 'Measure the sizes again.'));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    fail(event.message || 'its script could not be loaded');
  });
  void untilGone(remote, ended.signal).then(
    () => fail('the browser ended it, as it does where memory runs out'),
    () => {},
  );
  return {
    size: (data, quality) => Promise.race([remote.size(data, quality), failed.promise]),
    end() {
      ended.abort();
      worker.terminate();
    },
  };
}
