/**
 * Keeps one worker running for the engine: numbers jobs, turns signals into cancels, and replaces a worker that hangs, ends by itself or
 * does not stop. What is open is kept here as the calls that open it, which are sent to a new worker before its next job.
 */
import { deferred } from '../../base/deferred';
import { fromPlainError, WhittleError } from '../../base/errors';
import type { EngineApi, Kept, Needs, Outcome } from '../protocol/index';
import type { Link } from './connect';
import { watchPulse } from './pulse';

/** Time a cancelled job has to settle before its worker is ended. */
const CANCEL_MS = 700;
const AGAIN = 'It is started again with your model and samples. Try again.';

/** Sends a job to a worker; `listener` gets its news. */
export type Send<T, News> = (api: EngineApi, jobId: number, listener: (news: News) => void) => Promise<Outcome<T>>;

interface Live extends Link {
  /** Each resolves when that is in the worker again. */
  readonly ready: Record<Kept, Promise<unknown>>;
  /** Rejects when the worker goes away while calls are pending. */
  readonly ended: Promise<never>;
  end(error: Restarted): void;
  stopWatching(): void;
  /** Calls under way. */
  calls: number;
}

/** The worker went away under a call; `culprit` is the job that caused it, null where it went by itself. */
class Restarted extends Error {
  readonly culprit: number | null;
  readonly remedy: string;
  constructor(reason: string, remedy: string, culprit: number | null) {
    super(reason);
    this.remedy = remedy;
    this.culprit = culprit;
  }
}

export class Supervisor {
  private readonly connect: () => Link;
  private readonly onLost: (reason: string) => void;
  private readonly onRestart: (reason: string) => void;
  private readonly kept: Record<Kept, Send<unknown, unknown> | null> = { model: null, data: null };
  private live: Live | null = null;
  private lastJob = 0;

  constructor(connect: () => Link, onLost: (reason: string) => void, onRestart: (reason: string) => void) {
    this.connect = connect;
    this.onLost = onLost;
    this.onRestart = onRestart;
  }

  /** Remembers what was just opened (null: nothing), for the worker that may come after this one. */
  keep(kind: Kept, open: Send<unknown, unknown> | null): void {
    this.kept[kind] = open;
    if (this.live) this.live.ready[kind] = Promise.resolve();
  }

