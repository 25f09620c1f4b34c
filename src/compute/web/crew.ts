import { deferred } from '../../base/deferred';
import { untilGone } from '../../base/worker-lock';
import { createCrew } from '../threads/crew';
import type { FromThread, StartThread } from '../threads/messages';
import { type Crew, OWN_THREAD } from '../threads/own-thread';

let shared: Crew | null = null;

/** The crew of this page's engine: a thread a core where the page is isolated, or there would be no memory to share. */
export function webCrew(): Crew {
  return (shared ??= crossOriginIsolated ? createCrew(startWebThread, navigator.hardwareConcurrency) : OWN_THREAD);
}

const startWebThread: StartThread = ({ message, gone }) => {
  const worker = new Worker(new URL('thread.ts', import.meta.url), { type: 'module', name: 'whittle-compute' });
  const locked = deferred<void>();
  const ended = new AbortController();
  const end = (reason: string): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    gone(reason);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<FromThread | { readonly kind: 'locked' }>) => {
    if (data.kind === 'locked') locked.resolve();
    else message(data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    worker.terminate();
    end(event.message || 'its script could not be loaded');
  });
  const holdLock = (name: string): Promise<void> => {
    worker.postMessage({ kind: 'lock', name }, []);
    return locked.promise;
  };
  // No event tells that the browser ended a worker.
  void untilGone({ holdLock }, ended.signal).then(
    () => end('the browser ended it, as it does where memory runs out'),
    () => {},
  );
  return {
    post: (sent) => worker.postMessage(sent, []),
    hold() {},
    end() {
      ended.abort();
      worker.terminate();
    },
  };
};
