import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import type { Compute } from '../compute/types';
import { cloneForEdit } from '../onnx/clone';
import { listLayers } from '../onnx/layers';
import type { Layer, OnnxModel, Skipped } from '../onnx/types';
import { refusing, type Originals } from '../passes/originals';
import { passOf } from '../passes/registry';
import type { Calibration, ChannelMoments, Lease, Pass, PassContext, Probe, ProbeWeight, Target } from '../passes/types';
import { createWeightStore, type OwnedWeightStore } from '../passes/weight-store';
import { atTheEnd, type Ran } from './at-end';
import type { GraphStage, RecipeCache } from './cache';
import { effectiveOptions } from './options';
import { checkLayerNames, parseRecipe } from './parse';
import { editsGraph, leadingGraphSteps, takesLayer, usesSamples, type StepResult } from './steps';
import type { Recipe, RecipeStep } from './types';

export interface RunInput {
  readonly recipe: Recipe;
  readonly compute: Compute;
  readonly target: Target;
  /** Of the open model; outlives the run. */
  readonly cache: RecipeCache;
  readonly job: Job;
  /** Values are wanted for this layer only: other layers keep their originals (a global cut still ranks all layers). */
  readonly only?: string;
  /** null: there are no samples. */
  readonly samples?: SampleSource | null;
}

/** Samples of the open model, run through probes whose weights are leased from the run. */
export interface SampleSource extends Pick<Calibration, 'samples' | 'key'> {
  observe(
    probe: Probe,
    lease: (weight: ProbeWeight) => Promise<Lease>,
    visit: Parameters<Calibration['observe']>[1],
    job: Job,
  ): Promise<void>;
}

/** A recipe applied to a model: the graph, and the values of its weights, not yet written into it. Dispose after use. */
export interface RecipeRun {
  readonly recipe: Recipe;
  /** As it was opened. */
  readonly opened: OnnxModel;
  /** The graph after graph passes, with its old weights inside; the same object while the recipe's graph passes stay the same. */
  readonly model: OnnxModel;
  /** The graph after the leading graph passes: `model`, unless a later pass edits it. */
  readonly base: OnnxModel;
  /** Tells graphs apart: runs with equal keys have equal graphs. */
  readonly modelKey: string;
  readonly baseKey: string;
  readonly layers: readonly Layer[];
  readonly store: OwnedWeightStore;
  readonly steps: readonly StepResult[];
  /** Whether a layer's value differs from the model's bytes. */
  isChanged(layerId: string): boolean;
  /** Edits of the written graph that passes asked for, in order. */
  readonly finishers: readonly ((model: OnnxModel) => Skipped[])[];
  dispose(): void;
}

/**
 * Applies the recipe's passes in order. Leading graph passes are taken from the cache where the last run had the same.
 * @throws WhittleError `bad-recipe`, `non-finite-weights` (naming the layer), or what compute throws; AbortError when stopped.
 */
export async function runRecipe(input: RunInput): Promise<RecipeRun> {
  const recipe = parseRecipe(input.recipe);
  checkLayerNames(recipe, input.cache.layers);
  const steps = recipe.passes.filter((s) => s.off !== true);
  const leading = leadingGraphSteps(recipe);
  const key = keyOf(input, '', leading);
  const held = await input.cache.holdStage(key, () => makeStage(input, leading, key));
  const { stage } = held;
  const store = createWeightStore(stage.layers, storeAsOriginals(stage.store, input.cache.originals), input.compute);
  try {
    const rest = await applySteps(input, stage, store, steps.slice(leading.length), JSON.stringify(input.target) + key);
    const edited = rest.model !== stage.model;
    let disposed = false;
    return {
      recipe,
      opened: input.cache.model,
      ...rest,
      base: stage.model,
      baseKey: key,
      modelKey: edited ? keyOf(input, key, steps) : key,
      store,
      steps: [...stage.steps, ...rest.steps],
      isChanged: (id) => store.isChanged(id) || stage.store.isChanged(id),
      dispose() {
        if (disposed) return;
        disposed = true;
        store.dispose();
        held.release();
      },
    };
  } catch (error) {
    store.dispose();
    held.release();
    throw error;
  }
}

/** What a result of these steps depends on. */
function keyOf({ samples, target }: Pick<RunInput, 'samples' | 'target'>, prefix: string, steps: readonly RecipeStep[]): string {
  return JSON.stringify([prefix, steps, ...(steps.some(usesSamples) ? [target, samples?.key ?? null] : [])]);
}

async function makeStage(input: RunInput, leading: readonly RecipeStep[], key: string): Promise<GraphStage> {
  const { model, layers, originals } = input.cache;
  const store = createWeightStore(layers, originals, input.compute);
  const base: GraphStage = { key, model, layers, store, steps: [], moments: new Map() };
  if (leading.length === 0) return base;
  try {
    const { finishers: _none, ...done } = await applySteps({ ...input, only: undefined }, base, store, leading, key);
    return { ...base, ...done };
  } catch (error) {
    store.dispose();
    throw error;
  }
}

