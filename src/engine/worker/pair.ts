/** A file beside the original on one backend: what every comparison of speed starts from. */
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { compareLatency, type LatencyFigures, type LatencyOptions } from '../../measure/latency';
import { runs } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
import { checkBackends, HALF_TOLERANCE, TOLERANCE } from '../../runtime/check';
import type { HostFeeds } from '../../runtime/feeds';
import { PROVIDERS } from '../../runtime/providers';
import type { Backend, BackendCheck, Provider, Feeds, HostTensor, SessionModel, Session, SessionOptions } from '../../runtime/types';
import type { Startup } from '../protocol/index';
import { fit } from './feeds';
import type { Workbench } from './workbench';

/** The backend and layouts that both files are run with. */
export interface Sides {
  readonly ep: Provider;
  readonly before: Backend;
  readonly after: Backend;
  /** Of the file. */
  readonly check: BackendCheck;
}

/** A loaded model that has run once. */
export interface Loaded {
  readonly session: Session;
  readonly feeds: HostFeeds;
  readonly startup: Startup;
  /** Of the first run. */
  readonly outputs: Readonly<Record<string, HostTensor>>;
}

/** Whether a recipe's file computes or stores in float16, which is held to another tolerance. */
export function usesHalf(recipe: Recipe): boolean {
  return runs(recipe, ({ stores }) => stores === 'half');
}

/** One sample as the opened file takes it: real where there are data, else of sizes that it was seen to run with. */
export async function oneSample(bench: Workbench, data: Dataset | null, job: Job): Promise<HostFeeds> {
  const {
    feeds: [first = {}],
  } = await bench.trials(data, job);
  return first;
}

/**
 * Compares the file's backends (once a file) and chooses: the reference where no GPU is wanted or there, or it is wrong on the original or
 * the file.
 */
export async function chooseSides(bench: Workbench, file: Blob, half: boolean, feeds: Feeds, wanted: Provider, job: Job): Promise<Sides> {
  const original = await bench.backend(wanted, job);
  const { runtime } = bench.platform;
  let check = bench.fileChecks.get(file);
  if (!check) {
    const bytes = await bench.doc.access.bytesOf(file);
    const tolerance = half ? HALF_TOLERANCE : TOLERANCE;
    check = await checkBackends(runtime, bytes, { feeds: (inputs) => [fit(feeds, inputs)], tolerance }, job);
    bench.fileChecks.set(file, check);
  }
  const { ep } = original;
  if (PROVIDERS[ep].gpu && check.ok) return { ep, before: original, after: { ep, layout: check.layout }, check };
  const { reference } = runtime;
  return { ep: reference.ep, before: reference, after: reference, check };
}

/** Loads both, runs each once, and releases both after `use`. Memory: both files once, beside the sessions. */
export async function withPair<T>(
  bench: Workbench,
  file: Blob,
  sides: Pick<Sides, 'before' | 'after'>,
  feeds: Feeds,
  job: Job,
  use: (before: Loaded, after: Loaded) => Promise<T>,
): Promise<T> {
  return withLoaded(bench, bench.doc.model.source, sides.before, feeds, job, async (before) =>
    withLoaded(bench, await bench.doc.access.bytesOf(file), sides.after, feeds, job, (after) => use(before, after)),
  );
}

/** Times both in turns, once their provider's code has become as fast as it gets. */
export async function timePair(
  before: Loaded,
  after: Loaded,
  options: LatencyOptions,
  job: Job,
): Promise<{ before: LatencyFigures; after: LatencyFigures }> {
  const sides = [before, after].map(
    ({ session, feeds }) =>
      () =>
        session.run(feeds, job.signal),
  );
  const [first, second] = await compareLatency(sides, { ...options, settleMs: PROVIDERS[before.session.ep].settleMs }, job);
  if (!first || !second) throw new RangeError('two sides were timed');
  return { before: first, after: second };
}

async function withLoaded<T>(
  { platform: { runtime } }: Workbench,
  model: SessionModel,
  options: SessionOptions,
  given: Feeds,
  job: Job,
  use: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const session = await runtime.create(model, options, job.signal);
  try {
    const feeds = fit(given, session.inputs);
    const startedAt = performance.now();
    const outputs = await session.run(feeds, job.signal);
    const startup = { createMs: session.createMs, firstRunMs: performance.now() - startedAt };
    return await use({ session, feeds, startup, outputs });
  } finally {
    await session.release();
  }
}
