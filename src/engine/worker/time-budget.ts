/** Which layers compute on integers, so that an inference takes no longer than it may. */
import { number } from '../../base/codec';
import { lossOf } from '../../base/heat';
import { WhittleError } from '../../base/errors';
import { quietly, type Job } from '../../base/job';
import { pairedRatio } from '../../base/stats';
import type { Dataset } from '../../data/types';
import { allocationFront, allocationOf, valuesOf, type Choice } from '../../measure/allocate';
import { LATENCY } from '../../measure/latency';
import { ruinOf } from '../../measure/trial';
import { FLOAT_BITS, isOf, singleIntegerLayerRecipe, withFloatLayers } from '../../recipe/steps';
import { TARGETS } from '../../recipe/targets';
import type { Recipe } from '../../recipe/types';
import { nodeTime } from '../../runtime/placement';
import type { Feeds } from '../../runtime/types';
import type { BitPlan } from '../protocol/index';
import { firstKeeping, mostTrials, outOfReach, refuseRuin } from './budget';
import { exportModel } from './export';
import { oneSample, timePair, withPair } from './pair';
import { profile } from './profile';
import { recipeLoss, TRIAL_SAMPLES } from './recipe-loss';
import { withRun } from './with-run';
import type { Workbench } from './workbench';

/** Samples that a layer alone is tried on. */
const SCAN_SAMPLES = 32;
const INTEGER_BITS = 8;

/**
 * The layers that compute on 8-bit integers and those that stay in floats: the least loss with which an inference on WASM takes at most
 * `ratio` of the original's time. Each layer's time in both forms comes from profiles of the original and of the model with all of them on
 * integers, its loss from a run in which it alone is; times and losses add up to plans, and plans are written, loaded and timed in turns
 * with the original, which decides.
 * @throws WhittleError `bad-recipe` on WebGPU, where no layer can compute on integers, and where the time cannot be kept; `bad-data`
 * without samples.
 */
export async function planTime(bench: Workbench, data: Dataset | null, recipe: Recipe, ratio: number, job: Job): Promise<BitPlan> {
  if (!TARGETS[recipe.target].integers) {
    throw new WhittleError(
      'bad-recipe',
      'On WebGPU no bit width makes a layer faster: its kernels compute in floats whatever the file holds.',
      'Choose WASM as the target, or set a budget of bytes or accuracy.',
    );
  }
  const ids = await integerLayers(bench, withFloatLayers(recipe, []), job);
  const feeds = await oneSample(bench, data, job);
  const startedAt = Date.now();
  const tried = new Map<string, Promise<Tried>>();
  let total = 1;
  const run = (bits: readonly number[]): Promise<Tried> => {
    const known = tried.get(bits.join());
    if (known) return known;
    const done = tried.size;
    const own: Job = {
      signal: job.signal,
      onProgress: ({ stage }) => job.onProgress({ stage: `Timing plan ${done + 1}: ${stage}`, done, total, startedAt }),
    };
    const made = tryPlan(
      bench,
      feeds,
      recipe,
      ids.map((layerId, i) => ({ layerId, bits: bits[i] ?? FLOAT_BITS })),
      ratio,
      own,
    );
    tried.set(bits.join(), made);
    return made;
  };
  const whole = ids.map(() => INTEGER_BITS);
  const layers = await choicesOf(bench, data, recipe, ids, await run(whole), job);
  const front = allocationFront(layers).toReversed();
  total = mostTrials(front) + 2;
  // Times of single layers say nothing of what moves between integers and floats: all on integers may be the fastest of all.
  let fastest = allocationOf(layers.flatMap(([integers]) => integers ?? []));
  const predicted = front.at(-1);
  if (predicted && (await run(valuesOf(predicted))).timed.median < (await run(whole)).timed.median) fastest = predicted;
  const { plan, tried: chosen } = await firstKeeping([...front, fastest], fastest, (each) => run(valuesOf(each)));
  if (!chosen.keeps)
    throw outOfReach(
      `${percent(ratio)} of the original's time`,
      `the fastest plan takes ${percent(chosen.timed.median)}`,
      'Allow more time.',
    );
  const loss = await recipeLoss(bench, data, chosen.recipe, TRIAL_SAMPLES, job);
  refuseRuin({ ruin: ruinOf(loss, data === null) }, `${percent(ratio)} of the original's time`);
  return {
    recipe: chosen.recipe,
    bits: chosen.bits,
    predictedBytes: chosen.file.size,
    predictedLoss: plan.loss,
    lossKind: loss.kl === null ? 'noise' : 'kl',
    checked: { plans: tried.size, loss: lossOf(loss), samples: loss.samples },
    measured: null,
    roundings: [],
    timed: chosen.timed,
  };
}

