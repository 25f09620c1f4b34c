/** An engine that answers when the test says so. It does not heed signals: what comes late must do no harm, whoever sends it. */
import { deferred } from '../../base/deferred';
import type { Engine } from '../../engine/client';
import { callsBy } from '../../engine/client/calls';
import type { Call as Asking, Following } from '../../engine/client/types';
import type { JobArguments, JobEvent, JobName, JobResult } from '../../engine/protocol/index';
import { makeEngineBy } from '../engine';

export interface Call<K extends JobName> {
  readonly following: Following<JobEvent<K>>;
  readonly args: JobArguments<K>;
  readonly answer: (value: JobResult<K>) => void;
  readonly fail: (error: Error) => void;
}

type Calls = { readonly [K in JobName]: Call<K>[] };

export interface FakeEngine {
  readonly engine: Engine;
  /** Every call so far, in the order they came. */
  readonly calls: Calls;
  /** How often the data were cleared. */
  readonly cleared: () => number;
  /** The next call that no earlier `next` gave; waits for it. */
  readonly next: <K extends JobName>(method: K) => Promise<Call<K>>;
  readonly loseDevice: (reason: string) => void;
}

/** Makes one and puts it in the page's engine's place. */
export function fakeEngine(): FakeEngine {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name's list is made when it is first asked for
  const calls = new Proxy({} as Record<JobName, unknown[]>, { get: (lists, name: JobName) => (lists[name] ??= []) }) as Calls;
  const taken = new Map<JobName, number>();
  const waiting = new Set<() => void>();
  let cleared = 0;
  const lost = new Set<(reason: string) => void>();

  const ask =
    <K extends JobName>(name: K): Asking<K> =>
    (following, ...args) => {
      const { promise, resolve, reject } = deferred<JobResult<K>>();
      calls[name].push({ following, args, answer: resolve, fail: reject });
      for (const look of waiting) look();
      return promise;
    };

  const next = <K extends JobName>(method: K): Promise<Call<K>> =>
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
    ...callsBy(ask),
    // Words wait for nothing in the real one either, as long as nothing hangs.
    clearData: async () => void (cleared += 1),
    stats: async () => ({ sessionsCreated: 0, deviceLosses: 0 }),
    loseDevice: async () => {},
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
    cleared: () => cleared,
    next,
    loseDevice: (reason) => {
      for (const listener of lost) listener(reason);
    },
  };
}
