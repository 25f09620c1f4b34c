/**
 * The one-click recipes: chains of passes that suit a goal, each run on samples that no pass has seen; the best one is kept, and ruin never
 * is.
 */
import { WhittleError } from '../../base/errors';
import { formatBytes } from '../../base/format';
import type { Job } from '../../base/job';
import { counted } from '../../base/plural';
import { mean } from '../../base/stats';
import type { Dataset } from '../../data/types';
import { losesLess, ruinOf, type TrialFigures } from '../../measure/trial';
import { TARGETS, type TargetId } from '../../recipe/targets';
import { correctBiasMeta } from '../../passes/correct-bias/meta';
import { equalizeLayersMeta } from '../../passes/equalize-layers/meta';
import { foldBatchnormMeta } from '../../passes/fold-batchnorm/meta';
import { quantizeStaticMeta } from '../../passes/quantize-static/meta';
import { quantizeWeightsMeta } from '../../passes/quantize-weights/meta';
import { isOf, makeStep } from '../../recipe/steps';
import type { Recipe, RecipeStep } from '../../recipe/types';
import type { Best, BestGoal, BestTrial } from '../protocol/index';
import { fileOf, planBits } from './plan';
import { trialScore } from './recipe-loss';
import { sensitivity } from './sensitivity';
import type { Workbench } from './workbench';

/** For a size: what is scanned before bits are given out. */
const SCAN = { bits: [2, 3, 4, 5, 6, 8], sparsities: [], samples: 32 } as const;

interface Candidate {
  readonly name: string;
  readonly passes: readonly RecipeStep[];
}

const fold = makeStep(foldBatchnormMeta);
const equalize = makeStep(equalizeLayersMeta);
const correct = makeStep(correctBiasMeta);

function quantize(bits: number, rounding: 'nearest' | 'gptq' | 'hqq'): RecipeStep {
  return makeStep(quantizeWeightsMeta, { bits, rounding });
}

/** Recipes worth trying for this many bits. */
function candidatesFor(bits: 4 | 8, target: TargetId, hasSamples: boolean): Candidate[] {
  const nearest = { name: 'Rounding to the nearest value', passes: [fold, quantize(bits, 'nearest')] };
  const equalized = { name: 'Equalized layers, rounding to the nearest value', passes: [fold, equalize, quantize(bits, 'nearest')] };
  if (!hasSamples)
    return bits === 8
      ? [nearest, equalized]
      : [nearest, equalized, { name: 'Half-quadratic rounding', passes: [fold, quantize(bits, 'hqq')] }];
  const fitted = { name: 'Rounding fitted to your samples', passes: [fold, quantize(bits, 'gptq')] };
  if (bits === 4) return [nearest, fitted];
  const fittedCodes = makeStep(quantizeWeightsMeta, { bits, rounding: 'gptq', storage: 'dequantize' });
  // Which ranges keep more is up to the model: mobilenet_v2 keeps more answers by percentile, squeezenet1.1 by least error.
  const onIntegers = (ranges: string, calibrator: string): Candidate => ({
    name: `Weights and activations in 8 bits, ranges ${ranges}`,
    passes: [fold, fittedCodes, makeStep(quantizeStaticMeta, { calibrator })],
  });
  // WebGPU has no integer kernels for it.
  return [
    nearest,
    fitted,
    ...(TARGETS[target].integers ? [onIntegers('of least error', 'mse'), onIntegers('of 99.99 % of the values', 'percentile')] : []),
  ];
}

/**
 * Chooses, chains and runs passes for a goal. Without data, outputs on made-up inputs are compared and only methods that need no samples
 * are tried. Made for WASM, 8 bits mean activations too, where a layer can: that is what is faster there. A candidate that cannot be run on
 * this model is told and left out. Of those that these inputs cannot tell apart the one with the fewest passes is chosen, and none where
 * all are ruin.
 * @throws WhittleError `bad-recipe` where a size cannot be kept even at 2 bits; what the passes throw where no candidate runs.
 */
export async function best(bench: Workbench, data: Dataset | null, goal: BestGoal, target: TargetId, job: Job): Promise<Best> {
  const said: string[] = data === null ? ['There are no samples: methods that learn from them were left out.'] : [];
  const candidates =
    goal.kind === 'bits'
      ? candidatesFor(goal.bits, target, data !== null)
      : await candidatesWithin(bench, data, goal.bytes, target, said, job);
  const tried: Tried[] = [];
  let failure: unknown = null;
  const startedAt = Date.now();
  for (const [done, { name, passes }] of candidates.entries()) {
    const inner: Job = {
      signal: job.signal,
      onProgress: (p) =>
        job.onProgress({
          ...p,
          stage: `${name}: ${p.stage}`,
          done: done + Math.min(1, p.done / Math.max(1, p.total)),
          total: candidates.length,
          startedAt,
        }),
    };
    try {
      const each = await runTrial(bench, data, name, { version: 1, target, passes }, inner);
      if (goal.kind === 'bytes' && each.trial.bytes > goal.bytes)
        said.push(`${name} was left out: it takes ${formatBytes(each.trial.bytes)}.`);
      else tried.push(each);
    } catch (error) {
      if (!(error instanceof WhittleError) || !LEAVES_OUT.has(error.code)) throw error;
      failure = error;
      said.push(`${name} was left out: ${error.message}`);
    }
  }
  const [one] = tried;
  if (one === undefined) throw failure;
  const inputs =
    data === null
      ? counted(one.figures.samples, 'made-up input')
      : `${counted(one.figures.samples, 'sample')} that no pass had learned from`;
  said.push(
    ...tried.map(
      ({ trial }) =>
        `${trial.name}: ${formatBytes(trial.bytes)}, ` +
        `${inWords(trial, data === null)}.${trial.ruin === null ? '' : ` Not usable: ${trial.ruin}.`}`,
    ),
  );
  const usable = tried.filter(({ trial }) => trial.ruin === null);
  const integers = usable.filter(({ trial }) => trial.onIntegers);
  const chosen = choose(integers.length > 0 ? integers : usable);
  if (chosen !== null && integers.length > 0)
    said.push('Of these, only recipes that compute on integers were chosen from: they are the faster ones on WASM.');
  said.push(
    ...(chosen === null ? [helpFor(goal, data !== null)] : chosen.why),
    `${chosen?.name ?? 'None'} was chosen, of ${tried.length} compared on ` +
      `${inputs}${data === null ? ': that is not accuracy, which takes labelled samples' : ''}.`,
  );
  return { goal, chosen: chosen?.trial ?? null, trials: tried.map(({ trial }) => trial), samples: one.figures.samples, said };
}

