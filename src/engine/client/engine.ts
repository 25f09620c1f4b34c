/**
 * The main-thread side of the engine: numbers jobs, turns signals into cancels, and replaces a worker that hangs, crashes or does
 * not stop. The files (handles, not bytes) of the open model and data are kept here and sent to the new worker before its next call.
 */
import { deferred } from '../../base/deferred';
import { fromPlainError, WhittleError } from '../../base/errors';
import type { OnProgress, Progress } from '../../base/job';
import type { Card, EngineApi, JobEvents, NamedBlob, Outcome } from '../protocol/index';
import { connectWorker, type Link } from './connect';
import type { Engine } from './types';

/** Time a cancelled job has to settle before its worker is ended. */
const CANCEL_MS = 700;

type Send<T> = (api: EngineApi, jobId: number, events: JobEvents) => Promise<Outcome<T>>;

interface Live extends Link {
  /** Resolves when the open model and data are in the worker. */
  readonly ready: Promise<void>;
  /** Rejects when the worker ends while calls are pending. */
  readonly ended: Promise<never>;
  end(error: Restarted): void;
}

/** The worker went away under a call; `culprit` is the job that caused it. */
class Restarted extends Error {
  readonly culprit: number;
  constructor(reason: string, culprit: number) {
    super(reason);
    this.culprit = culprit;
  }
}

