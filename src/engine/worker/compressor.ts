import { wrap } from 'comlink';
import { deferred } from '../../base/deferred';
import { WhittleError } from '../../base/errors';
import type { BrotliApi } from './brotli-worker';

/** Compresses in the background until it is ended; what is under way then never settles. */
export interface Compressor {
  /** Bytes after brotli at `quality`. Rejects where the worker cannot be started. */
  size(data: Blob, quality: number): Promise<number>;
  end(): void;
}

export function startCompressor(): Compressor {
  const worker = new Worker(new URL('brotli-worker.ts', import.meta.url), { type: 'module', name: 'whittle-brotli' });
  const remote = wrap<BrotliApi>(worker);
  const failed = deferred<never>();
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    failed.reject(new WhittleError('internal', `The compressor stopped: ${event.message || 'its script could not be loaded'}.`, 'Measure the sizes again.'));
  });
  return {
    size: (data, quality) => Promise.race([remote.size(data, quality), failed.promise]),
    end: () => worker.terminate(),
  };
}
