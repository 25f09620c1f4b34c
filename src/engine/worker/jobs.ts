/** Every call of the page is a job: it can be cancelled by number, reports at most ten times a second, and never throws across. */
import { releaseProxy } from 'comlink';
import { untilAborted } from '../../base/abort';
import { toPlainError, WhittleError } from '../../base/errors';
import { throttleProgress } from '../../base/job';
import type { JobNews, Outcome } from '../protocol/index';
import type { SendingJob } from './table';

export class Jobs {
  private readonly running = new Map<number, AbortController>();

  /**
   * Runs `task` as job `jobId` and wraps what happens. `also` ends the job at once with its reason (the device was lost, the model
   * was replaced); a cancel waits for the task to stop, so that the page can tell a worker that hangs. A job whose signal has
   * fired never succeeds: a superseded one cannot hand over a result.
   */
  async run<T, Event>(
    jobId: number,
    listener: (news: JobNews<Event>) => void,
    task: (job: SendingJob<Event>) => Promise<T>,
    also: readonly AbortSignal[] = [],
  ): Promise<Outcome<T>> {
    const controller = new AbortController();
    this.running.set(jobId, controller);
    const ends = AbortSignal.any([...also]);
    const signal = AbortSignal.any([controller.signal, ends]);
    const tell = (news: JobNews<Event>): void => {
      if (!signal.aborted) listener(news);
    };
    const onProgress = throttleProgress((progress) => tell({ progress }));
    try {
      signal.throwIfAborted();
      const value = await untilAborted(task({ signal, onProgress, send: (event) => tell({ event }) }), ends);
      signal.throwIfAborted();
      return { ok: true, value };
    } catch (error) {
      return { ok: false, error: toPlainError(signal.aborted && signal.reason instanceof WhittleError ? signal.reason : error) };
    } finally {
      this.running.delete(jobId);
      release(listener);
    }
  }

  cancel(jobId: number): void {
    this.running.get(jobId)?.abort();
  }
}

/** A listener from the page is a message port, which lives until it is released. */
function release(listener: object): void {
  const close: unknown = Reflect.get(listener, releaseProxy);
  if (typeof close === 'function') Reflect.apply(close, listener, []);
}
