import { createBreath } from '../base/breath';
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import type { Feeds } from '../runtime/types';
import type { BeforeOutputs, SampleOutputs } from './before';
import { EvaluationTally, type EvaluationFigures } from './evaluation';
import type { Outputs } from './outputs';
import type { Samples } from './samples';

export type Side = (feeds: Feeds, signal: AbortSignal) => Promise<Outputs>;

/**
 * Runs `before` and `after` over these samples and compares them. One pass over the data; memory does not grow with it beyond
 * the caches' budgets. Where a batch of several cannot be run it goes on one by one.
 * Throws `bad-card` where a label is no class of the model, and what the sides throw.
 */
export async function evaluateSides(samples: Samples, before: Side, after: Side, known: BeforeOutputs, indices: readonly number[], job: Job): Promise<EvaluationFigures> {
  const startedAt = Date.now();
  const tally = new EvaluationTally(known);
  const breath = createBreath();
  for (let at = 0; at < indices.length; ) {
    await breath();
    job.signal.throwIfAborted();
    const batch = indices.slice(at, at + (known.batch ?? samples.batch));
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
    known.batch ??= samples.batch;
    for (const [k, index] of batch.entries()) tally.add(index, samples.labels?.[index] ?? null, pair.before[k] ?? [], pair.after[k] ?? []);
    at += batch.length;
    job.onProgress({ stage: 'Evaluating', done: at, total: indices.length, startedAt });
  }
  return tally.result();
}

/** The numbers of the first `limit` samples (null: all). */
export function firstSamples(samples: Samples, limit: number | null): number[] {
  return Array.from({ length: Math.min(samples.length, limit ?? samples.length) }, (_, i) => i);
}

interface Pair {
  readonly before: readonly SampleOutputs[];
  readonly after: readonly SampleOutputs[];
}

async function runBoth(samples: Samples, indices: readonly number[], before: Side, after: Side, known: BeforeOutputs, signal: AbortSignal): Promise<Pair> {
  const feeds = await samples.feeds(indices);
  const reference = known.recall(indices) ?? known.learn(await before(feeds, signal), indices);
  return { before: reference, after: known.split(await after(feeds, signal), indices.length) };
}
