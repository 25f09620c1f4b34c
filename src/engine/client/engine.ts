/** The main-thread side of the engine: every call of the page, by way of the supervisor that keeps its worker running. */
import { JOBS } from '../protocol/jobs';
import type { JobArguments, JobEvent, JobName, JobNews, JobResult } from '../protocol/index';
import { callsBy } from './calls';
import { connectWorker, type Link } from './connect';
import { Supervisor, type Send } from './supervisor';
import type { Engine, Following } from './types';

/** @param connect makes the worker; the default is the real one. Nothing is started before the first call. */
export function createEngine(connect: () => Link = connectWorker): Engine {
  const lostListeners = new Set<(reason: string) => void>();
  const restartListeners = new Set<(reason: string) => void>();
  const supervisor = new Supervisor(connect, tellAll(lostListeners), tellAll(restartListeners));

  async function run<K extends JobName>(
    name: K,
    { signal, onProgress, onEvent }: Following<JobEvent<K>>,
    args: JobArguments<K>,
  ): Promise<JobResult<K>> {
    const { needs, opens } = JOBS[name];
    const hear = (news: JobNews<JobEvent<K>>): void => {
      if ('progress' in news) onProgress?.(news.progress);
      else onEvent?.(news.event);
    };
    const send: Send<JobResult<K>, JobNews<JobEvent<K>>> = (api, jobId, listener) => api.run(jobId, name, args, listener);
    const result = await supervisor.call(signal, needs, hear, send);
    if (opens !== undefined) supervisor.keep(opens, send);
    return result;
  }

  return {
    ...callsBy(
      (name) =>
        (following, ...args) =>
          run(name, following, args),
    ),
    async clearData() {
      supervisor.keep('data', null);
      await supervisor.tell((api) => api.clearData(), undefined);
    },
    stats: () => supervisor.tell((api) => api.stats(), { sessionsCreated: 0, deviceLosses: 0 }),
    loseDevice: () => supervisor.tell((api) => api.loseDevice(), undefined),
    onDeviceLost: (listener) => subscribe(lostListeners, listener),
    onRestart: (listener) => subscribe(restartListeners, listener),
    dispose: () => supervisor.dispose(),
  };
}

function tellAll(listeners: ReadonlySet<(reason: string) => void>): (reason: string) => void {
  return (reason) => {
    for (const listener of listeners) listener(reason);
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
