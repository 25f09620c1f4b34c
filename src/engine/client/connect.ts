import { proxy, wrap } from 'comlink';
import { untilGone } from '../../base/life';
import type { EngineApi } from '../protocol/index';

/** Why a worker is gone, and what to do. */
export interface End {
  readonly reason: string;
  readonly remedy: string;
}

/** A worker that is running: its calls, its end, and the news of its end. */
export interface Link {
  readonly api: EngineApi;
  /** Settles when the worker ends by itself; stays pending otherwise. */
  readonly gone: Promise<End>;
  terminate(): void;
}

const AGAIN = 'It is started again with your model and samples. Try again; where it stops again, close other tabs or take fewer samples, since memory may have run out.';
const NOT_LOADED: End = { reason: 'its script could not be loaded', remedy: 'Check the connection and try again. Where that does not help, reload the page: this site may have a newer version.' };
const ENDED: End = { reason: 'the browser ended it, as it does where memory runs out', remedy: AGAIN };

/** Starts the engine's worker. Functions passed in calls become message ports. */
export function connectWorker(): Link {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'whittle-engine' });
  const remote = wrap<EngineApi>(worker);
  const ended = new AbortController();
  const gone = new Promise<End>((resolve) => {
    worker.addEventListener('error', (event: Event) => {
      event.preventDefault();
      // A script that is not there gives an event without any words.
      resolve(event instanceof ErrorEvent && event.message !== '' ? { reason: event.message, remedy: AGAIN } : NOT_LOADED);
    });
    worker.addEventListener('messageerror', () => resolve({ reason: 'a message could not be read', remedy: AGAIN }));
    void untilGone(remote, ended.signal).then(() => resolve(ENDED), () => {});
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
      environment: () => remote.environment(),
      open: (jobId, files, events) => remote.open(jobId, files, proxy(events)),
      checkBackends: (jobId, events) => remote.checkBackends(jobId, proxy(events)),
      preview: (jobId, recipe, events) => remote.preview(jobId, recipe, proxy(events)),
      histogram: (jobId, recipe, layerId, channel, bins) => remote.histogram(jobId, recipe, layerId, channel, bins),
      setData: (jobId, name, card, files, calibration, limits, events) => remote.setData(jobId, name, card, files, calibration, limits, proxy(events)),
      clearData: () => remote.clearData(),
      proposeData: (jobId, files, limits, events) => remote.proposeData(jobId, files, limits, proxy(events)),
      findPreset: (jobId, limit, events) => remote.findPreset(jobId, limit, proxy(events)),
      picture: (jobId, index, size) => remote.picture(jobId, index, size),
      evaluate: (jobId, recipe, limit, ep, of, events) => remote.evaluate(jobId, recipe, limit, ep, of, proxy(events)),
      sensitivity: (jobId, recipe, options, events, onCell) => remote.sensitivity(jobId, recipe, options, proxy(events), proxy(onCell)),
      planBits: (jobId, recipe, cells, budget, events) => remote.planBits(jobId, recipe, cells, budget, proxy(events)),
      best: (jobId, goal, target, events) => remote.best(jobId, goal, target, proxy(events)),
      exportModel: (jobId, recipe, events) => remote.exportModel(jobId, recipe, proxy(events)),
      measure: (jobId, recipe, ep, events) => remote.measure(jobId, recipe, ep, proxy(events)),
      throughput: (jobId, recipe, ep, events) => remote.throughput(jobId, recipe, ep, proxy(events)),
      profile: (jobId, recipe, ep, events) => remote.profile(jobId, recipe, ep, proxy(events)),
      compareForms: (jobId, recipe, events) => remote.compareForms(jobId, recipe, proxy(events)),
      truth: (jobId, evidence) => remote.truth(jobId, evidence),
      sizes: (jobId, recipe, events) => remote.sizes(jobId, recipe, proxy(events)),
      benchmarkMatmul: (jobId, sizes, events) => remote.benchmarkMatmul(jobId, sizes, proxy(events)),
      cancel: (jobId) => remote.cancel(jobId),
      stats: () => remote.stats(),
      watchDevice: (listener) => remote.watchDevice(proxy(listener)),
      loseDevice: () => remote.loseDevice(),
    },
  };
}
