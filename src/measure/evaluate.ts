import { createYielder } from '../base/yielder';
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import type { Feeds } from '../runtime/types';
import type { BeforeOutputs, SampleOutputs } from './before';
import { EvaluationTally, type EvaluationFigures } from './evaluation';
import type { Outputs } from './outputs';
import type { Samples } from './samples';

export type Side = (feeds: Feeds, signal: AbortSignal) => Promise<Outputs>;

/** What gathers figures from one sample's outputs on both sides; `label` is its class, or null. */
export interface Tally {
  add(index: number, label: number | null, before: SampleOutputs, after: SampleOutputs): void;
}

/** A run should not last longer: on WASM it holds up the thread, and a cancel with it. */
const RUN_MS = 250;

/** Runs both sides over these samples and compares them in every way this room knows. As `compareSides` otherwise. */
export async function evaluateSides(
  samples: Samples,
  before: Side,
  after: Side,
  known: BeforeOutputs,
  indices: readonly number[],
  job: Job,
): Promise<EvaluationFigures> {
  const tally = new EvaluationTally(known);
  await compareSides(samples, before, after, known, indices, tally, job);
  return tally.result();
}

/**
 * Runs `before` (unless `known` holds its outputs) and `after` over these samples, in the largest batches that do not take too long,
 * and hands each pair to `tally`. One pass over the data; memory does not grow with it beyond the caches' budgets. Where a batch of
 * several cannot be run it goes on one by one. Throws what the sides and the tally throw.
 */
export async function compareSides(
  samples: Samples,
  before: Side,
  after: Side,
  known: BeforeOutputs,
  indices: readonly number[],
  tally: Tally,
  job: Job,
): Promise<void> {
  const startedAt = Date.now();
  const yieldTurn = createYielder();
  for (let at = 0; at < indices.length;) {
    await yieldTurn();
    job.signal.throwIfAborted();
    const batch = indices.slice(at, at + (known.batch ?? 1));
    let pair: Pair;
    try {
      pair = await runBoth(samples, batch, before, after, known, job.signal);
    } catch (error) {
      // The first axis may be open and the graph still be made for one sample.
      if (batch.length > 1 && error instanceof WhittleError && error.code === 'runtime-failed') {
        known.batch = 1;
        continue;
      }
      throw error;
    }
    // The first sample runs alone and shows how many fit the time.
    known.batch ??= Math.max(1, Math.min(samples.batch, Math.floor(RUN_MS / Math.max(pair.ms, 1))));
    for (const [k, index] of batch.entries()) tally.add(index, samples.labels?.[index] ?? null, pair.before[k] ?? [], pair.after[k] ?? []);
    at += batch.length;
    job.onProgress({ stage: 'Evaluating', done: at, total: indices.length, startedAt });
  }
}

interface Pair {
  readonly before: readonly SampleOutputs[];
  readonly after: readonly SampleOutputs[];
  /** Milliseconds that the run of `after` took. */
  readonly ms: number;
}

async function runBoth(
  samples: Samples,
  indices: readonly number[],
  before: Side,
  after: Side,
  known: BeforeOutputs,
  signal: AbortSignal,
): Promise<Pair> {
  const feeds = await samples.feeds(indices);
  const reference = known.recall(indices) ?? known.learn(await before(feeds, signal), indices);
  const from = performance.now();
  const outputs = await after(feeds, signal);
  return { before: reference, after: known.split(outputs, indices.length), ms: performance.now() - from };
}
