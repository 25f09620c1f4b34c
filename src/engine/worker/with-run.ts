import type { Job } from '../../base/job';
import type { RecipeRun } from '../../recipe/run';
import type { Recipe } from '../../recipe/types';
import type { Workbench } from './workbench';

/** Runs the recipe for `use` and disposes of the run behind it, whatever either throws. */
export async function withRun<T>(bench: Workbench, recipe: Recipe, job: Job, use: (run: RecipeRun) => T | Promise<T>): Promise<T> {
  const run = await bench.run(recipe, job);
  try {
    return await use(run);
  } finally {
    run.dispose();
  }
}
