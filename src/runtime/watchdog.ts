import { WhittleError } from '../base/errors';

/**
 * Rejects with `runtime-hung` when `work` is still pending after `seconds` of ticking. Ticks are counted instead of a clock, so
 * that a sleeping laptop or a backend that computes on this very thread (WASM) does not look like a hang. The work itself
 * cannot be stopped: who gets this error must end the worker.
 */
export async function withWatchdog<T>(work: Promise<T>, what: string, seconds: number, tickMs = 1000): Promise<T> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const hung = new Promise<never>((_resolve, reject) => {
    let ticks = 0;
    timer = setInterval(() => {
      ticks += 1;
      if (ticks * tickMs < seconds * 1000) return;
      reject(
        new WhittleError(
          'runtime-hung',
          `${what} has not answered for ${seconds} s.`,
          'The engine is restarted. Try again, or choose WASM.',
        ),
      );
    }, tickMs);
  });
  try {
    return await Promise.race([work, hung]);
  } finally {
    clearInterval(timer);
  }
}
