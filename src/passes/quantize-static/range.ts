import { entropyBins } from './entropy';
import type { ActivationHistogram } from './histogram';
import type { Calibrator } from './settings';

/** What a grid must reach; zero lies inside. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Share of the values outside the range of `percentile`, over both ends. */
const CUT = 1e-4;

/** Bins on either side of zero that `entropy` compares: more would only count noise. */
const ENTROPY_BINS = 1024;

const LEVELS = 255;

/** Whether a range follows from more than extremes: counting millions of values a sample is left out where it does not. */
export function needsBins(calibrator: Calibrator): boolean {
  return calibrator !== 'minmax' && calibrator !== 'average';
}

/** The range of an activation by its histogram. Values outside become the ends of the grid. A histogram of nothing but zeros: 0, 0. */
export function rangeOf(histogram: ActivationHistogram, calibrator: Calibrator): Range {
  if (!(histogram.min < 0 || histogram.max > 0)) return { low: 0, high: 0 };
  const full = withZero(histogram.min, histogram.max);
  switch (calibrator) {
    case 'minmax':
      return full;
    case 'average':
      return withZero(histogram.meanRange.min, histogram.meanRange.max);
    case 'percentile':
      return percentileRange(histogram, full);
    case 'entropy':
      return entropyRange(histogram, full);
    default:
      return leastErrorRange(histogram, full);
  }
}

function withZero(low: number, high: number): Range {
  return { low: Math.min(low, 0), high: Math.max(high, 0) };
}

/** As onnxruntime.quantization: half of the cut at either end. */
function percentileRange(histogram: ActivationHistogram, full: Range): Range {
  const { at, counts } = histogram.points();
  const negative = at.findIndex((value) => value > 0);
  const before = negative === -1 ? at.length : negative;
  const total = counts.reduce((sum, count) => sum + count, histogram.zeros);
  const cut = (CUT / 2) * total;
  const half = histogram.width / 2;
  const end = (from: number, step: number, stop: number): number | null => {
    let left = cut;
    for (let bin = from; bin !== stop; bin += step) {
      left -= counts[bin] ?? 0;
      if (left < 0) return (at[bin] ?? 0) + step * -half;
    }
    return null;
  };
  return withZero(Math.max(full.low, end(0, 1, before) ?? 0), Math.min(full.high, end(at.length - 1, -1, before - 1) ?? 0));
}

function entropyRange(histogram: ActivationHistogram, full: Range): Range {
  const { counts, width } = histogram.symmetric(ENTROPY_BINS);
  const kept = entropyBins(counts);
  return { low: Math.max(full.low, -kept * width), high: Math.min(full.high, Math.min(kept + 1, counts.length / 2) * width) };
}

/**
 * The clip with the least squared error over the histogram, of 256 candidates: 128 that shrink both ends alike, then 64 for either end
 * round the best. Source: Nagel et al. 2021, arXiv 2106.08295, 3.1.
 */
function leastErrorRange(histogram: ActivationHistogram, full: Range): Range {
  const points = histogram.points();
  let best = full;
  let least = squaredError(points, full);
  const attempt = (range: Range): void => {
    const error = squaredError(points, range);
    if (error >= least) return;
    least = error;
    best = range;
  };
  for (let k = 1; k < 128; k++) attempt({ low: (full.low * k) / 128, high: (full.high * k) / 128 });
  const { low, high } = best;
  for (let k = 0; k < 64; k++) attempt({ low: best.low, high: Math.min(full.high, high * (0.8 + (0.4 * k) / 63)) });
  for (let k = 0; k < 64; k++) attempt({ low: Math.max(full.low, low * (0.8 + (0.4 * k) / 63)), high: best.high });
  return best;
}

/** Sum of squared errors of the histogram's values on the 8-bit grid of a range. */
export function squaredError({ at, counts }: ReturnType<ActivationHistogram['points']>, { low, high }: Range): number {
  const scale = (high - low) / LEVELS;
  if (scale === 0) return Number.POSITIVE_INFINITY;
  const lowest = Math.round(low / scale);
  const highest = lowest + LEVELS;
  let sum = 0;
  for (let bin = 0; bin < at.length; bin++) {
    const value = at[bin] ?? 0;
    const code = Math.min(Math.max(Math.round(value / scale), lowest), highest);
    const error = value - code * scale;
    sum += (counts[bin] ?? 0) * error * error;
  }
  return sum;
}
