/** Passes of a recipe that stand in each other's way on the same layers: known from their metas, before anything runs. */
import type { Layer } from '../onnx/types';
import { metaOf } from '../passes/metas';
import type { PassMeta } from '../passes/options';
import { leadingGraphSteps, takesLayer } from './steps';
import type { LayerFilter, Recipe, RecipeStep } from './types';

export interface Contradiction {
  /** Places in the recipe's passes. */
  readonly earlier: number;
  readonly later: number;
  /** What becomes of it, in a sentence or two. */
  readonly words: string;
}

type NamedLayer = Pick<Layer, 'id' | 'op'>;

interface Placed {
  readonly step: RecipeStep;
  readonly meta: PassMeta;
  readonly index: number;
}

/**
 * Every pair that does, by the later pass. @param layers of the open model; null where none is open, and filters by op cannot be told apart
 * from those by name.
 */
export function contradictionsOf(recipe: Recipe, layers: readonly NamedLayer[] | null): Contradiction[] {
  const placed = recipe.passes.flatMap((step, index): Placed[] => {
    const meta = metaOf(step.id);
    return meta === undefined || step.off === true ? [] : [{ step, meta, index }];
  });
  const leading = new Set(leadingGraphSteps(recipe));
  return placed.flatMap((later, at) =>
    placed.slice(0, at).flatMap((earlier) => {
      const words =
        leading.has(later.step) || !meet(earlier.step.layers, later.step.layers, layers) ? null : wordsFor(earlier.meta, later.meta);
      return words === null ? [] : [{ earlier: earlier.index, later: later.index, words }];
    }),
  );
}

/** What a pair does to each other; null where both hold. */
function wordsFor(earlier: PassMeta, later: PassMeta): string | null {
  const [first, second] = [`“${earlier.label}”`, `“${later.label}”`];
  if (later.kind === 'graph')
    return earlier.kind === 'graph' ? null : `${second} is left out: it has to stand before ${first}, which changes weights.`;
  if (earlier.makesUp && !later.makesUp && later.kind === 'weights')
    return `${second} stands behind ${first}, which then cannot make up for what it changes. Put it before.`;
  if (earlier.stores === undefined) return null;
  const left = later.leaves?.[earlier.stores];
  if (left !== undefined) return `${second} leaves ${left} as it is, and ${first} stands before it.`;
  return replaces(earlier, later)
    ? `${second} takes the place of ${first} on the same layers: only the later of them holds at the end.`
    : null;
}

/** Whether what the earlier pass stored is stored otherwise by the later one, whatever the layer. */
export function replaces(earlier: PassMeta, later: PassMeta): boolean {
  const { stores } = earlier;
  return (
    stores !== undefined && later.stores !== undefined && later.leaves?.[stores] === undefined && later.buildsOn?.includes(stores) !== true
  );
}

/** Whether some layer is taken by both filters. Without a model: unless they name different layers. */
function meet(a: LayerFilter | undefined, b: LayerFilter | undefined, layers: readonly NamedLayer[] | null): boolean {
  if (layers !== null) return layers.some((layer) => takesLayer(a, layer) && takesLayer(b, layer));
  return !apart(a, b) && !apart(b, a);
}

/** Whether every layer that the first filter names is none that the other takes, by the names alone. */
function apart({ include }: LayerFilter = {}, other: LayerFilter = {}): boolean {
  if (include === undefined) return false;
  const left = include.filter((name) => other.exclude?.includes(name) !== true);
  return left.length === 0 || (other.include !== undefined && left.every((name) => other.include?.includes(name) !== true));
}
