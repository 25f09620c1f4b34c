/** Questions about a recipe's steps, without running them. */
import { metaOf } from '../passes/metas';
import type { Options, OptionValue, PassMeta } from '../passes/options';
import { pruneWeightsMeta } from '../passes/prune-weights/meta';
import { quantizeStaticMeta } from '../passes/quantize-static/meta';
import { quantizeWeightsMeta } from '../passes/quantize-weights/meta';
import type { Layer, Skipped } from '../onnx/types';
import { effectiveOptions, ownOptions } from './options';
import type { LayerFilter, Recipe, RecipeStep } from './types';

/** What one pass did. */
export interface StepResult {
  readonly id: string;
  readonly note: string;
  /** Ids of the layers it changed. */
  readonly changed: readonly string[];
  readonly skipped: readonly Skipped[];
  /** prune-weights by magnitude: the threshold on |w|, by layer id. */
  readonly thresholds?: Readonly<Record<string, number>>;
}

/** The graph passes that a recipe begins with: they decide the live session's graph. */
export function leadingGraphSteps(recipe: Pick<Recipe, 'passes'>): readonly RecipeStep[] {
  const steps = recipe.passes.filter((s) => s.off !== true);
  const firstOther = steps.findIndex((s) => metaOf(s.id)?.kind !== 'graph');
  return firstOther < 0 ? steps : steps.slice(0, firstOther);
}

/** The first step of a pass: one that runs, else one that is switched off. */
export function stepOf(recipe: Recipe, id: string): RecipeStep | undefined {
  const steps = recipe.passes.filter((s) => s.id === id);
  return steps.find((s) => s.off !== true) ?? steps[0];
}

/** A step with the id of a known pass. @param options without those that stay at their defaults. */
export function makeStep({ id }: PassMeta, options?: Options): RecipeStep {
  return options === undefined ? { id } : { id, options };
}

/** Place of the last step that runs and whose pass is `such`; -1 where there is none. */
export function lastStep({ passes }: Pick<Recipe, 'passes'>, such: (meta: PassMeta) => boolean): number {
  return passes.findLastIndex((step) => step.off !== true && isOf(step.id, such));
}

/** Whether a step runs whose pass is `such`. */
export function runs(recipe: Pick<Recipe, 'passes'>, such: (meta: PassMeta) => boolean): boolean {
  return lastStep(recipe, such) >= 0;
}

/** Whether this is the id of a pass that is `such`. */
export function isOf(id: string, such: (meta: PassMeta) => boolean): boolean {
  const meta = metaOf(id);
  return meta !== undefined && such(meta);
}

/** Whether a step that runs needs the user's samples, under its own options or those of a layer. */
export function usesSamples(step: RecipeStep): boolean {
  return holdsSomewhere(step, metaOf(step.id)?.usesSamples);
}

/** Whether a step that runs may edit the graph. */
export function editsGraph(step: RecipeStep): boolean {
  const meta = metaOf(step.id);
  if (meta?.kind === 'graph' || meta?.editsGraph === true) return step.off !== true;
  return holdsSomewhere(step, meta?.editsGraph);
}

function holdsSomewhere(step: RecipeStep, holds: ((options: Options) => boolean) | undefined): boolean {
  const meta = metaOf(step.id);
  if (step.off === true || meta === undefined || holds === undefined) return false;
  return [undefined, ...Object.keys(step.overrides ?? {})].some((layer) => holds(effectiveOptions(meta, step, layer)));
}

