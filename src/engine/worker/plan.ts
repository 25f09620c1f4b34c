/** From a sensitivity scan to bits for each layer that keep to a budget. */
import { WhittleError } from '../../base/errors';
import { lossOf } from '../../base/heat';
import { quietly, type Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { valuesOf, type Allocation, type Choice } from '../../measure/allocate';
import { predictBytes, predictFileBytes } from '../../recipe/states';
import { FLOAT_BITS, stepOf, takesLayer, withLayerBits, type StepResult } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
import type { BitBudget, BitPlan, SensitivityCell } from '../protocol/index';
import { choosePlan, type Measured, type Whole } from './budget';
import { recipeLoss, trialLoss } from './recipe-loss';
import { planTime } from './time-budget';
import type { Workbench } from './workbench';

/**
 * Bits for every layer that has cells and that the recipe quantizes; one that hurts at every scanned width may stay float. A budget of bytes
 * gives the least loss, a budget of loss or points the smallest file. The prediction adds the layers' losses up; within bytes and points plans
 * are run, and what they really lose decides. A budget of time needs no cells: see `planTime`.
 * Throws `bad-recipe` where the cells name no bit widths or the budget cannot be kept, `bad-data` where points cannot be measured.
 */
export async function planBits(bench: Workbench, data: Dataset | null, recipe: Recipe, cells: readonly SensitivityCell[], budget: BitBudget, job: Job): Promise<BitPlan> {
  if (budget.kind === 'time') return planTime(bench, data, recipe, budget.ratio, job);
  // The steps of a plan report nothing: the progress counts plans.
  const inner = quietly(job);
  const layers = await plannedLayers(bench, recipe, cells, inner);
  const recipeOf = (plan: Allocation): Recipe => withLayerBits(recipe, new Map(valuesOf(plan).map((bits, i) => [layers[i]?.layerId ?? '', bits])));
  // A size costs a run of the recipe, and the same plans are asked about more than once.
  const sizes = new Map<string, Promise<number>>();
  const size = (plan: Allocation): Promise<number> => {
    const key = valuesOf(plan).join();
    const bytes = sizes.get(key) ?? fileOf(bench, recipeOf(plan), inner).then((file) => file.bytes);
    sizes.set(key, bytes);
    return bytes;
  };
  const measure = (plan: Allocation, samples: number | null): Promise<Measured> => topOneChange(bench, data, recipeOf(plan), samples, inner);
  const run = async (plan: Allocation): Promise<Whole> => {
    const figures = await trialLoss(bench, data, recipeOf(plan), inner);
    return { loss: lossOf(figures), samples: figures.samples };
  };
  const { plan, measured, checked } = await choosePlan(layers.map(({ choices }) => choices), budget, size, measure, run, job);
  return {
    recipe: recipeOf(plan),
    bits: valuesOf(plan).map((bits, i) => ({ layerId: layers[i]?.layerId ?? '', bits })),
    predictedBytes: await size(plan),
    predictedLoss: plan.loss,
    lossKind: cells.some((c) => c.kl !== null) ? 'kl' : 'noise',
    checked,
    measured,
    timed: null,
  };
}

interface PlannedLayer {
  readonly layerId: string;
  readonly choices: readonly Choice[];
}

async function plannedLayers(bench: Workbench, recipe: Recipe, cells: readonly SensitivityCell[], job: Job): Promise<PlannedLayer[]> {
  const run = await bench.run(recipe, job);
  const filter = stepOf(recipe, 'quantize-weights')?.layers;
  const layers = run.layers.flatMap((layer): PlannedLayer[] => {
    const own = cells.filter((c) => c.kind === 'bits' && c.layerId === layer.id);
    if (own.length === 0 || !takesLayer(filter, layer)) return [];
    const float = { value: FLOAT_BITS, cost: layer.bytes, loss: 0 };
    return [{ layerId: layer.id, choices: [...own.map((cell) => ({ value: cell.value, cost: cell.bytes, loss: lossOf(cell) })), float] }];
  });
  run.dispose();
  if (layers.length === 0) throw new WhittleError('bad-recipe', 'No layer that the recipe quantizes has been scanned for bit widths.', 'Scan the layers first.');
  return layers;
}

/** How top-1 changes under the recipe, run on the live session. */
async function topOneChange(bench: Workbench, data: Dataset | null, recipe: Recipe, limit: number | null, job: Job): Promise<Measured> {
  const { top1, top1Before, samples } = await recipeLoss(bench, data, recipe, limit, job);
  if (top1 === null || top1Before === null) {
    throw new WhittleError('bad-data', 'A budget in points needs labelled samples of a classifier.', 'Add labels to the data, or set a budget of bytes or loss.');
  }
  return { points: top1 - top1Before, samples };
}

/** Predicted bytes of the file that the recipe makes, and what its steps did. */
export async function fileOf(bench: Workbench, recipe: Recipe, job: Job): Promise<{ bytes: number; steps: readonly StepResult[] }> {
  const run = await bench.run(recipe, job);
  const states = run.layers.map((layer) => ({ bytesBefore: layer.bytes, bytesAfter: predictBytes(layer, run.store.encodingOf(layer.id)) }));
  const bytes = predictFileBytes(run, states);
  run.dispose();
  return { bytes, steps: run.steps };
}
