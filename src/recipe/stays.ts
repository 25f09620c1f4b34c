/** What a recipe leaves as it was, each with the reason, and how much it does not. */
import { formatCount } from '../base/format';
import { agreeing, counted } from '../base/plural';
import type { Layer, Skipped } from '../onnx/types';
import type { PassMeta } from '../passes/options';
import { isOf, takesLayer, type StepResult } from './steps';
import type { Recipe } from './types';

/** A layer under the recipe, as far as it matters here. */
export interface StoredState {
  readonly id: string;
  readonly bits: number;
  readonly storage: string;
  readonly bytesBefore: number;
}

export interface Stored {
  /** Layers of the model, and how many of them are stored otherwise than as its floats. */
  readonly weights: number;
  readonly stored: number;
  /** Bytes of all layers in the model's file, and of those that are stored otherwise. */
  readonly bytes: number;
  readonly storedBytes: number;
  /** The same in a sentence. */
  readonly totals: string;
  /** Layers that stay floats, then the other constants of the model. */
  readonly stays: readonly Skipped[];
}

const inFewerBits = ({ stores }: PassMeta): boolean => stores !== undefined;

interface Outcome {
  readonly recipe: Recipe;
  readonly layers: readonly Pick<Layer, 'id' | 'op' | 'type'>[];
  /** Constants that are no layers. */
  readonly skipped: readonly Skipped[];
  readonly states: readonly StoredState[];
  readonly steps: readonly Pick<StepResult, 'id' | 'skipped'>[];
}

/** How much of the weights the recipe stores in fewer bits, in parameters and bytes, and why the rest stays, most bytes first. */
export function whatStays({ recipe, layers, skipped, states, steps }: Outcome): Stored {
  const known = new Map(states.map((state) => [state.id, state]));
  // A layer that a graph pass took away neither stays nor is stored.
  const all = layers.flatMap((layer) => {
    const state = known.get(layer.id);
    return state ? [{ layer, state }] : [];
  });
  const [floats, coded] = [all.filter(({ state }) => state.storage === 'float'), all.filter(({ state }) => state.storage !== 'float')];
  const sum = (some: typeof all): number => some.reduce((bytes, { state }) => bytes + state.bytesBefore, 0);
  return {
    weights: all.length,
    stored: coded.length,
    bytes: sum(all),
    storedBytes: sum(coded),
    totals: [
      weightsWords(all.length, coded, sum(coded) / sum(all)),
      floatWords(floats.map(({ layer }) => layer.type)),
      othersWords(skipped.length),
    ]
      .filter(Boolean)
      .join(' '),
    stays: [...floats.map(({ layer }) => ({ layer: layer.id, reason: reasonOf(layer, recipe, steps) })), ...skipped],
  };
}

function weightsWords(total: number, coded: readonly { readonly state: StoredState }[], share: number): string {
  if (total === 0) return 'The model has no weights that a pass could change.';
  const [weights, their, are] = [
    counted(total, 'weight'),
    agreeing(total, 'its', 'their'),
    total === 1 ? 'is' : agreeing(coded.length, 'is', 'are'),
  ];
  if (coded.length === 0) return `0 of ${weights} ${are} stored in fewer bits.`;
  const counts = new Map<number, number>();
  for (const { state } of coded) counts.set(state.bits, (counts.get(state.bits) ?? 0) + 1);
  const each = [...counts].toSorted(([a], [b]) => b - a).map(([bits, count]) => `${formatCount(count)} in ${bits}`);
  const bits = counts.size === 1 ? `in ${[...counts.keys()].join()} bits` : `in fewer bits (${each.join(', ')})`;
  return `${formatCount(coded.length)} of ${weights}, ${(100 * share).toFixed(1)} % of ${their} bytes, ${are} stored ${bits}.`;
}

function floatWords(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  const each = [...counts].map(([type, count]) => `${counted(count, 'stays', 'stay')} ${type}`);
  return each.length === 0 ? '' : `${each.join(', ')}.`;
}

function othersWords(count: number): string {
  return count === 0 ? '' : `${counted(count, 'other constant stays as it is', 'other constants stay as they are')}.`;
}

/** Why a layer stays in floats: what the last pass that could have stored it otherwise said of it, or that none was to. */
function reasonOf(layer: Pick<Layer, 'id' | 'op'>, recipe: Recipe, steps: Outcome['steps']): string {
  const storing = recipe.passes.filter((step) => step.off !== true && isOf(step.id, inFewerBits));
  if (storing.length === 0) return 'No pass of the recipe stores weights in fewer bits.';
  const said = steps
    .filter((step) => isOf(step.id, inFewerBits))
    .flatMap((step) => step.skipped.filter((skip) => skip.layer === layer.id).map(({ reason }) => `${step.id}: ${reason}`))
    .at(-1);
  if (said !== undefined) return said;
  const taking = storing.filter((step) => takesLayer(step.layers, layer));
  if (taking.length === 0) return `${storing.map(({ id }) => id).join(', ')}: the recipe leaves it out.`;
  return `${taking.map(({ id }) => id).join(', ')}: left as it was.`;
}

/** Names with the same reason together, in the order in which the reasons first come. */
export function byReason(stays: readonly Skipped[]): { readonly reason: string; readonly names: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { layer, reason } of stays) groups.set(reason, [...(groups.get(reason) ?? []), layer]);
  return [...groups].map(([reason, names]) => ({ reason, names }));
}
