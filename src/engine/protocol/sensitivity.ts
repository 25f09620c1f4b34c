/** What each layer costs when it is changed alone, and the bits per layer that follow from it. */
import type { Skipped } from '../../onnx/types';
import type { Recipe } from '../../recipe/types';
import type { Interval } from './accuracy';

export interface SensitivityOptions {
  /** Bit widths to try on each layer, 2..8. */
  readonly bits: readonly number[];
  /** Sparsities to try on each layer, 0..0.99. */
  readonly sparsities: readonly number[];
  /** Samples each setting is run on, drawn by a seeded shuffle; null: all. Without data made-up inputs take their place. */
  readonly samples: number | null;
}

/** One layer changed alone, every other weight as it was: what that costs. */
export interface SensitivityCell {
  readonly layerId: string;
  readonly kind: 'bits' | 'sparsity';
  readonly value: number;
  /** Mean over samples of D(original || changed) of the class probabilities, in nats; null where outputs are no class scores. */
  readonly kl: number | null;
  /** 10 log10(signal / noise) of the outputs; null where nothing differs. */
  readonly sqnrDb: number | null;
  /** Accuracy in percent on the samples; null without labels. */
  readonly top1: number | null;
  /** That of the unchanged model on the same samples. */
  readonly top1Before: number | null;
  /** Percent of samples with the original's answer; null where outputs are no class scores. */
  readonly agreement: number | null;
  /** 10 log10(signal / noise) of the layer's weights; null where nothing differs. */
  readonly weightSqnrDb: number | null;
  /** Predicted bytes of the layer in the exported file. */
  readonly bytes: number;
}

/** A scan: what each layer alone costs the whole model. */
export interface Sensitivity {
  readonly recipe: Recipe;
  readonly options: SensitivityOptions;
  /** Layer by layer in the model's order, bit widths before sparsities. */
  readonly cells: readonly SensitivityCell[];
  /** Layers that could not be changed in one of the asked-for ways, with the reason. */
  readonly skipped: readonly Skipped[];
  /** Layers that were to be scanned. */
  readonly layers: number;
  /** Samples that every cell was run on. */
  readonly samples: number;
  /** The unchanged model's accuracy on the samples, in percent; null without labels. */
  readonly top1: number | null;
  /** Cells taken from an earlier scan. */
  readonly resumed: number;
  /** Sessions made while scanning: none, since the live session takes every setting. */
  readonly sessionsCreated: number;
  /** Time inside the runtime's runs, and of the whole call, in milliseconds. */
  readonly inferenceMs: number;
  readonly totalMs: number;
}

/**
 * What a plan keeps to. 'bytes': the predicted size of the exported file. 'loss': the sum of the layers' losses (KL in nats, or, where
 * outputs are no class scores, noise / signal of the outputs). 'points': how far top-1 may fall, judged by its interval on the live
 * session over `samples` samples (null: all) while the plan is made. 'time': how long an inference on WASM may take, as a part of the
 * original's.
 */
export type BitBudget =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'loss'; readonly loss: number }
  | { readonly kind: 'points'; readonly points: number; readonly samples: number | null }
  | { readonly kind: 'time'; readonly ratio: number };

/** The bits of a plan under one way of rounding, as run on samples that no pass had learned from (made-up inputs where there are none). */
export interface PlanRounding {
  readonly rounding: string;
  readonly bytes: number;
  readonly loss: number;
  /** Percent of samples with the original's answer; null where outputs are no class scores. */
  readonly agreement: number | null;
  readonly samples: number;
  readonly chosen: boolean;
}

/** Whether a loss of top-1 keeps to a limit, judged by its interval. */
export interface LimitJudgement {
  /** 'passed': the whole 95 % interval keeps to the limit; 'failed': none of it does. */
  readonly verdict: 'passed' | 'failed' | 'undecided';
  /** Top-1 after minus before, in points. */
  readonly points: number;
  readonly interval: Interval;
  readonly samples: number;
  /** Samples that would decide it if they fell as these do; null where it is decided, or none in reason would. */
  readonly needed: number | null;
}

export interface BitPlan {
  /**
   * The recipe asked about, its quantize-weights step with overrides per layer; for a budget of time its quantize-static step with the
   * layers that it leaves alone.
   */
  readonly recipe: Recipe;
  /**
   * Planned layers, in the model's order; the others keep what the recipe gives them. For a budget of time: the bits that a layer computes
   * on.
   */
  readonly bits: readonly { readonly layerId: string; readonly bits: number }[];
  /** Predicted size of the exported file. */
  readonly predictedBytes: number;
  /** Sum of the layers' losses; the layers' real losses together may be larger. */
  readonly predictedLoss: number;
  readonly lossKind: 'kl' | 'noise';
  /**
   * For a budget of bytes or time: plans that were run, and the loss of the whole model under the chosen one (for bytes the least of them),
   * as measured; null for others.
   */
  readonly checked: { readonly plans: number; readonly loss: number; readonly samples: number } | null;
  /** Top-1 after minus before, as it was judged for a 'points' budget; null for others. */
  readonly measured: LimitJudgement | null;
  /** The same bits rounded in each way that was run, the one in `recipe` marked; empty for a budget of time. */
  readonly roundings: readonly PlanRounding[];
  /** Time over the original's in the same run for a 'time' budget, the median and its 95 % interval; null for others. */
  readonly timed: { readonly median: number; readonly low: number; readonly high: number } | null;
}
