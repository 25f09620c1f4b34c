import { proxy, wrap } from 'comlink';
import { untilGone } from '../../base/worker-lock';
import type { EngineApi } from '../protocol/index';

/** Why a worker is gone, and what to do. */
export interface WorkerExit {
  readonly reason: string;
  readonly remedy: string;
}

/** A worker that is running: its calls, its end, and the news of its end. */
export interface Link {
  readonly api: EngineApi;
  /** Settles when the worker ends by itself; stays pending otherwise. */
  readonly gone: Promise<WorkerExit>;
  terminate(): void;
}

const AGAIN =
  'It is started again with your model and samples. Try again; where it stops again, ' +
  'close other tabs or take fewer samples, since memory may have run out.';
const NOT_LOADED: WorkerExit = {
  reason: 'its script could not be loaded',
  remedy: 'Check the connection and try again. Where that does not help, reload the page: this site may have a newer version.',
};
const ENDED: WorkerExit = { reason: 'the browser ended it, as it does where memory runs out', remedy: AGAIN };

/** Starts the engine's worker. Functions passed in calls become message ports. */
export function connectWorker(): Link {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'whittle-engine' });
  const remote = wrap<EngineApi>(worker);
  const ended = new AbortController();
  const gone = new Promise<WorkerExit>((resolve) => {
    worker.addEventListener('error', (event: Event) => {
      event.preventDefault();
      // A script that is not there gives an event without any words.
      resolve(event instanceof ErrorEvent && event.message !== '' ? { reason: event.message, remedy: AGAIN } : NOT_LOADED);
    });
    worker.addEventListener('messageerror', () => resolve({ reason: 'a message could not be read', remedy: AGAIN }));
    void untilGone(remote, ended.signal).then(
      () => resolve(ENDED),
      () => {},
    );
  });
  return {
    gone,
    terminate() {
      ended.abort();
      worker.terminate();
    },
    api: {
      holdLock: (name) => remote.holdLock(name),
      ping: () => remote.ping(),
      // Comlink's type of a remote call loses what ties a job's arguments to its result.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker implements EngineApi
      run: (jobId, name, args, listener) => remote.run(jobId, name, args, proxy(listener)) as ReturnType<EngineApi['run']> as never,
      clearData: () => remote.clearData(),
      cancel: (jobId) => remote.cancel(jobId),
      stats: () => remote.stats(),
      watchDevice: (listener) => remote.watchDevice(proxy(listener)),
      loseDevice: () => remote.loseDevice(),
    },
  };
}
