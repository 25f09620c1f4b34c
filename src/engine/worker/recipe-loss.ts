import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { compareSides, type Tally } from '../../measure/evaluate';
import { EvaluationTally } from '../../measure/evaluation';
import { TrialTally, type TrialFigures } from '../../measure/trial';
import type { Recipe } from '../../recipe/types';
import type { Evaluation } from '../protocol/index';
import { onBothSides, told } from './evaluate';
import type { Workbench } from './workbench';

/** Samples that recipes are told apart by: enough to tell methods apart, few enough to try several. */
export const TRIAL_SAMPLES = 128;

/** What the whole model loses under a recipe, run on the live session over the samples that are scored, or `limit` of them. */
export async function recipeLoss(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  limit: number | null,
  job: Job,
): Promise<TrialFigures> {
  return onBothSides(bench, data, recipe, null, job, async ({ samples }, { known, logs, session }, after) => {
    const tally = new TrialTally(known, logs);
    await compareSides(samples, session.run, after, known, bench.scoredOf(data, samples.length, limit), tally, job);
    return tally.result();
  });
}

/** As `recipeLoss`, over as many samples as tell recipes apart. */
export async function trialLoss(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<TrialFigures> {
  return recipeLoss(bench, data, recipe, TRIAL_SAMPLES, job);
}

/** As `trialLoss`, with all that an evaluation of these samples tells, from the same run. */
export async function trialScore(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  job: Job,
): Promise<{ readonly figures: TrialFigures; readonly evaluation: Evaluation }> {
  return onBothSides(bench, data, recipe, null, job, async ({ samples, madeUp }, { known, logs, session }, after) => {
    const [loss, scores] = [new TrialTally(known, logs), new EvaluationTally(known)];
    const both: Tally = {
      add(...sample) {
        loss.add(...sample);
        scores.add(...sample);
      },
    };
    await compareSides(samples, session.run, after, known, bench.scoredOf(data, samples.length, TRIAL_SAMPLES), both, job);
    return { figures: loss.result(), evaluation: told(scores.result(), { recipe, of: 'live', madeUp, ep: session.options.ep }, data) };
  });
}
