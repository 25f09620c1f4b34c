import { wilson } from '../base/stats';

/** Percentages 0..100 with 95 % Wilson intervals. */
export interface AccuracyFigures {
  readonly top1: number;
  readonly top1Interval: { readonly low: number; readonly high: number };
  readonly top5: number;
  readonly top5Interval: { readonly low: number; readonly high: number };
  readonly samples: number;
}

/** Index of the largest score (the first of equals); -1 where there is none or a score is NaN. Softmax or logits: the order is the same. */
export function argmax(scores: ArrayLike<number>): number {
  let best = -1;
  let top = -Infinity;
  for (let i = 0; i < scores.length; i++) {
    const s = scores[i] ?? Number.NaN;
    if (Number.isNaN(s)) return -1;
    if (best === -1 || s > top) {
      best = i;
      top = s;
    }
  }
  return best;
}

/**
 * Place of `label` among the scores, 0 for the largest. Equal scores rank by index, as argmax does, so that a model that gives
 * every class the same score is not counted as right. Infinity where the label is no class or a score is NaN.
 */
export function rankOf(scores: ArrayLike<number>, label: number): number {
  const own = scores[label];
  if (own === undefined) return Infinity;
  let rank = 0;
  for (let i = 0; i < scores.length; i++) {
    const s = scores[i] ?? Number.NaN;
    if (Number.isNaN(s)) return Infinity;
    if (s > own || (s === own && i < label)) rank += 1;
  }
  return rank;
}

/** Counts hits sample by sample. */
export class AccuracyTally {
  private top1 = 0;
  private top5 = 0;
  private samples = 0;

  add(scores: ArrayLike<number>, label: number): void {
    const rank = rankOf(scores, label);
    this.samples += 1;
    if (rank < 1) this.top1 += 1;
    if (rank < 5) this.top5 += 1;
  }

  /** null before the first sample. */
  result(): AccuracyFigures | null {
    if (this.samples === 0) return null;
    const n = this.samples;
    return {
      top1: (this.top1 * 100) / n,
      top1Interval: percentInterval(this.top1, n),
      top5: (this.top5 * 100) / n,
      top5Interval: percentInterval(this.top5, n),
      samples: n,
    };
  }
}

function percentInterval(hits: number, samples: number): { low: number; high: number } {
  const { low, high } = wilson(hits, samples);
  return { low: low * 100, high: high * 100 };
}