/** A recipe that was run, with what it is told from others by. */
interface Tried {
  readonly trial: BestTrial;
  readonly figures: TrialFigures;
}

/** The one that loses least, unless one with fewer passes cannot be told from it; null of none. */
function choose(tried: readonly Tried[]): { readonly name: string; readonly trial: BestTrial; readonly why: readonly string[] } | null {
  const [simplest, ...others] = tried.toSorted((a, b) => passesOf(a) - passesOf(b));
  if (simplest === undefined) return null;
  const isBetter = (each: Tried, leader: Tried): boolean =>
    passesOf(each) > passesOf(leader) ? losesLess(each.figures, leader.figures) : lossOf(each) < lossOf(leader);
  const chosen = others.reduce((leader, each) => (isBetter(each, leader) ? each : leader), simplest);
  const least = tried.reduce((leader, each) => (lossOf(each) < lossOf(leader) ? each : leader));
  const { trial } = chosen;
  const why =
    lossOf(least) < lossOf(chosen)
      ? [`${least.trial.name} lost less, but no more than chance would make of so few: the recipe with fewer passes was taken.`]
      : [];
  return { name: trial.name, trial, why };
}

function passesOf({ trial }: Tried): number {
  return trial.recipe.passes.length;
}

function lossOf({ figures }: Tried): number {
  return mean(figures.losses);
}

/** What may still be done where no recipe is of use. */
function helpFor(goal: BestGoal, hasSamples: boolean): string {
  if (!hasSamples)
    return (
      'Add samples of what the model will see: rounding that is fitted to ' +
      'them keeps far more, and they show it better than made-up inputs.'
    );
  if (goal.kind === 'bytes') return 'Allow a larger file.';
  return goal.bits === 4
    ? 'Fit the size instead: it gives each layer the bits that it needs.'
    : 'Scan the layers under Sensitivity, and leave those in floats that lose most.';
}

/** Failures of one method on one model. */
const LEAVES_OUT: ReadonlySet<string> = new Set(['bad-recipe', 'bad-model', 'runtime-failed']);

/** Bits for each layer within the size, from a scan; with fitted rounding where there are samples. */
async function candidatesWithin(
  bench: Workbench,
  data: Dataset | null,
  bytes: number,
  target: TargetId,
  said: string[],
  job: Job,
): Promise<Candidate[]> {
  const rounding = data === null ? 'nearest' : 'gptq';
  const plain: Recipe = { version: 1, target, passes: [fold, quantize(8, rounding)] };
  const { bytes: whole } = await fileOf(bench, { ...plain, passes: [fold, quantize(8, 'nearest')] }, job);
  if (whole <= bytes) {
    said.push(`Eight bits for every layer take ${formatBytes(whole)}, which fits.`);
    return candidatesFor(8, target, data !== null);
  }
  // One layer at a time loses alike whatever the rounding; the fitted one is quick once its samples are seen.
  const { cells } = await sensitivity(bench, data, plain, SCAN, job, () => {});
  const plan = await planBits(bench, data, plain, cells, { kind: 'bytes', bytes }, job);
  const widths = [...new Set(plan.bits.map((entry) => entry.bits))].toSorted((a, b) => a - b);
  said.push(`Each layer was tried at ${SCAN.bits.join(', ')} bits; for ${formatBytes(bytes)} the layers got ${widths.join(', ')} bits.`);
  const mixed = { name: 'Bits by what each layer costs', passes: plan.recipe.passes };
  return data === null
    ? [mixed]
    : [mixed, { name: 'Bits by what each layer costs, biases corrected', passes: [...plan.recipe.passes, correct] }];
}

async function runTrial(bench: Workbench, data: Dataset | null, name: string, recipe: Recipe, job: Job): Promise<Tried> {
  const { bytes, steps } = await fileOf(bench, recipe, job);
  const onIntegers = steps.some(({ id, changed }) => isOf(id, ({ activations }) => activations === 'static') && changed.length > 0);
  const { figures, evaluation } = await trialScore(bench, data, recipe, job);
  const { agreement, kl, sqnrDb } = figures;
  return { trial: { name, recipe, bytes, onIntegers, agreement, kl, sqnrDb, ruin: ruinOf(figures, data === null), evaluation }, figures };
}

function inWords({ agreement, kl, sqnrDb }: BestTrial, madeUp: boolean): string {
  if (agreement !== null && kl !== null)
    return `${agreement.toFixed(1)} % of answers ${madeUp ? 'on made-up inputs ' : ''}kept, divergence ${kl.toPrecision(2)}`;
  return sqnrDb === null ? 'outputs unchanged' : `outputs ${sqnrDb.toFixed(1)} dB above the error`;
}
