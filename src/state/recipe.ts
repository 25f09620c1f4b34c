/** The recipe on the sliders, with its history. Steps keep a key of their own, since a pass may stand in the list twice. */
import { create } from 'zustand';
import { own as ownValue } from '../base/own';
import { defaultRecipe } from '../recipe/defaults';
import type { TargetId } from '../recipe/targets';
import type { Recipe, RecipeStep } from '../recipe/types';
import { metaOf } from '../passes/metas';
import type { Options, OptionValue } from '../passes/options';

interface RecipeState {
  readonly recipe: Recipe;
  readonly past: readonly Recipe[];
  readonly future: readonly Recipe[];
  /** What the last change edited: a drag's many changes of one slider become one step of the history. */
  readonly lastEdit: string | null;
}

/** Steps of history kept. */
const DEPTH = 100;

export const useRecipe = create<RecipeState>(() => ({ recipe: defaultRecipe, past: [], future: [], lastEdit: null }));

/** Replaces the recipe. Changes with the same `edit` name in a row are one step of the history; `settle` ends the row. */
export function setRecipe(recipe: Recipe, edit: string | null = null): void {
  useRecipe.setState((state) => {
    const same = edit !== null && edit === state.lastEdit;
    return { recipe, future: [], lastEdit: edit, past: same ? state.past : [...state.past, state.recipe].slice(-DEPTH) };
  });
}

/** The pointer was released or the field left: the next change is a new step of the history. */
export function settle(): void {
  useRecipe.setState({ lastEdit: null });
}

/** A step back in the history, of which a drag is one; nothing at its start. */
export function undo(): void {
  useRecipe.setState(({ recipe, past, future }) => {
    const previous = past.at(-1);
    return previous ? { recipe: previous, past: past.slice(0, -1), future: [recipe, ...future], lastEdit: null } : {};
  });
}

/** Takes the last undo back; an edit in between has ended that. */
export function redo(): void {
  useRecipe.setState(({ recipe, past, future }) => {
    const [next, ...rest] = future;
    return next ? { recipe: next, past: [...past, recipe], future: rest, lastEdit: null } : {};
  });
}

function editStep(index: number, change: (step: RecipeStep) => RecipeStep, edit: string | null = null): void {
  const { recipe } = useRecipe.getState();
  setRecipe({ ...recipe, passes: recipe.passes.map((step, i) => (i === index ? change(step) : step)) }, edit);
}

/**
 * Edits one option of a step, and unsets those that it takes the place of. @param value undefined: back to its default. Edits of one option
 * that follow each other are one step of the history.
 */
export function setOption(index: number, key: string, value: OptionValue | undefined): void {
  const change = ({ options = {}, ...step }: RecipeStep): RecipeStep => {
    const replaced = metaOf(step.id)?.fields.find((field) => field.key === key)?.replaces ?? [];
    const kept = replaced.reduce<Options>((left, other) => withOption(left, other, undefined), options);
    return { ...step, options: withOption(kept, key, value) };
  };
  editStep(index, change, `${index}.${key}`);
}

/** Sets or (undefined) removes a layer's own value of an option. */
export function setOverride(index: number, layer: string, key: string, value: OptionValue | undefined): void {
  const change = ({ overrides = {}, ...step }: RecipeStep): RecipeStep => {
    const own = withOption(ownValue(overrides, layer) ?? {}, key, value);
    const { [layer]: _own, ...others } = overrides;
    const all = Object.keys(own).length > 0 ? { ...others, [layer]: own } : others;
    return Object.keys(all).length > 0 ? { ...step, overrides: all } : step;
  };
  editStep(index, change, `${index}.${layer}.${key}`);
}

/** Layers with settings of their own in some pass that runs. */
export function pinnedLayers(recipe: Recipe): ReadonlySet<string> {
  return new Set(recipe.passes.flatMap((step) => (step.off === true ? [] : Object.keys(step.overrides ?? {}))));
}

/** Lets a layer follow the recipe again, in every pass. */
export function clearOverrides(layer: string): void {
  const { recipe } = useRecipe.getState();
  const passes = recipe.passes.map(({ overrides, ...step }): RecipeStep => {
    if (!overrides) return step;
    const { [layer]: _own, ...others } = overrides;
    return Object.keys(others).length > 0 ? { ...step, overrides: others } : step;
  });
  setRecipe({ ...recipe, passes });
}

function withOption(options: Options, key: string, value: OptionValue | undefined): Options {
  const { [key]: _old, ...others } = options;
  return value === undefined ? others : { ...others, [key]: value };
}

/** The backend that the file is made for, timed on and scored on. */
export function setTarget(target: TargetId): void {
  setRecipe({ ...useRecipe.getState().recipe, target });
}

/** A step that is off keeps its settings. */
export function setOff(index: number, off: boolean): void {
  editStep(index, ({ off: _off, ...step }) => (off ? { ...step, off: true } : step));
}

/** @param by steps towards the end, negative towards the start; beyond either end nothing happens. */
export function moveStep(index: number, by: number): void {
  const { recipe } = useRecipe.getState();
  const to = index + by;
  const moved = recipe.passes[index];
  if (!moved || to < 0 || to >= recipe.passes.length) return;
  setRecipe({ ...recipe, passes: recipe.passes.toSpliced(index, 1).toSpliced(to, 0, moved) });
}

/** @param index among all steps, those that are off too. */
export function removeStep(index: number): void {
  const { recipe } = useRecipe.getState();
  setRecipe({ ...recipe, passes: recipe.passes.toSpliced(index, 1) });
}

/** A pass with its defaults, at the end. */
export function addStep(id: string): void {
  const { recipe } = useRecipe.getState();
  setRecipe({ ...recipe, passes: [...recipe.passes, { id }] });
}
