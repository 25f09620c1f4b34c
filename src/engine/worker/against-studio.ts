/**
 * Two comparisons of a written file that must come out equal: with what the studio computes by the same weights, and, before any pass that
 * may lose something, with the opened file.
 */
import type { Job } from '../../base/job';
import type { Outputs } from '../../measure/outputs';
import { metaOf } from '../../passes/metas';
import type { RecipeRun } from '../../recipe/run';
import type { PassMeta } from '../../passes/options';
import { leadingGraphSteps, runs } from '../../recipe/steps';
import type { Recipe, RecipeStep } from '../../recipe/types';
import { HALF_TOLERANCE, TOLERANCE } from '../../runtime/check';
import type { Feeds } from '../../runtime/types';
import type { OutputDifference, Proof, SameCheck } from '../protocol/index';
import { cannotRun, differenceOf, load, runAll, runEach } from './file-runs';
import { createLive, graphAfter, graphBefore, type LiveGraph } from './live';
import { usesHalf } from './pair';
import type { TrialInputs } from './trial-inputs';
import type { Workbench } from './workbench';

/** Parts of an output's range: the same sums in another order stay below 3e-6 over six models and 17 forms. */
const STUDIO_TOLERANCE = 5e-5;
/**
 * The same where activations are rounded by known scales. Unfused, file and studio come out equal; a last bit may still round to the next
 * code.
 */
const STATIC_TOLERANCE = 5e-3;
/**
 * The same where scales follow the activations: integer sums against floats, rounded again in every layer (1.6e-2 over the 53 of
 * mobilenet_v2).
 */
const DYNAMIC_TOLERANCE = 5e-2;

interface Written {
  readonly trials: TrialInputs;
  readonly bytes: Uint8Array;
  /** On the trial inputs. */
  readonly outputs: readonly Outputs[];
}

const onIntegers = ({ activations }: PassMeta): boolean => activations !== undefined;

function toleranceOf(recipe: Recipe): number {
  if (usesHalf(recipe)) return HALF_TOLERANCE;
  if (runs(recipe, ({ activations }) => activations === 'dynamic')) return DYNAMIC_TOLERANCE;
  return runs(recipe, onIntegers) ? STATIC_TOLERANCE : STUDIO_TOLERANCE;
}

/**
 * How far the written file's outputs lie from the studio's own values of the same weights, and those of the passes that lose nothing from
 * the opened file's. null: what is compared does not run here, or no pass is lossless.
 */
export async function againstStudio(
  bench: Workbench,
  recipe: Recipe,
  { trials, bytes, outputs }: Written,
  job: Job,
): Promise<Pick<Proof, 'studio' | 'lossless'>> {
  // Integer kernels that the runtime fuses round elsewhere than the parts that the studio runs.
  const integers = runs(recipe, onIntegers);
  const written = integers ? await runAll(await load(bench, bytes, job, false), trials.feeds, job) : outputs;
  const studio = await onStudio(bench, await bench.run(recipe, job), 'after', !integers, trials, job);
  const exact = exactPrefix(recipe);
  const lossless = exact.length === 0 ? null : await onStudio(bench, await bench.graphRun(recipe, exact, job), 'before', true, trials, job);
  const wide = bench.doc.layers.every((l) => l.type === 'float32' || l.type === 'float64');
  return {
    studio: studio && same(differenceOf(studio, written), toleranceOf(recipe)),
    lossless: lossless && same(differenceOf(trials.outputs, lossless), wide ? TOLERANCE : HALF_TOLERANCE),
  };
}

/** The passes that the recipe begins with, without what in them may lose something. */
function exactPrefix(recipe: Recipe): RecipeStep[] {
  const passes: RecipeStep[] = [];
  for (const step of leadingGraphSteps(recipe)) {
    const exact = metaOf(step.id)?.exact;
    if (exact === undefined) break;
    const options = exact(step.options ?? {});
    passes.push(Object.keys(options).length === 0 ? step : { ...step, options });
  }
  return passes;
}

/**
 * Outputs on WASM of a run's graph with its weights as inputs, before or after its weight passes; null where such a graph cannot run. The
 * run ends with it.
 */
async function onStudio(
  bench: Workbench,
  run: RecipeRun,
  which: 'before' | 'after',
  optimize: boolean,
  { feeds }: TrialInputs,
  job: Job,
): Promise<Outputs[] | null> {
  try {
    const graph = which === 'before' ? graphBefore(run) : await graphAfter(run, job.signal);
    return await runGraph(bench, run, graph, { which, optimize, feeds }, job);
  } catch (error) {
    if (cannotRun(error)) return null;
    throw error;
  } finally {
    run.dispose();
  }
}

async function runGraph(
  { platform }: Workbench,
  run: RecipeRun,
  graph: LiveGraph,
  { which, optimize, feeds }: { which: 'before' | 'after'; optimize: boolean; feeds: readonly Feeds[] },
  { signal }: Job,
): Promise<Outputs[]> {
  const live = await createLive(graph, platform, { ...platform.runtime.reference, optimize, frugal: true }, signal);
  try {
    const weights = await live.bind(run, which);
    try {
      return await runEach(weights.run, live.inputs, feeds, signal);
    } finally {
      weights.release();
    }
  } finally {
    await live.release();
  }
}

function same(difference: OutputDifference, tolerance: number): SameCheck {
  return { ...difference, ok: difference.relative <= tolerance };
}
