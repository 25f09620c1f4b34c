/**
 * Results worth comparing: each recipe that was measured, with the figures known of it. A later measurement of the same recipe adds to it.
 */
import { create } from 'zustand';
import { answersVerdict, type AnswersVerdict } from '../base/answers-verdict';
import type {
  Accuracy,
  Agreement,
  BestTrial,
  Evaluation,
  Interval,
  Latency,
  Measurement,
  PairedTest,
  Recipe,
} from '../engine/protocol/index';
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
  /** As `bytes`; null where it is not known. */
  readonly gzipBytes: number | null;
  /**
   * null until it is scored, as are the next four; and without labels, or where the original answers by chance, as are `original` and
   * `paired`.
   */
  readonly accuracy: Accuracy | null;
  /** The original's accuracy on the same samples. */
  readonly original: Accuracy | null;
  readonly paired: PairedTest | null;
  readonly agreement: Agreement | null;
  readonly verdict: AnswersVerdict | null;
  /** Beside the original, as they were timed in turns. */
  readonly latency: { readonly before: Latency; readonly after: Latency } | null;
}

interface VariantsState {
  readonly variants: readonly Variant[];
  /** Key of the one shown beside the original; null: the recipe on the sliders. */
  readonly chosen: string | null;
}

export const useVariants = create<VariantsState>(() => ({ variants: [], chosen: null }));

/** For another model or other samples: points of both cannot be compared. */
export function clearVariants(): void {
  useVariants.setState({ variants: [], chosen: null });
}

/** @param key of `variants`; null: none is looked at. */
export function chooseVariant(key: string | null): void {
  useVariants.setState({ chosen: key });
}

/** Gathers what the results know of a recipe that was just measured. Nothing is kept while its size is not known. */
export function rememberVariant(recipe: Recipe): void {
  const key = JSON.stringify(recipe);
  const { preview, exported, evaluation, measurement } = useResults.getState();
  const of = <T extends { readonly recipe: Recipe }>(result: T | null): T | null =>
    result && JSON.stringify(result.recipe) === key ? result : null;
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
      gzipBytes:
        of(exported)?.gzipBytes ?? (known?.exact === true ? known.gzipBytes : of(preview)?.predictedGzipBytes) ?? known?.gzipBytes ?? null,
      ...scoreOf(of(evaluation), known ?? NOT_SCORED),
      latency: timed(of(measurement)) ?? known?.latency ?? null,
    };
    return { variants: withVariant(variants, variant) };
  });
}

/** Keeps a recipe that a choice ran besides, with the size that it was predicted to have. What is known of it stays. */
export function rememberTrial({ recipe, bytes, evaluation }: BestTrial): void {
  const key = JSON.stringify(recipe);
  useVariants.setState(({ variants }) => {
    const known = variants.find((variant) => variant.key === key);
    const fresh: Variant = { key, recipe, label: labelRecipe(recipe), bytes, exact: false, gzipBytes: null, latency: null, ...NOT_SCORED };
    const variant: Variant = { ...(known ?? fresh), ...scoreOf(evaluation, known ?? NOT_SCORED) };
    return { variants: withVariant(variants, variant) };
  });
}

/** In the place of the one with its key, or behind all. */
function withVariant(variants: readonly Variant[], variant: Variant): Variant[] {
  const at = variants.findIndex(({ key }) => key === variant.key);
  return at < 0 ? [...variants, variant] : variants.with(at, variant);
}

type Score = Pick<Variant, 'accuracy' | 'original' | 'paired' | 'agreement' | 'verdict'>;

const NOT_SCORED: Score = { accuracy: null, original: null, paired: null, agreement: null, verdict: null };

/** The figures of the run over more samples: one over fewer says less. */
function scoreOf(evaluation: Evaluation | null, { accuracy, original, paired, agreement, verdict }: Score): Score {
  if (!evaluation || evaluation.agreement.samples < (agreement?.samples ?? 0)) return { accuracy, original, paired, agreement, verdict };
  const { agreement: found, chance, after, before, paired: test } = evaluation;
  // Where the original answers by chance no share of right answers means anything: the outputs can still be compared.
  const shares =
    chance?.told === false ? { accuracy: null, original: null, paired: null } : { accuracy: after, original: before, paired: test };
  return { ...shares, agreement: found, verdict: answersVerdict(evaluation) };
}

function timed(measurement: Measurement | null): Variant['latency'] {
  const { before = null, after = null } = measurement ?? {};
  return before && after ? { before, after } : null;
}

/** A place on the chart of sizes and scores; the original's has no key. */
export interface Place {
  readonly key: string | null;
  readonly label: string;
  readonly bytes: number;
  readonly score: number;
  readonly interval: Interval | null;
}

export interface Places {
  /** What `score` is: percent right, percent of the original's answers, or the cosine of the outputs where they are no class scores. */
  readonly measure: 'accuracy' | 'agreement' | 'cosine';
  /** The original, then every variant that has such a score. */
  readonly places: readonly Place[];
}

/** Every scored variant beside the original, by one measure: accuracy where any has it. */
export function placesOf(variants: readonly Variant[], originalBytes: number): Places {
  const scored = variants.filter(({ agreement }) => agreement !== null);
  // Runs may differ in their samples: the original's score is that of the largest.
  const [largest] = scored.flatMap(({ original }) => original ?? []).toSorted((a, b) => b.samples - a.samples);
  const measure = largest ? 'accuracy' : scored.some(({ agreement }) => agreement?.top1 != null) ? 'agreement' : 'cosine';
  const of = ({ accuracy, agreement }: Variant): Pick<Place, 'score' | 'interval'> | null => {
    if (measure === 'accuracy') return accuracy && { score: accuracy.top1, interval: accuracy.top1Interval };
    const score = measure === 'agreement' ? agreement?.top1 : agreement?.cosine;
    return score == null ? null : { score, interval: null };
  };
  const originals = { accuracy: largest?.top1 ?? 0, agreement: 100, cosine: 1 };
  const original: Place = {
    key: null,
    label: 'Original',
    bytes: originalBytes,
    score: originals[measure],
    interval: largest?.top1Interval ?? null,
  };
  return {
    measure,
    places: [
      original,
      ...scored.flatMap((variant) => {
        const place = of(variant);
        return place ? [{ key: variant.key, label: variant.label, bytes: variant.bytes, ...place }] : [];
      }),
    ],
  };
}

/** Variants that no other beats in both size and score, smallest first: the front. */
export function frontOf<T extends { readonly bytes: number; readonly score: number }>(points: readonly T[]): T[] {
  const front: T[] = [];
  for (const point of points.toSorted((a, b) => a.bytes - b.bytes || b.score - a.score)) {
    if (point.score > (front.at(-1)?.score ?? Number.NEGATIVE_INFINITY)) front.push(point);
  }
  return front;
}
