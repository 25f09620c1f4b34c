/** An engine that answers when the test says so. It does not heed signals: what comes late must do no harm, whoever sends it. */
import { deferred } from '../../base/deferred';
import type { Engine } from '../../engine/client';
import { makeEngineBy } from '../engine';

type Asked = Exclude<keyof Engine, 'onDeviceLost' | 'onRestart' | 'dispose'>;
type Answer<K extends Asked> = Awaited<ReturnType<Engine[K]>>;

export interface Call<K extends Asked> {
  readonly args: Parameters<Engine[K]>;
  readonly answer: (value: Answer<K>) => void;
  readonly fail: (error: Error) => void;
}

type Calls = { readonly [K in Asked]: Call<K>[] };

export interface FakeEngine {
  readonly engine: Engine;
  /** Every call so far, in the order they came. */
  readonly calls: Calls;
  /** The next call that no earlier `next` gave; waits for it. */
  readonly next: <K extends Asked>(method: K) => Promise<Call<K>>;
  readonly loseDevice: (reason: string) => void;
}

/** Makes one and puts it in the page's engine's place. */
export function fakeEngine(): FakeEngine {
  const calls: Calls = {
    environment: [], open: [], checkBackends: [], preview: [], histogram: [], setData: [], clearData: [], proposeData: [], findPreset: [], picture: [], evaluate: [], sensitivity: [],
    planBits: [], best: [], exportModel: [], measure: [], throughput: [], profile: [], compareForms: [], truth: [], sizes: [], benchmarkMatmul: [], stats: [], loseDevice: [],
  };
  const taken = new Map<Asked, number>();
  const waiting = new Set<() => void>();
  const lost = new Set<(reason: string) => void>();

  const ask = <K extends Asked>(method: K, args: Parameters<Engine[K]>): Promise<Answer<K>> => {
    const { promise, resolve, reject } = deferred<Answer<K>>();
    calls[method].push({ args, answer: resolve, fail: reject });
    for (const look of waiting) look();
    return promise;
  };

  const next = <K extends Asked>(method: K): Promise<Call<K>> =>
    new Promise((resolve) => {
      const index = taken.get(method) ?? 0;
      taken.set(method, index + 1);
      const look = (): void => {
        const call = calls[method][index];
        if (!call) return;
        waiting.delete(look);
        resolve(call);
      };
      waiting.add(look);
      look();
    });

  const engine: Engine = {
    environment: (...args) => ask('environment', args),
    open: (...args) => ask('open', args),
    checkBackends: (...args) => ask('checkBackends', args),
    preview: (...args) => ask('preview', args),
    histogram: (...args) => ask('histogram', args),
    setData: (...args) => ask('setData', args),
    // Waits for nothing in the real one either, as long as nothing hangs.
    clearData: (...args) => {
      calls.clearData.push({ args, answer: () => {}, fail: () => {} });
      return Promise.resolve();
    },
    proposeData: (...args) => ask('proposeData', args),
    findPreset: (...args) => ask('findPreset', args),
    picture: (...args) => ask('picture', args),
    evaluate: (...args) => ask('evaluate', args),
    sensitivity: (...args) => ask('sensitivity', args),
    planBits: (...args) => ask('planBits', args),
    best: (...args) => ask('best', args),
    exportModel: (...args) => ask('exportModel', args),
    measure: (...args) => ask('measure', args),
    throughput: (...args) => ask('throughput', args),
    profile: (...args) => ask('profile', args),
    compareForms: (...args) => ask('compareForms', args),
    truth: (...args) => ask('truth', args),
    sizes: (...args) => ask('sizes', args),
    benchmarkMatmul: (...args) => ask('benchmarkMatmul', args),
    stats: (...args) => ask('stats', args),
    loseDevice: (...args) => ask('loseDevice', args),
    onDeviceLost: (listener) => {
      lost.add(listener);
      return () => void lost.delete(listener);
    },
    onRestart: () => () => {},
    dispose: () => {},
  };
  makeEngineBy(() => Promise.resolve(engine));
  return {
    engine,
    calls,
    next,
    loseDevice: (reason) => {
      for (const listener of lost) listener(reason);
    },
  };
}