/** Whether a step's filter takes the layer, by name or by op. */
export function takesLayer(filter: LayerFilter | undefined, layer: Pick<Layer, 'id' | 'op'>): boolean {
  const named = (names: readonly string[]): boolean => setOf(names).has(layer.id) || setOf(names).has(layer.op);
  return (filter?.include === undefined || named(filter.include)) && (filter?.exclude === undefined || !named(filter.exclude));
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** A list may name tens of thousands of layers, and every layer is asked for. */
function setOf(names: readonly string[]): ReadonlySet<string> {
  const set = sets.get(names) ?? new Set(names);
  sets.set(names, set);
  return set;
}

/** What a scanned option is for a layer, under the last step of its pass that takes the layer; undefined where none that runs does. */
export function settingOf(recipe: Recipe, layer: Pick<Layer, 'id' | 'op'>, option: SingleChange['kind']): OptionValue | undefined {
  const takes = (step: RecipeStep): boolean => takesLayer(step.layers, layer) && isOf(step.id, ({ scans }) => scans === option);
  const step = recipe.passes.findLast((each) => each.off !== true && takes(each));
  const meta = step && metaOf(step.id);
  return meta && effectiveOptions(meta, step, layer.id)[option];
}

/** What one layer is changed by in a sensitivity scan. */
export type SingleChange = { readonly kind: 'bits' | 'sparsity'; readonly value: number };

/**
 * The recipe's graph passes, and one layer quantized or pruned with the recipe's own options for it: what a sensitivity scan tries.
 * A sparsity is that layer's own, whatever the recipe's scope, threshold or target size.
 */
export function singleLayerRecipe(recipe: Recipe, layerId: string, { kind, value }: SingleChange): Recipe {
  if (kind === 'bits') return layerAlone(recipe, layerId, quantizeWeightsMeta.id, (own) => ({ ...own, bits: value }));
  return layerAlone(recipe, layerId, pruneWeightsMeta.id, ({ threshold: _threshold, targetBytes: _target, ...pruning }) => ({
    ...pruning,
    scope: 'layer',
    sparsity: value,
  }));
}

/** The recipe's graph passes, and one layer computing on integers with the recipe's own options for it. */
export function singleIntegerLayerRecipe(recipe: Recipe, layerId: string): Recipe {
  return layerAlone(recipe, layerId, quantizeStaticMeta.id, (own) => own);
}

/** @param optionsOf the options of the step, from those that the recipe has for this layer. */
function layerAlone(recipe: Recipe, layerId: string, id: string, optionsOf: (own: Options) => Options): Recipe {
  const step = stepOf(recipe, id);
  const options = optionsOf({ ...step?.options, ...ownOptions(step, layerId) });
  return { ...recipe, passes: [...leadingGraphSteps(recipe), { id, options, layers: { include: [layerId] } }] };
}

/** Bits of a layer that a plan leaves as it is. */
export const FLOAT_BITS = 32;

/**
 * The recipe with its quantize-weights step giving each of these layers its bits (`FLOAT_BITS`: the step leaves it out): an override where
 * they are not the step's own. A step that is switched off is switched on; a missing one is put where weights are still floats, before any
 * change of format.
 */
export function withLayerBits(recipe: Recipe, bits: ReadonlyMap<string, number>): Recipe {
  const step = stepOf(recipe, quantizeWeightsMeta.id);
  if (step === undefined) {
    const format = recipe.passes.findIndex((s) => metaOf(s.id)?.kind === 'format');
    return withLayerBits(
      { ...recipe, passes: recipe.passes.toSpliced(format < 0 ? recipe.passes.length : format, 0, { id: quantizeWeightsMeta.id }) },
      bits,
    );
  }
  const { off: _off, overrides: old = {}, ...rest } = step;
  const usual = effectiveOptions(quantizeWeightsMeta, step)['bits'];
  const floats = [...bits].filter(([, wanted]) => wanted === FLOAT_BITS).map(([layer]) => layer);
  const changed = [...bits]
    .filter(([, wanted]) => wanted !== FLOAT_BITS)
    .map(([layer, wanted]): [string, Options] => {
      const { bits: _old, ...others } = ownOptions({ id: step.id, overrides: old }, layer);
      return [layer, wanted === usual ? others : { ...others, bits: wanted }];
    });
  const kept = leavingOut(rest, floats);
  const own = Object.entries({ ...old, ...Object.fromEntries(changed) }).filter(
    ([layer, options]) => !floats.includes(layer) && Object.keys(options).length > 0,
  );
  const planned: RecipeStep = own.length > 0 ? { ...kept, overrides: Object.fromEntries(own) } : kept;
  return { ...recipe, passes: recipe.passes.map((s) => (s === step ? planned : s)) };
}

/** The last step that sets the bits of stored weights and runs; -1 where there is none. */
export function bitsStep({ passes }: Recipe): number {
  return lastStep({ passes }, ({ scans }) => scans === 'bits');
}

/** The recipe with bits of this layer's own in its last step that quantizes. */
export function withStepBits(recipe: Recipe, layerId: string, bits: number): Recipe {
  const at = bitsStep(recipe);
  const passes = recipe.passes.map((step, i) =>
    i === at ? { ...step, overrides: { ...step.overrides, [layerId]: { ...ownOptions(step, layerId), bits } } } : step,
  );
  return { ...recipe, passes };
}

/** How the quantize-weights step rounds. */
export function roundingOf(recipe: Recipe): string {
  const step = stepOf(recipe, quantizeWeightsMeta.id) ?? { id: quantizeWeightsMeta.id };
  return String(effectiveOptions(quantizeWeightsMeta, step)['rounding']);
}

/** The recipe with its quantize-weights step rounding so, and with one where it has none; layers keep a rounding of their own. */
export function withRounding(recipe: Recipe, rounding: string): Recipe {
  const whole = withLayerBits(recipe, new Map());
  const step = stepOf(whole, quantizeWeightsMeta.id) ?? { id: quantizeWeightsMeta.id };
  const rounded: RecipeStep = { ...step, options: { ...step.options, rounding } };
  return { ...whole, passes: whole.passes.map((s) => (s === step ? rounded : s)) };
}

/**
 * The recipe with its quantize-static step computing on integers in all layers that it took but these, which stay in floats. A step that is
 * switched off is switched on; a missing one is put last.
 */
export function withFloatLayers(recipe: Recipe, floats: readonly string[]): Recipe {
  const step = stepOf(recipe, quantizeStaticMeta.id);
  if (step === undefined) return withFloatLayers({ ...recipe, passes: [...recipe.passes, { id: quantizeStaticMeta.id }] }, floats);
  const { off: _off, ...rest } = step;
  return { ...recipe, passes: recipe.passes.map((s) => (s === step ? leavingOut(rest, floats) : s)) };
}

/** The step with these layers among those that it leaves alone. */
function leavingOut(step: RecipeStep, layers: readonly string[]): RecipeStep {
  return layers.length === 0 ? step : { ...step, layers: { ...step.layers, exclude: [...(step.layers?.exclude ?? []), ...layers] } };
}
