import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { compareSides } from '../../measure/evaluate';
import { scoredSamples } from '../../measure/split';
import { TrialTally, type TrialFigures } from '../../measure/trial';
import type { Recipe } from '../../recipe/types';
import { onBothSides } from './evaluate';
import type { Workbench } from './workbench';

/** Samples that recipes are told apart by: enough to tell methods apart, few enough to try several. */
const TRIAL_SAMPLES = 128;

/**
 * What the whole model loses under a recipe, run on the live session over `limit` samples (null: all), drawn as a score's are.
 * @param leftOut samples of this many in all that are not to be used.
 */
export async function recipeLoss(bench: Workbench, data: Dataset | null, recipe: Recipe, limit: number | null, leftOut: (total: number) => readonly number[], job: Job): Promise<TrialFigures> {
  return onBothSides(bench, data, recipe, null, job, async ({ samples }, { known, logs, session }, after) => {
    const indices = scoredSamples(samples.length, limit, leftOut(samples.length));
    const tally = new TrialTally(known, logs);
    await compareSides(samples, session.run, after, known, indices, tally, job);
    return tally.result();
  });
}

/**
 * As `recipeLoss`, on samples that no recipe can have learned from: recipes that learn and recipes that do not are compared on the same ones.
 */
export async function trialLoss(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<TrialFigures> {
  return recipeLoss(bench, data, recipe, TRIAL_SAMPLES, (total) => (data === null ? [] : bench.calibrationOf(total)), job);
}
