/** What was computed, each beside the recipe that it was computed for, so that a stale figure is never taken for a fresh one. */
import { create } from 'zustand';
import type {
  Best,
  BitBudget,
  BitPlan,
  BitsPoint,
  Provider,
  Evaluation,
  Exported,
  FormComparison,
  LayerHistogram,
  MatmulTiming,
  Measurement,
  Preview,
  Profile,
  Recipe,
  Sensitivity,
  SensitivityCell,
  SensitivityOptions,
  Sizes,
  Throughput,
  Truth,
} from '../engine/protocol/index';
import { usesSamples } from '../recipe/steps';

/** A scan under way, stopped or finished. */
export interface SensitivityScan {
  readonly recipe: Recipe;
  readonly options: SensitivityOptions;
  /** Those measured so far, in the order they came. */
  readonly cells: readonly SensitivityCell[];
  /** null until every cell is there. */
  readonly finished: Sensitivity | null;
}

interface ResultsState {
  readonly preview: Preview | null;
  readonly histogram: { readonly recipe: Recipe; readonly value: LayerHistogram } | null;
  /** The selected layer under every bit width. */
  readonly bitsCurve: { readonly recipe: Recipe; readonly layerId: string; readonly points: readonly BitsPoint[] } | null;
  readonly evaluation: Evaluation | null;
  /** Kept when the scan is cancelled: the next one goes on from there. */
  readonly sensitivity: SensitivityScan | null;
  /** The last one-click choice, and the recipe that it left on the sliders: the chosen one, or, where none was of use, the one before. */
  readonly best: { readonly recipe: Recipe; readonly value: Best } | null;
  /** The last bits for each layer, and the recipe that they were chosen for: another budget starts from that one again. */
  readonly plan: { readonly from: Recipe; readonly budget: BitBudget; readonly value: BitPlan } | null;
  readonly exported: Exported | null;
  /** The file of `exported` was saved by the person. */
  readonly saved: boolean;
  /** The last one, on whichever backend. */
  readonly measurement: Measurement | null;
  /** The last on each backend, to stand side by side; by the backend that really ran. */
  readonly measurements: Readonly<Partial<Record<Provider, Measurement>>>;
  readonly throughput: Throughput | null;
  readonly profile: Profile | null;
  /** Holds for the model whatever the recipe, but for the bits of the packed form. */
  readonly forms: FormComparison | null;
  readonly sizes: Sizes | null;
  /** Of the last preview, from all that is known (src/state/truth.ts keeps it up). */
  readonly truth: Truth | null;
  readonly benchmark: readonly MatmulTiming[] | null;
}

const NOTHING: ResultsState = {
  preview: null,
  histogram: null,
  bitsCurve: null,
  evaluation: null,
  sensitivity: null,
  best: null,
  plan: null,
  exported: null,
  saved: false,
  measurement: null,
  measurements: {},
  throughput: null,
  profile: null,
  forms: null,
  sizes: null,
  truth: null,
  benchmark: null,
};

export const useResults = create<ResultsState>(() => NOTHING);

/** Forgets all but the benchmark, which belongs to the device rather than the model. */
export function clearResults(): void {
  useResults.setState(({ benchmark }) => ({ ...NOTHING, benchmark }));
}

/** Forgets what was found on samples, or for a recipe that learns from them: once those are others it would be found otherwise. */
export function forgetSamples(): void {
  useResults.setState((known) => ({
    evaluation: null,
    sensitivity: null,
    best: null,
    plan: null,
    preview: unlearned(known.preview),
    histogram: unlearned(known.histogram),
    bitsCurve: unlearned(known.bitsCurve),
    exported: unlearned(known.exported),
    measurement: unlearned(known.measurement),
    measurements: Object.fromEntries(Object.entries(known.measurements).filter(([, measurement]) => unlearned(measurement) !== null)),
    throughput: unlearned(known.throughput),
    profile: unlearned(known.profile),
    sizes: unlearned(known.sizes),
    truth: unlearned(known.truth),
  }));
}

/** The result, unless its recipe learns from samples. */
function unlearned<T extends { readonly recipe: Recipe }>(result: T | null): T | null {
  return result?.recipe.passes.some(usesSamples) === true ? null : result;
}

/** Takes a score, unless one of the same recipe is known that says more: over more samples, or over as many of the written file. */
export function takeEvaluation(evaluation: Evaluation): void {
  useResults.setState(({ evaluation: known }) =>
    known && isFresh(known, evaluation.recipe) && saysMore(known, evaluation) ? {} : { evaluation },
  );
}

function saysMore(known: Evaluation, { agreement: { samples }, of }: Evaluation): boolean {
  return known.agreement.samples > samples || (known.agreement.samples === samples && known.of === 'file' && of === 'live');
}

/** Whether a result belongs to the recipe now on the sliders. Recipes are values: a changed one is another object. */
export function isFresh(result: { readonly recipe: Recipe } | null, recipe: Recipe): boolean {
  return result !== null && (result.recipe === recipe || JSON.stringify(result.recipe) === JSON.stringify(recipe));
}
