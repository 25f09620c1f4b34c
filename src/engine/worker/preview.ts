import type { Job } from '../../base/job';
import type { RecipeRun } from '../../recipe/run';
import { layerStates, predictFileBytes } from '../../recipe/states';
import type { Recipe } from '../../recipe/types';
import type { Preview, StepReport } from '../protocol/index';
import type { Workbench } from './workbench';

/** Every layer's figures under the recipe, and the size the file would have. Runs no session. */
export async function preview(bench: Workbench, recipe: Recipe, job: Job): Promise<Preview> {
  const run = await bench.run(recipe, job);
  try {
    const layers = await layerStates(run, bench.platform.compute, job);
    return { recipe, layers, steps: stepReports(run), predictedBytes: predictFileBytes(run, layers) };
  } finally {
    run.dispose();
  }
}

export function stepReports(run: RecipeRun): StepReport[] {
  return run.steps.map(({ id, note, changed, skipped, thresholds }) => ({
    id,
    note,
    changed: changed.length,
    skipped,
    ...(thresholds === undefined ? {} : { thresholds }),
  }));
}
