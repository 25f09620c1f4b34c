import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { compareSides, type Side, type Tally } from '../../measure/evaluate';
import { EvaluationTally } from '../../measure/evaluation';
import type { Samples } from '../../measure/samples';
import { TrialTally, type TrialFigures } from '../../measure/trial';
import type { Recipe } from '../../recipe/types';
import type { Evaluation } from '../protocol/index';
import { onBothSides, told } from './evaluate';
import type { Original } from './original';
import type { Workbench } from './workbench';

/** Samples that recipes are told apart by: enough to tell methods apart, few enough to try several. */
export const TRIAL_SAMPLES = 128;

/** What the whole model loses under a recipe, run on the live session over the samples that are scored, or `limit` of them. */
export function recipeLoss(bench: Workbench, data: Dataset | null, recipe: Recipe, limit: number | null, job: Job): Promise<TrialFigures> {
  return onBothSides(bench, data, recipe, null, job, async ({ samples }, original, after) => {
    const loss = new TrialTally(original.known, original.logs);
    await tallied(bench, data, samples, original, after, limit, loss, job);
    return loss.result();
  });
}

/** As `recipeLoss`, over as many samples as tell recipes apart, with all that an evaluation of these tells, from the same run. */
export function trialScore(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  job: Job,
): Promise<{ readonly figures: TrialFigures; readonly evaluation: Evaluation }> {
  return onBothSides(bench, data, recipe, null, job, async ({ samples, madeUp }, original, after) => {
    const [loss, scores] = [new TrialTally(original.known, original.logs), new EvaluationTally(original.known)];
    const both: Tally = {
      add(...sample) {
        loss.add(...sample);
        scores.add(...sample);
      },
    };
    await tallied(bench, data, samples, original, after, TRIAL_SAMPLES, both, job);
    const of = { recipe, of: 'live', madeUp, ep: original.session.options.ep } as const;
    return { figures: loss.result(), evaluation: told(scores.result(), of, data) };
  });
}

function tallied(
  bench: Workbench,
  data: Dataset | null,
  samples: Samples,
  { known, session }: Original,
  after: Side,
  limit: number | null,
  tally: Tally,
  job: Job,
): Promise<void> {
  return compareSides(samples, session.run, after, known, bench.scoredOf(data, samples.length, limit), tally, job);
}