interface Applied {
  readonly model: OnnxModel;
  readonly layers: readonly Layer[];
  readonly steps: readonly StepResult[];
  readonly moments: ReadonlyMap<string, ChannelMoments>;
  readonly finishers: readonly ((model: OnnxModel) => Skipped[])[];
}

async function applySteps(
  input: Omit<RunInput, 'only'> & { readonly only?: string | undefined },
  stage: GraphStage,
  store: OwnedWeightStore,
  steps: readonly RecipeStep[],
  prefix: string,
): Promise<Applied> {
  const { compute, target, job, cache } = input;
  const leading = leadingGraphSteps({ passes: steps }).length;
  const lastRanking = steps.findLastIndex((s) => s.id === 'prune-weights');
  const graphKey = JSON.stringify([prefix, input.samples?.key ?? null]);
  const results: Ran[] = [];
  const finishers: ((model: OnnxModel) => Skipped[])[] = [];
  const moments = new Map(stage.moments);
  let { model, layers } = stage;
  for (const [index, step] of steps.entries()) {
    job.signal.throwIfAborted();
    const pass = requirePass(step.id);
    if (pass.meta.kind === 'graph' && index >= leading) {
      results.push({ result: leftOut(step, layers), meta: pass.meta, stored: new Map() });
      continue;
    }
    const edits = editsGraph(step);
    if (edits) model = cloneForEdit(model);
    const selected = layers
      .filter((l) => takesLayer(step.layers, l))
      .map((layer) => ({ layer, options: effectiveOptions(pass.meta, step, layer.id) }));
    const stepsKey = keyOf(input, prefix, steps.slice(0, index + 1));
    const context: PassContext = {
      compute,
      weights: refusing(store, cache.originals),
      model,
      moments,
      target,
      job,
      selected,
      onFinish: (edit) => finishers.push(edit),
      // A ranking over all layers needs what earlier passes made of all of them.
      only: index < lastRanking ? null : (input.only ?? null),
      calibration: calibrationOn(input.samples ?? null, store),
      keep: (key, make, bytesOf, scope = 'steps') => cache.results.keep(`${scope === 'graph' ? graphKey : stepsKey} ${key}`, make, bytesOf),
    };
    const result = await pass.apply(context, effectiveOptions(pass.meta, step));
    const note = selected.length === 0 ? `${whyNone(model, layers)} ${result.note}` : result.note;
    results.push({
      result: { id: step.id, ...result, note },
      meta: pass.meta,
      stored: new Map(result.changed.map((id) => [id, store.encodingOf(id)])),
    });
    if (edits) layers = listLayers(model).layers;
  }
  return { model, layers, steps: atTheEnd(results, (id) => store.encodingOf(id)), moments, finishers };
}

/** Why a pass has no layer to change. */
function whyNone(model: OnnxModel, layers: readonly Layer[]): string {
  if (layers.length > 0) return "No layer matches the pass's filter.";
  const { skipped } = listLayers(model);
  const [first] = skipped;
  if (first === undefined) return 'The model has no weights in its file that a pass could change.';
  return `The model has no weights that a pass could change: "${first.layer}": ${first.reason}${skipped.length > 1 ? ` ${skipped.length - 1} more stay for their own reasons.` : ''}`;
}

/** A graph pass behind others would leave the originals that they are compared with in another graph than its own. */
function leftOut(step: RecipeStep, layers: readonly Layer[]): StepResult {
  const reason = 'The pass stands behind one that changes weights; put it before that.';
  const skipped = layers.flatMap((layer) => (takesLayer(step.layers, layer) ? [{ layer: layer.id, reason }] : []));
  return { id: step.id, changed: [], skipped, note: 'Left out: it has to stand before the passes that change weights.' };
}

/** The samples, with weights from this store. */
function calibrationOn(source: SampleSource | null, store: OwnedWeightStore): Calibration | null {
  if (source === null) return null;
  const { samples, key } = source;
  const lease = ({ layerId, which }: ProbeWeight): Promise<Lease> =>
    which === 'original' ? store.acquireOriginal(layerId) : store.acquire(layerId);
  return { samples, key, observe: (probe, visit, job) => source.observe(probe, lease, visit, job) };
}

function requirePass(id: string): Pass {
  const pass = passOf(id);
  if (pass === undefined) throw new WhittleError('bad-recipe', `There is no pass "${id}".`, 'Remove it from the recipe.');
  return pass;
}

/** The stage's values as the originals of a store above it. */
function storeAsOriginals(store: OwnedWeightStore, base: Originals): Originals {
  return {
    mode: base.mode,
    acquire: (id) => store.acquire(id),
    get uploads() {
      return base.uploads;
    },
    problemOf: (id) => base.problemOf(id),
    destroy: () => store.dispose(),
  };
}