  /** Starts a worker where none runs. Throws `engine-stopped` and `runtime-hung` where it was lost under this job. */
  async call<T, News>(signal: AbortSignal, needs: Needs, onNews: (news: News) => void, send: Send<T, News>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted) throw stopped();
      this.live ??= this.start();
      const jobId = ++this.lastJob;
      try {
        return await this.attempt(this.live, jobId, signal, needs, onNews, send);
      } catch (error) {
        if (signal.aborted) throw stopped();
        if (!(error instanceof Restarted)) throw error;
        // A bystander of someone else's hang is run again; every call can be repeated.
        if (attempt > 1 || error.culprit === jobId || error.culprit === null) throw told(error);
      }
    }
  }

  /** A word to the worker that runs, once it has what was open; `otherwise` where none runs or it goes away. */
  async tell<T>(ask: (api: EngineApi) => Promise<T>, otherwise: T): Promise<T> {
    const { live } = this;
    if (!live) return otherwise;
    await settled(live);
    return Promise.race([ask(live.api), live.ended.catch(() => otherwise)]);
  }

  dispose(): void {
    this.kept.model = null;
    this.kept.data = null;
    if (this.live) this.end(this.live, new Restarted('The engine was closed.', '', null));
  }

  private start(): Live {
    const link = this.connect();
    const { api } = link;
    const ended = deferred<never>();
    const watched = api.watchDevice(this.onLost);
    const open = async (kind: Kept): Promise<void> => {
      const jobId = ++this.lastJob;
      const outcome = await this.kept[kind]?.(api, jobId, ignore);
      if (outcome) unwrap(outcome);
    };
    const model = watched.then(() => open('model'));
    const data = model.then(
      () => open('data'),
      () => open('data'),
    );
    model.catch(ignore);
    data.catch(ignore);
    const live: Live = {
      ...link,
      ready: { model, data },
      ended: ended.promise,
      end: ended.reject,
      calls: 1,
      stopWatching: watchPulse({
        ping: () => api.ping(),
        isBusy: () => live.calls > 0,
        onSilent: (seconds) => this.restart(live, new Restarted(`The engine has not answered for ${seconds} s.`, AGAIN, null)),
      }),
    };
    void settled(live).then(() => (live.calls -= 1));
    void link.gone.then(({ reason, remedy }) => this.restart(live, new Restarted(`The engine stopped: ${reason}.`, remedy, null)));
    return live;
  }

  private restart(live: Live, why: Restarted): void {
    if (this.live !== live) return;
    this.end(live, why);
    this.onRestart(why.message);
  }

  private end(live: Live, why: Restarted): void {
    this.live = null;
    live.stopWatching();
    live.terminate();
    live.end(why);
  }

  private async attempt<T, News>(
    live: Live,
    jobId: number,
    signal: AbortSignal,
    needs: Needs,
    onNews: (news: News) => void,
    send: Send<T, News>,
  ): Promise<T> {
    const abort = onAbort(signal);
    // News travel by a port of their own: what comes after the answer must not make the job look alive again.
    let isOver = false;
    const listener = (news: News): void => {
      if (!isOver) onNews(news);
    };
    live.calls += 1;
    try {
      if (needs === 'settled') await Promise.race([settled(live), live.ended, abort.fired]);
      if (needs === 'opened') await Promise.race([Promise.all([live.ready.model, live.ready.data]), live.ended, abort.fired]);
      const sent = send(live.api, jobId, listener);
      const outcome = await Promise.race([sent, live.ended, abort.fired.catch(() => this.cancelled(live, jobId, sent))]);
      if (signal.aborted) throw stopped();
      if (!outcome.ok && outcome.error.code === 'runtime-hung') this.restart(live, new Restarted(outcome.error.message, AGAIN, jobId));
      return unwrap(outcome);
    } finally {
      isOver = true;
      live.calls -= 1;
      abort.forget();
    }
  }

  /** Asks the worker to stop the job and ends the worker where it does not. */
  private async cancelled(live: Live, jobId: number, sent: Promise<unknown>): Promise<never> {
    void live.api.cancel(jobId).catch(ignore);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), CANCEL_MS);
    });
    const first = await Promise.race([
      sent.then(
        () => 'settled' as const,
        () => 'settled' as const,
      ),
      late,
    ]);
    clearTimeout(timer);
    if (first === 'late') this.restart(live, new Restarted('A cancelled job did not stop in time.', AGAIN, jobId));
    throw stopped();
  }
}

function ignore(): void {}

/** When a new worker is done with opening what was open, or is gone. */
async function settled({ ready, ended }: Live): Promise<void> {
  await Promise.race([Promise.allSettled([ready.model, ready.data]), ended.catch(ignore)]);
}

function told(error: Restarted): WhittleError {
  return new WhittleError(error.culprit === null ? 'engine-stopped' : 'runtime-hung', error.message, error.remedy, { cause: error });
}

function stopped(): WhittleError {
  return new WhittleError('aborted', 'Stopped.');
}

function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw fromPlainError(outcome.error);
}

/** A promise that rejects when the signal fires, and the way to forget the signal again. */
function onAbort(signal: AbortSignal): { fired: Promise<never>; forget: () => void } {
  const fired = deferred<never>();
  const fire = (): void => fired.reject(stopped());
  signal.addEventListener('abort', fire, { once: true });
  return { fired: fired.promise, forget: () => signal.removeEventListener('abort', fire) };
}
