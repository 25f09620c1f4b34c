import { proxy, wrap } from 'comlink';
import type { EngineApi } from '../protocol/index';

/** A worker that is running: its calls, its end, and the news of its crash. */
export interface Link {
  readonly api: EngineApi;
  /** Settles with the reason when the worker crashes by itself; stays pending otherwise. */
  readonly crashed: Promise<string>;
  terminate(): void;
}

/** Starts the engine's worker. Functions passed in calls become message ports. */
export function connectWorker(): Link {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'whittle-engine' });
  const remote = wrap<EngineApi>(worker);
  const crashed = new Promise<string>((resolve) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      resolve(event.message === '' ? 'its script could not be loaded' : event.message);
    });
    worker.addEventListener('messageerror', () => resolve('a message could not be read'));
  });
  return {
    crashed,
    terminate: () => worker.terminate(),
    api: {
      environment: () => remote.environment(),
      open: (jobId, files, events) => remote.open(jobId, files, proxy(events)),
      checkBackends: (jobId, events) => remote.checkBackends(jobId, proxy(events)),
      preview: (jobId, recipe, events) => remote.preview(jobId, recipe, proxy(events)),
      histogram: (jobId, recipe, layerId, channel, bins) => remote.histogram(jobId, recipe, layerId, channel, bins),
      setData: (jobId, name, card, files, calibration, events) => remote.setData(jobId, name, card, files, calibration, proxy(events)),
      clearData: () => remote.clearData(),
      proposeData: (jobId, files, events) => remote.proposeData(jobId, files, proxy(events)),
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
