/** The main-thread side of the engine: every call of the page, by way of the supervisor that keeps its worker running. */
import type { OnProgress } from '../../base/job';
import { connectWorker, type Link } from './connect';
import { Supervisor, type Needs, type Send } from './supervisor';
import type { Engine } from './types';

/** @param connect makes the worker; the default is the real one. Nothing is started before the first call. */
export function createEngine(connect: () => Link = connectWorker): Engine {
  const lostListeners = new Set<(reason: string) => void>();
  const restartListeners = new Set<(reason: string) => void>();
  const supervisor = new Supervisor(connect, tellAll(lostListeners), tellAll(restartListeners));
  const call = <T>(signal: AbortSignal, needs: Needs, onProgress: OnProgress, send: Send<T>): Promise<T> => supervisor.call(signal, needs, onProgress, send);

  return {
    environment: (signal) => call(signal, 'nothing', ignore, (api) => api.environment()),
    async open(signal, files, onProgress = ignore) {
      const opened = await call(signal, 'settled', onProgress, (api, id, events) => api.open(id, files, events));
      supervisor.keep('model', (api, id, events) => api.open(id, files, events));
      return opened;
    },
    checkBackends: (signal, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.checkBackends(id, events)),
    preview: (signal, recipe, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.preview(id, recipe, events)),
    histogram: (signal, recipe, layerId, channel, bins) =>
      call(signal, 'opened', ignore, (api, id) => api.histogram(id, recipe, layerId, channel, bins)),
    async setData(signal, name, card, files, calibration, limits, onProgress = ignore) {
      const summary = await call(signal, 'settled', onProgress, (api, id, events) => api.setData(id, name, card, files, calibration, limits, events));
      supervisor.keep('data', (api, id, events) => api.setData(id, name, card, files, calibration, limits, events));
      return summary;
    },
    async clearData() {
      supervisor.keep('data', null);
      await supervisor.tell((api) => api.clearData(), undefined);
    },
    proposeData: (signal, files, limits, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.proposeData(id, files, limits, events)),
    findPreset: (signal, limit, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.findPreset(id, limit, events)),
    picture: (signal, index, size) => call(signal, 'opened', ignore, (api, id) => api.picture(id, index, size)),
    evaluate: (signal, recipe, limit, ep, of, onProgress = ignore) =>
      call(signal, 'opened', onProgress, (api, id, events) => api.evaluate(id, recipe, limit, ep, of, events)),
    sensitivity: (signal, recipe, options, onCell = ignore, onProgress = ignore) =>
      call(signal, 'opened', onProgress, (api, id, events) => api.sensitivity(id, recipe, options, events, onCell)),
    planBits: (signal, recipe, cells, budget, onProgress = ignore) =>
      call(signal, 'opened', onProgress, (api, id, events) => api.planBits(id, recipe, cells, budget, events)),
    best: (signal, goal, target, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.best(id, goal, target, events)),
    exportModel: (signal, recipe, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.exportModel(id, recipe, events)),
    measure: (signal, recipe, ep, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.measure(id, recipe, ep, events)),
    throughput: (signal, recipe, ep, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.throughput(id, recipe, ep, events)),
    profile: (signal, recipe, ep, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.profile(id, recipe, ep, events)),
    compareForms: (signal, recipe, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.compareForms(id, recipe, events)),
    truth: (signal, evidence) => call(signal, 'opened', ignore, (api, id) => api.truth(id, evidence)),
    sizes: (signal, recipe, onProgress = ignore) => call(signal, 'opened', onProgress, (api, id, events) => api.sizes(id, recipe, events)),
    benchmarkMatmul: (signal, sizes, onProgress = ignore) =>
      call(signal, 'nothing', onProgress, (api, id, events) => api.benchmarkMatmul(id, sizes, events)),
    stats: () => supervisor.tell((api) => api.stats(), { sessionsCreated: 0, deviceLosses: 0 }),
    loseDevice: () => supervisor.tell((api) => api.loseDevice(), undefined),
    onDeviceLost: (listener) => subscribe(lostListeners, listener),
    onRestart: (listener) => subscribe(restartListeners, listener),
    dispose: () => supervisor.dispose(),
  };
}

function ignore(): void {}

function tellAll(listeners: ReadonlySet<(reason: string) => void>): (reason: string) => void {
  return (reason) => {
    for (const listener of listeners) listener(reason);
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
