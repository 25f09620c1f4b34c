/** From a sensitivity scan to bits for each layer that keep to a budget. */
import { WhittleError } from '../../base/errors';
import { lossOf } from '../../base/heat';
import { quietly, type Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { valuesOf, type Allocation, type Choice } from '../../measure/allocate';
import { judgeLoss, type LimitJudgement } from '../../measure/limit';
import { ruinOf, type TrialFigures } from '../../measure/trial';
import type { Layer } from '../../onnx/types';
import { quantizeWeightsMeta } from '../../passes/quantize-weights/meta';
import { isByOutput } from '../../passes/quantize-weights/settings';
import { predictBytes, predictFileBytes } from '../../recipe/states';
import { FLOAT_BITS, roundingOf, stepOf, takesLayer, withLayerBits, withRounding, type StepResult } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
import type { BitBudget, BitPlan, PlanRounding, SensitivityCell } from '../protocol/index';
import { choosePlan, type Trials, type Whole } from './budget';
import { recipeLoss, TRIAL_SAMPLES } from './recipe-loss';
import { planTime } from './time-budget';
import { withRun } from './with-run';
import type { Workbench } from './workbench';

/**
 * Bits for every layer that has cells and that the recipe quantizes; one that hurts at every scanned width may stay float. A budget of
 * bytes gives the least loss, a budget of loss or points the smallest file. The prediction adds the layers' losses up; plans are run, and
 * what they really lose decides. Where there are samples they are rounded as fitted to them, whatever the recipe says, unless its own
 * rounding turns out to lose less. A budget of time needs no cells: see `planTime`. Throws `bad-recipe` where the cells name no bit widths,
 * the budget cannot be kept or what keeps to it is of no use, `bad-data` where points cannot be measured.
 */
export async function planBits(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  cells: readonly SensitivityCell[],
  budget: BitBudget,
  job: Job,
): Promise<BitPlan> {
  if (budget.kind === 'time') return planTime(bench, data, recipe, budget.ratio, job);
  // The steps of a plan report nothing: the progress counts plans.
  const inner = quietly(job);
  const layers = await plannedLayers(bench, recipe, cells, inner);
  const samples = budget.kind === 'points' ? budget.samples : TRIAL_SAMPLES;
  const ways = roundingsFor(bench, recipe).map((from) => new Way(bench, data, from, layers, samples, inner));
  const [searched, ...others] = ways;
  if (searched === undefined) throw new RangeError('no way to round');
  const { plan, plans } = await choosePlan(
    layers.map(({ choices }) => choices),
    budget,
    searched,
    job,
  );
  let chosen = searched;
  const within = budget.kind === 'bytes' ? budget.bytes : Infinity;
  for (const other of others)
    if ((await other.run(plan)).loss < (await chosen.run(plan)).loss && (await other.bytes(other.recipeOf(plan))) <= within) chosen = other;
  const { loss, samples: run } = await chosen.figures(plan);
  return {
    recipe: chosen.recipeOf(plan),
    bits: valuesOf(plan).map((bits, i) => ({ layerId: layers[i]?.layerId ?? '', bits })),
    predictedBytes: await chosen.bytes(chosen.recipeOf(plan)),
    predictedLoss: plan.loss,
    lossKind: cells.some((c) => c.kl !== null) ? 'kl' : 'noise',
    checked: budget.kind === 'bytes' ? { plans, loss, samples: run } : null,
    measured: budget.kind === 'points' ? await chosen.judge(plan, budget.points) : null,
    roundings: await Promise.all(ways.map((way) => way.told(plan, way === chosen))),
    timed: null,
  };
}

/** The recipe under each rounding that is worth a run: fitted where it can be, and its own. */
function roundingsFor(bench: Workbench, recipe: Recipe): Recipe[] {
  const fitted = withRounding(recipe, 'gptq');
  return isByOutput(roundingOf(recipe)) || bench.sampleSource(fitted) === null ? [recipe] : [fitted, recipe];
}

const ROUNDING_WORDS: Readonly<Record<string, string>> = {
  nearest: 'to the nearest value',
  gptq: 'fitted to your samples',
  adaround: 'learned from your samples',
  hqq: 'half-quadratic',
};

/** Plans under one way of rounding. What a plan takes and loses costs runs, and the same ones are asked about more than once. */
class Way implements Trials {
  private readonly bench: Workbench;
  private readonly data: Dataset | null;
  private readonly from: Recipe;
  private readonly layers: readonly PlannedLayer[];
  private readonly samples: number | null;
  private readonly job: Job;
  private readonly sizes = new Map<string, Promise<number>>();
  private added: Promise<number> | null = null;
  private readonly runs = new Map<string, Promise<Figures>>();

  /** @param samples that each plan is run on; null: all that no pass learns from. */
  constructor(bench: Workbench, data: Dataset | null, from: Recipe, layers: readonly PlannedLayer[], samples: number | null, job: Job) {
    this.bench = bench;
    this.data = data;
    this.from = from;
    this.layers = layers;
    this.samples = samples;
    this.job = job;
  }

  recipeOf(plan: Allocation): Recipe {
    return this.withBits(this.from, valuesOf(plan));
  }

  private withBits(recipe: Recipe, values: readonly number[]): Recipe {
    return withLayerBits(recipe, new Map(values.map((bits, i) => [this.layers[i]?.layerId ?? '', bits])));
  }

  bytes(recipe: Recipe): Promise<number> {
    const key = JSON.stringify(recipe.passes);
    const bytes = this.sizes.get(key) ?? fileOf(this.bench, recipe, this.job).then((file) => file.bytes);
    this.sizes.set(key, bytes);
    return bytes;
  }

  /**
   * At most so many: a fit for each size would take minutes, and what fitting adds (biases of layers that had none) is most where no layer
   * stays float.
   */
  readonly size = async (plan: Allocation): Promise<number> => {
    if (!isByOutput(roundingOf(this.from))) return this.bytes(this.recipeOf(plan));
    this.added ??= this.fittingAdds();
    return (await this.bytes(this.withBits(withRounding(this.from, 'nearest'), valuesOf(plan)))) + (await this.added);
  };

  private async fittingAdds(): Promise<number> {
    const fewest = this.layers.map(({ choices }) => Math.min(...choices.map(({ value }) => value)));
    const [fitted, plain] = [this.from, withRounding(this.from, 'nearest')].map((recipe) => this.bytes(this.withBits(recipe, fewest)));
    return ((await fitted) ?? 0) - ((await plain) ?? 0);
  }

  figures(plan: Allocation): Promise<Figures> {
    const key = valuesOf(plan).join();
    const found =
      this.runs.get(key) ??
      recipeLoss(this.bench, this.data, this.recipeOf(plan), this.samples, this.job).then((figures) => ({
        ...figures,
        loss: lossOf(figures),
      }));
    this.runs.set(key, found);
    return found;
  }

  readonly run = async (plan: Allocation): Promise<Whole> => {
    const figures = await this.figures(plan);
    return { loss: figures.loss, ruin: ruinOf(figures, this.data === null) };
  };

  readonly judge = async (plan: Allocation, points: number): Promise<LimitJudgement> => {
    const { paired } = await this.figures(plan);
    if (paired === null)
      throw new WhittleError(
        'bad-data',
        'A budget in points needs labelled samples of a classifier.',
        'Add labels to the data, or set a budget of bytes or loss.',
      );
    return judgeLoss(paired, points);
  };

  async told(plan: Allocation, chosen: boolean): Promise<PlanRounding> {
    const rounding = roundingOf(this.from);
    const { loss, agreement, samples } = await this.figures(plan);
    return {
      rounding: ROUNDING_WORDS[rounding] ?? rounding,
      bytes: await this.bytes(this.recipeOf(plan)),
      loss,
      agreement,
      samples,
      chosen,
    };
  }
}

interface Figures extends TrialFigures {
  readonly loss: number;
}

interface PlannedLayer {
  readonly layerId: string;
  readonly choices: readonly Choice[];
}

async function plannedLayers(bench: Workbench, recipe: Recipe, cells: readonly SensitivityCell[], job: Job): Promise<PlannedLayer[]> {
  const filter = stepOf(recipe, quantizeWeightsMeta.id)?.layers;
  const choicesOf = (layer: Layer): PlannedLayer[] => {
    const own = cells.filter((c) => c.kind === 'bits' && c.layerId === layer.id);
    if (own.length === 0 || !takesLayer(filter, layer)) return [];
    const float = { value: FLOAT_BITS, cost: layer.bytes, loss: 0 };
    return [{ layerId: layer.id, choices: [...own.map((cell) => ({ value: cell.value, cost: cell.bytes, loss: lossOf(cell) })), float] }];
  };
  const layers = await withRun(bench, recipe, job, (run) => run.layers.flatMap(choicesOf));
  if (layers.length === 0)
    throw new WhittleError('bad-recipe', 'No layer that the recipe quantizes has been scanned for bit widths.', 'Scan the layers first.');
  return layers;
}

/** Predicted bytes of the file that the recipe makes, and what its steps did. */
export async function fileOf(bench: Workbench, recipe: Recipe, job: Job): Promise<{ bytes: number; steps: readonly StepResult[] }> {
  return withRun(bench, recipe, job, (run) => {
    const states = run.layers.map((layer) => ({
      bytesBefore: layer.bytes,
      bytesAfter: predictBytes(layer, run.store.encodingOf(layer.id)),
    }));
    return { bytes: predictFileBytes(run, states), steps: run.steps };
  });
}