/** @param connect makes the worker; the default is the real one. Nothing is started before the first call. */
export function createEngine(connect: () => Link = connectWorker): Engine {
  const lostListeners = new Set<(reason: string) => void>();
  const restartListeners = new Set<(reason: string) => void>();
  let link: Live | null = null;
  let lastJob = 0;
  let model: readonly NamedBlob[] | null = null;
  let data: { name: string; card: Card; files: readonly NamedBlob[]; calibration: number } | null = null;

  function start(): Live {
    const raw = connect();
    const ended = deferred<never>();
    const live: Live = { ...raw, ended: ended.promise, end: ended.reject, ready: restore(raw.api) };
    live.ready.catch(ignore);
    void raw.crashed.then((reason) => restart(live, `The engine stopped: ${reason}.`, 0));
    return live;
  }

  async function restore(api: EngineApi): Promise<void> {
    await api.watchDevice((reason) => {
      for (const listener of lostListeners) listener(reason);
    });
    if (model) unwrap(await api.open(++lastJob, model, ignore));
    if (data) unwrap(await api.setData(++lastJob, data.name, data.card, data.files, data.calibration, ignore));
  }

  function restart(live: Live, reason: string, culprit: number): void {
    if (link !== live) return;
    link = null;
    live.terminate();
    live.end(new Restarted(reason, culprit));
    for (const listener of restartListeners) listener(reason);
  }

  /** `needs` 'model': what is open must be in the worker first. */
  async function call<T>(signal: AbortSignal, needs: 'model' | 'nothing', onProgress: OnProgress, send: Send<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted) throw stopped();
      link ??= start();
      const jobId = ++lastJob;
      try {
        return await attemptCall(link, jobId, signal, needs, onProgress, send);
      } catch (error) {
        if (signal.aborted) throw stopped();
        if (!(error instanceof Restarted)) throw error;
        // A bystander of someone else's hang is run again; every call can be repeated.
        if (attempt > 1 || error.culprit === jobId || error.culprit === 0) {
          throw new WhittleError('runtime-hung', error.message, 'The engine is restarted. Try again.', { cause: error });
        }
      }
    }
  }

  async function attemptCall<T>(live: Live, jobId: number, signal: AbortSignal, needs: 'model' | 'nothing', onProgress: OnProgress, send: Send<T>): Promise<T> {
    const abort = onAbort(signal);
    // Progress travels by a port of its own: what comes after the answer must not make the job look alive again.
    let settled = false;
    const events = (progress: Progress): void => {
      if (!settled) onProgress(progress);
    };
    try {
      if (needs === 'model') await Promise.race([live.ready, live.ended, abort.fired]);
      const sent = send(live.api, jobId, events);
      const outcome = await Promise.race([sent, live.ended, abort.fired.catch(() => cancelled(live, jobId, sent))]);
      if (signal.aborted) throw stopped();
      if (!outcome.ok && outcome.error.code === 'runtime-hung') restart(live, outcome.error.message, jobId);
      return unwrap(outcome);
    } finally {
      settled = true;
      abort.forget();
    }
  }

  /** Asks the worker to stop the job and ends the worker where it does not. */
  async function cancelled(live: Live, jobId: number, sent: Promise<unknown>): Promise<never> {
    void live.api.cancel(jobId).catch(ignore);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), CANCEL_MS);
    });
    const settled = await Promise.race([sent.then(() => 'settled' as const, () => 'settled' as const), late]);
    clearTimeout(timer);
    if (settled === 'late') restart(live, 'A cancelled job did not stop in time.', jobId);
    throw stopped();
  }

  return {
    environment: (signal) => call(signal, 'nothing', ignore, (api) => api.environment()),
    async open(signal, files, onProgress = ignore) {
      const opened = await call(signal, 'nothing', onProgress, (api, id, events) => api.open(id, files, events));
      model = files;
      return opened;
    },
    checkBackends: (signal, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.checkBackends(id, events)),
    preview: (signal, recipe, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.preview(id, recipe, events)),
    histogram: (signal, recipe, layerId, channel, bins) =>
      call(signal, 'model', ignore, (api, id) => api.histogram(id, recipe, layerId, channel, bins)),
    async setData(signal, name, card, files, calibration, onProgress = ignore) {
      const summary = await call(signal, 'nothing', onProgress, (api, id, events) => api.setData(id, name, card, files, calibration, events));
      data = { name, card, files, calibration };
      return summary;
    },
    async clearData() {
      data = null;
      await link?.api.clearData();
    },
    proposeData: (signal, files, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.proposeData(id, files, events)),
    findPreset: (signal, limit, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.findPreset(id, limit, events)),
    picture: (signal, index, size) => call(signal, 'model', ignore, (api, id) => api.picture(id, index, size)),
    evaluate: (signal, recipe, limit, ep, of, onProgress = ignore) =>
      call(signal, 'model', onProgress, (api, id, events) => api.evaluate(id, recipe, limit, ep, of, events)),
    sensitivity: (signal, recipe, options, onCell = ignore, onProgress = ignore) =>
      call(signal, 'model', onProgress, (api, id, events) => api.sensitivity(id, recipe, options, events, onCell)),
    planBits: (signal, recipe, cells, budget, onProgress = ignore) =>
      call(signal, 'model', onProgress, (api, id, events) => api.planBits(id, recipe, cells, budget, events)),
    best: (signal, goal, target, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.best(id, goal, target, events)),
    exportModel: (signal, recipe, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.exportModel(id, recipe, events)),
    measure: (signal, recipe, ep, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.measure(id, recipe, ep, events)),
    throughput: (signal, recipe, ep, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.throughput(id, recipe, ep, events)),
    profile: (signal, recipe, ep, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.profile(id, recipe, ep, events)),
    compareForms: (signal, recipe, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.compareForms(id, recipe, events)),
    truth: (signal, evidence) => call(signal, 'model', ignore, (api, id) => api.truth(id, evidence)),
    sizes: (signal, recipe, onProgress = ignore) => call(signal, 'model', onProgress, (api, id, events) => api.sizes(id, recipe, events)),
    benchmarkMatmul: (signal, sizes, onProgress = ignore) =>
      call(signal, 'nothing', onProgress, (api, id, events) => api.benchmarkMatmul(id, sizes, events)),
    stats: async () => (link ? await link.api.stats() : { sessionsCreated: 0, deviceLosses: 0 }),
    async loseDevice() {
      await link?.api.loseDevice();
    },
    onDeviceLost: (listener) => subscribe(lostListeners, listener),
    onRestart: (listener) => subscribe(restartListeners, listener),
    dispose() {
      const live = link;
      link = null;
      model = null;
      data = null;
      live?.terminate();
      live?.end(new Restarted('The engine was closed.', 0));
    },
  };
}

function ignore(): void {}

function stopped(): WhittleError {
  return new WhittleError('aborted', 'Stopped.');
}

function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw fromPlainError(outcome.error);
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A promise that rejects when the signal fires, and the way to forget the signal again. */
function onAbort(signal: AbortSignal): { fired: Promise<never>; forget: () => void } {
  const fired = deferred<never>();
  const fire = (): void => fired.reject(stopped());
  signal.addEventListener('abort', fire, { once: true });
  return { fired: fired.promise, forget: () => signal.removeEventListener('abort', fire) };
}
