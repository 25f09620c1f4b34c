import { deferred } from './deferred';

/**
 * The result of `work`, or the signal's reason as soon as it fires. The work itself goes on, and what it gives then is dropped:
 * for work that cannot be stopped, or that others wait for too.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = deferred<never>();
  const stop = (): void => aborted.reject(signal.reason instanceof Error ? signal.reason : new DOMException('Stopped.', 'AbortError'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
