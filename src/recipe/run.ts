import { findParameters } from '../onnx/parameters';
import type { Layer, OnnxModel } from '../onnx/types';
import type { Originals } from '../passes/originals';
import { createWeightStore, type OwnedWeightStore } from '../passes/weight-store';
import { applySteps, type Finisher, keyOf, type RunInput } from './apply-steps';
import type { GraphStage } from './cache';
import { checkLayerNames, parseRecipe } from './parse';
import { leadingGraphSteps, type StepResult } from './steps';
import type { Recipe, RecipeStep } from './types';

/** A recipe applied to a model: the graph, and the values of its weights, not yet written into it. Dispose after use. */
export interface RecipeRun {
  readonly recipe: Recipe;
  /** As it was opened. */
  readonly opened: OnnxModel;
  /** The graph after graph passes, with its old weights inside; the same object while the recipe's graph passes stay the same. */
  readonly model: OnnxModel;
  /** The graph after the leading graph passes: `model`, unless a later pass edits it. */
  readonly base: OnnxModel;
  /** Tells graphs before weight passes apart: runs with equal keys have equal ones. */
  readonly baseKey: string;
  readonly layers: readonly Layer[];
  /** The biases, norms and slopes of `model` that weight passes changed. */
  readonly changedParameters: readonly string[];
  readonly store: OwnedWeightStore;
  readonly steps: readonly StepResult[];
  /** Whether a layer's value differs from the model's bytes. */
  isChanged(layerId: string): boolean;
  /** In order. `step` counts in `steps`. */
  readonly finishers: readonly Finisher[];
  dispose(): void;
}

/** What a run tells of one layer. */
export type LayerSketch = Pick<RecipeRun, 'layers' | 'store' | 'steps' | 'isChanged' | 'dispose'>;

/**
 * Applies the recipe's passes in order. Leading graph passes are taken from the cache where the last run had the same.
 * @throws WhittleError `bad-recipe`, `non-finite-weights` (naming the layer), or what compute throws; AbortError when stopped.
 */
export async function runRecipe(input: RunInput): Promise<RecipeRun> {
  return run(input, null);
}

/**
 * One layer's value as the recipe leaves it, or nearly (`Pass.sketch`): for following a slider without running the whole model, except for
 * what a global cut ranks. Other layers' values, the graph and what steps tell of themselves are not the recipe's. Dispose after use.
 * Throws as `runRecipe` does.
 */
export async function sketchLayer(input: RunInput, layerId: string): Promise<LayerSketch> {
  return run(input, layerId);
}

async function run(input: RunInput, only: string | null): Promise<RecipeRun> {
  const recipe = parseRecipe(input.recipe);
  checkLayerNames(recipe, input.cache.layers);
  const steps = recipe.passes.filter((s) => s.off !== true);
  const leading = leadingGraphSteps(recipe);
  const key = keyOf(input, '', leading);
  const held = await input.cache.holdStage(key, () => makeStage(input, leading, key));
  const { stage } = held;
  const store = createWeightStore(stage.layers, storeAsOriginals(stage.store, input.cache.originals), input.compute);
  try {
    const rest = await applySteps(input, stage, store, steps.slice(leading.length), JSON.stringify(input.target) + key, only);
    let disposed = false;
    return {
      recipe,
      opened: input.cache.model,
      ...rest,
      base: stage.model,
      baseKey: key,
      changedParameters: store.hasSet ? othersChanged(rest.model, store) : [],
      store,
      steps: [...stage.steps, ...rest.steps],
      finishers: rest.finishers.map(({ step, edit }) => ({ step: stage.steps.length + step, edit })),
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

function othersChanged(model: OnnxModel, store: OwnedWeightStore): string[] {
  return findParameters(model).flatMap(({ parameter: { id, role } }) => (role !== 'weight' && store.isChanged(id) ? [id] : []));
}

async function makeStage(input: RunInput, leading: readonly RecipeStep[], key: string): Promise<GraphStage> {
  const { model, layers, originals } = input.cache;
  const store = createWeightStore(layers, originals, input.compute);
  const base: GraphStage = { key, model, layers, store, steps: [], applied: [] };
  if (leading.length === 0) return base;
  try {
    const { finishers: _none, ...done } = await applySteps(input, base, store, leading, key);
    return { ...base, ...done, applied: leading };
  } catch (error) {
    store.dispose();
    throw error;
  }
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
