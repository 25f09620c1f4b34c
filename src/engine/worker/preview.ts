import type { Job } from '../../base/job';
import { gzipSize } from '../../measure/size';
import type { RecipeRun } from '../../recipe/run';
import { layerStates, predictFileBytes } from '../../recipe/states';
import { predictGzipBytes, type Gzip } from '../../recipe/wire';
import type { Recipe } from '../../recipe/types';
import type { Preview, StepReport } from '../protocol/index';
import type { Workbench } from './workbench';

/** Every layer's figures under the recipe, and the size the file would have. Runs no session. */
export async function preview(bench: Workbench, recipe: Recipe, job: Job): Promise<Preview> {
  const run = await bench.run(recipe, job);
  try {
    const layers = await layerStates(run, bench.platform.compute, job);
    const gzip: Gzip = (parts) => gzipSize(new Blob([...parts]), job.signal);
    const predictedGzipBytes = await predictGzipBytes(run, layers, bench.platform.compute, gzip, job);
    return { recipe, layers, steps: stepReports(run), predictedBytes: predictFileBytes(run, layers), predictedGzipBytes };
  } finally {
    run.dispose();
  }
}

/** What each step did, as the page is told: layers by their number alone. */
export function stepReports(run: RecipeRun): StepReport[] {
  return run.steps.map(({ id, note, changed, skipped, thresholds }) => ({
    id,
    note,
    changed: changed.length,
    skipped,
    ...(thresholds === undefined ? {} : { thresholds }),
  }));
}