/** A plan that was written and timed. */
interface Tried extends Pick<BitPlan, 'recipe' | 'bits'> {
  readonly file: Blob;
  readonly timed: Ratio;
  readonly keeps: boolean;
}

async function tryPlan(bench: Workbench, feeds: Feeds, from: Recipe, bits: BitPlan['bits'], ratio: number, job: Job): Promise<Tried> {
  const recipe = withFloatLayers(
    from,
    bits.flatMap((layer) => (layer.bits === FLOAT_BITS ? [layer.layerId] : [])),
  );
  const { blob: file } = await exportModel(bench, recipe, job);
  const timed = await timeBeside(bench, feeds, file, job);
  return { recipe, bits, file, timed, keeps: timed.median <= ratio };
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(0)} %`;
}

/** Layers that the recipe lets compute on integers. */
async function integerLayers(bench: Workbench, recipe: Recipe, job: Job): Promise<string[]> {
  const { step, ids } = await withRun(bench, recipe, job, (run) => {
    const found = run.steps.findLast(({ id }) => isOf(id, ({ activations }) => activations === 'static'));
    const changed = new Set(found?.changed);
    return { step: found, ids: run.layers.flatMap(({ id }) => (changed.has(id) ? [id] : [])) };
  });
  if (ids.length === 0)
    throw new WhittleError(
      'bad-recipe',
      `No layer can compute on integers. ${step?.skipped[0]?.reason ?? ''}`.trim(),
      'Set a budget of bytes or accuracy instead.',
    );
  return ids;
}

/**
 * What each layer takes (costs are milliseconds) and loses on integers and in floats. @param whole all of them on integers, timed: its code
 * is as fast as it gets.
 */
async function choicesOf(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  ids: readonly string[],
  whole: Tried,
  job: Job,
): Promise<Choice[][]> {
  const { before, after } = await profile(bench, data, whole.recipe, whole.file, bench.providerOf(recipe.target), job);
  const startedAt = Date.now();
  const layers: Choice[][] = [];
  for (const [done, id] of ids.entries()) {
    job.onProgress({ stage: `${id} on integers alone`, done, total: ids.length, startedAt });
    const loss = await lossAlone(bench, data, singleIntegerLayerRecipe(recipe, id), job);
    const float = nodeTime(before, id) ?? 0;
    // Nodes that got other names on their way into the file are taken to gain what the whole gains.
    const integers = nodeTime(after, id) ?? float * whole.timed.median;
    layers.push([
      { value: INTEGER_BITS, cost: integers, loss },
      { value: FLOAT_BITS, cost: float, loss: 0 },
    ]);
  }
  return layers;
}

/** Kept: another budget asks for it again. */
function lossAlone(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<number> {
  const key = JSON.stringify(['on integers alone', recipe.passes, bench.sampleSource(recipe)?.key]);
  const run = async (): Promise<number> => lossOf(await recipeLoss(bench, data, recipe, SCAN_SAMPLES, quietly(job)));
  return bench.cache.results.keep(key, run, number, null);
}

type Ratio = ReturnType<typeof pairedRatio>;

/** How long the file takes on WASM over what the original takes, in turns. */
async function timeBeside(bench: Workbench, feeds: Feeds, file: Blob, job: Job): Promise<Ratio> {
  const on = bench.platform.runtime.reference;
  return withPair(bench, file, { before: on, after: on }, feeds, job, async (before, after) => {
    const latency = await timePair(before, after, LATENCY, job);
    return pairedRatio(latency.before, latency.after);
  });
}
