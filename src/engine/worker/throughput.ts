import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { throughputByBatch } from '../../measure/throughput';
import type { Recipe } from '../../recipe/types';
import { batchFeeds, takesBatches } from '../../runtime/feeds';
import { PROVIDERS } from '../../runtime/providers';
import { elements } from '../../runtime/tensors';
import type { Provider } from '../../runtime/types';
import type { Throughput } from '../protocol/index';
import { chooseSides, oneSample, usesHalf, withPair, type Loaded } from './pair';
import type { Workbench } from './workbench';

const MAX_BATCH = 64;
/** Values of one batch's inputs: beyond it, intermediate tensors come near the limits of a GPU's buffers. */
const MAX_VALUES = 2 ** 22;
const BUDGET_MS = 20_000;

/** Samples a second of original and exported file by batch size, in turns. */
export async function throughput(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  exported: Blob,
  ep: Provider,
  job: Job,
): Promise<Throughput> {
  const feeds = await oneSample(bench, data, job);
  const sides = await chooseSides(bench, exported, usesHalf(recipe), feeds, ep, job);
  return withPair(bench, exported, sides, feeds, job, async (before, after) => {
    const sidesOf = (batch: number) =>
      [before, after].map(({ session, feeds: sample }) => {
        const batched = batchFeeds(sample, session.inputs, batch);
        return () => session.run(batched, job.signal);
      });
    const open = before.session.inputs.some(takesBatches);
    const { batches, ended } = await throughputByBatch(
      sidesOf,
      { maxBatch: open ? largestBatch(before) : 1, budgetMs: BUDGET_MS, settleMs: PROVIDERS[sides.ep].settleMs },
      job,
    );
    return {
      recipe,
      ep: sides.ep,
      batches: batches.flatMap(({ batch, rates: [a, b] }) => (a && b ? [{ batch, before: a, after: b }] : [])),
      ended: open ? ended : 'The model takes one sample at a time: the first dimension of its inputs is fixed.',
    };
  });
}

function largestBatch({ session, feeds }: Loaded): number {
  const values = session.inputs.reduce((sum, input) => sum + (takesBatches(input) ? elements(feeds[input.name]?.dims ?? []) : 0), 0);
  return Math.min(MAX_BATCH, Math.max(1, MAX_VALUES / Math.max(1, values)));
}
