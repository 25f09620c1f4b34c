/** Results worth comparing: each recipe that was measured, with the figures known of it. A later measurement of the same recipe adds to it. */
import { create } from 'zustand';
import type { Accuracy, Agreement, Latency, Measurement, PairedTest, Recipe } from '../engine/protocol/index';
import { labelRecipe } from '../recipe/label';
import { useResults } from './results';

export interface Variant {
  /** The recipe's text: two measurements of one recipe are one variant. */
  readonly key: string;
  readonly recipe: Recipe;
  readonly label: string;
  /** Bytes of the written file, or the predicted ones until it was written. */
  readonly bytes: number;
  readonly exact: boolean;
  readonly gzipBytes: number | null;
  readonly accuracy: Accuracy | null;
  readonly agreement: Agreement | null;
  /** Its accuracy against the original's on the same samples. */
  readonly paired: PairedTest | null;
  /** Beside the original, as they were timed in turns. */
  readonly latency: { readonly before: Latency; readonly after: Latency } | null;
}

interface VariantsState {
  readonly variants: readonly Variant[];
  /** Key of the one shown beside the original; null: the recipe on the sliders. */
  readonly chosen: string | null;
}

export const useVariants = create<VariantsState>(() => ({ variants: [], chosen: null }));

export function clearVariants(): void {
  useVariants.setState({ variants: [], chosen: null });
}

export function chooseVariant(key: string | null): void {
  useVariants.setState({ chosen: key });
}

/** Gathers what the results know of a recipe that was just measured. Nothing is kept while its size is not known. */
export function rememberVariant(recipe: Recipe): void {
  const key = JSON.stringify(recipe);
  const { preview, exported, evaluation, measurement } = useResults.getState();
  const of = <T extends { readonly recipe: Recipe }>(result: T | null): T | null => (result && JSON.stringify(result.recipe) === key ? result : null);
  const bytes = of(exported)?.bytes ?? of(preview)?.predictedBytes;
  useVariants.setState(({ variants }) => {
    const known = variants.find((variant) => variant.key === key);
    if (bytes === undefined && !known) return {};
    const variant: Variant = {
      key,
      recipe,
      label: labelRecipe(recipe),
      bytes: bytes ?? known?.bytes ?? 0,
      exact: of(exported) !== null || (known?.exact ?? false),
      gzipBytes: of(exported)?.gzipBytes ?? known?.gzipBytes ?? null,
      accuracy: of(evaluation)?.after ?? known?.accuracy ?? null,
      agreement: of(evaluation)?.agreement ?? known?.agreement ?? null,
      paired: of(evaluation)?.paired ?? known?.paired ?? null,
      latency: timed(of(measurement)) ?? known?.latency ?? null,
    };
    return { variants: known ? variants.map((other) => (other === known ? variant : other)) : [...variants, variant] };
  });
}

function timed(measurement: Measurement | null): Variant['latency'] {
  const { before = null, after = null } = measurement ?? {};
  return before && after ? { before, after } : null;
}

/** Variants that no other beats in both size and score, smallest first: the front. */
export function frontOf<T extends { readonly bytes: number; readonly score: number }>(points: readonly T[]): T[] {
  const front: T[] = [];
  for (const point of points.toSorted((a, b) => a.bytes - b.bytes || b.score - a.score)) {
    if (point.score > (front.at(-1)?.score ?? Number.NEGATIVE_INFINITY)) front.push(point);
  }
  return front;
}
