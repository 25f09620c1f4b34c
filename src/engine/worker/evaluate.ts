import { BudgetCache } from '../../base/budget-cache';
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { BeforeOutputs } from '../../measure/before';
import { evaluateSides, type Side } from '../../measure/evaluate';
import { datasetSamples, randomSamples, type Samples } from '../../measure/samples';
import { scoredSamples } from '../../measure/split';
import type { Recipe } from '../../recipe/types';
import type { Ep } from '../../runtime/types';
import type { Evaluation } from '../protocol/index';
import type { Live } from './live';
import { nameAnswers } from './named-answers';
import type { Evaluated, LiveBench, Workbench } from './workbench';

/** Made-up inputs compared when there are no data. */
const RANDOM_SAMPLES = 16;
/** Larger batches gain nothing on WASM (measured on ResNet-8: 1, 8 and 64 images within 15 %) and their memory is never given back. */
const WASM_BATCH = 8;
/** The original's log probabilities kept for sensitivity scans: 4,000 samples of 1,000 classes. */
const LOG_BYTES = 32 * 2 ** 20;

/** Accuracy (with labels) and agreement of the recipe's weights with the original's, on the live session: nothing is exported. `ep` null: see `Workbench.live`. */
export async function evaluate(bench: Workbench, data: Dataset | null, recipe: Recipe, limit: number | null, ep: Ep | null, job: Job): Promise<Evaluation> {
  return onBothSides(bench, data, recipe, ep, job, async ({ samples, known }, before, after, live) => {
    const indices = scoredSamples(samples.length, limit, data === null ? [] : bench.leftOut(recipe, samples.length));
    const { answers, ...figures } = await evaluateSides(samples, before, after, known, indices, job);
    return { recipe, ep: live.ep, ...figures, ...nameAnswers(answers, data?.classNames ?? null) };
  });
}

/** Runs `work` with both sides of the recipe ready on the live session, and what is kept between evaluations. */
export async function onBothSides<T>(bench: Workbench, data: Dataset | null, recipe: Recipe, ep: Ep | null, job: Job, work: (evaluated: Evaluated, before: Side, after: Side, live: Live) => Promise<T>): Promise<T> {
  const run = await bench.run(recipe, job);
  try {
    const kept = await bench.live(run, job, ep);
    const evaluated = evaluatedOn(kept, data);
    const before = await kept.live.bind(run, 'before');
    try {
      const after = await (await bench.liveAfter(run, job, ep)).live.bind(run, 'after');
      try {
        return await work(evaluated, before.run, after.run, kept.live);
      } finally {
        after.release();
      }
    } finally {
      before.release();
    }
  } finally {
    run.dispose();
  }
}

/** What is kept of evaluations on these data: made anew when the data are others. */
export function evaluatedOn(kept: LiveBench, data: Dataset | null): Evaluated {
  if (kept.evaluated?.data !== data) kept.evaluated = null;
  kept.evaluated ??= { data, samples: batched(samplesFor(kept, data), kept.live.ep), known: new BeforeOutputs(), logs: new BudgetCache(LOG_BYTES), cells: new Map() };
  return kept.evaluated;
}

function batched(samples: Samples, ep: Ep): Samples {
  return ep === 'wasm' ? { ...samples, batch: Math.min(samples.batch, WASM_BATCH) } : samples;
}

/** As `samplesFor`, for figures that need no labels: data that do not fit the model give way to made-up inputs. */
export function anySamples(bench: LiveBench, data: Dataset | null): Samples {
  try {
    return samplesFor(bench, data);
  } catch (error) {
    if (error instanceof WhittleError && (error.code === 'bad-card' || error.code === 'bad-data')) return samplesFor(bench, null);
    throw error;
  }
}

/** The data set as samples, or made-up inputs of sizes that the model runs with. */
export function samplesFor({ live, choice }: LiveBench, data: Dataset | null): Samples {
  return data ? datasetSamples(data, live.inputs) : randomSamples(live.inputs, RANDOM_SAMPLES, choice);
}
