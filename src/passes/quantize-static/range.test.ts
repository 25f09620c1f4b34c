import { describe, expect, test } from 'vitest';
import { countBins } from '../../compute/operations/activation-bins';
import { noise } from '../../onnx/testing/noise';
import { activationGrid } from './activation-grid';
import { entropyBins } from './entropy';
import { ActivationHistogram } from './histogram';
import { needsBins, rangeOf } from './range';

/** Long-tailed values: products of noise. */
const tailed = (n: number, seed: number): Float32Array => {
  const [a, b] = [noise(n, seed), noise(n, seed + 1)];
  return Float32Array.from(a, (v, i) => (v * (b[i] ?? 0)) ** 3 * 1000);
};
const relu = (values: Float32Array): Float32Array => values.map((v) => Math.max(v, 0));

/** Shows a histogram the values of samples, as a probe does. */
function look(histogram: ActivationHistogram, values: Float32Array, samples = 1): boolean {
  const each = values.length / samples;
  const rows = Array.from({ length: samples }, (_, row) => values.subarray(row * each, (row + 1) * each));
  const [lows, highs] = [rows.map((row) => row.reduce((a, b) => Math.min(a, b))), rows.map((row) => row.reduce((a, b) => Math.max(a, b)))];
  return histogram.see(Float32Array.from(lows), Float32Array.from(highs), samples);
}

async function histogramOf(...batches: Float32Array[]): Promise<ActivationHistogram> {
  const histogram = new ActivationHistogram();
  for (const batch of batches) {
    expect(look(histogram, batch)).toBe(true);
    await histogram.count({ length: batch.length, count: async (width, _, into) => countBins(batch, width, into) });
  }
  return histogram;
}

function trueError(values: Float32Array, low: number, high: number): number {
  const { scale, zeroPoint } = activationGrid({ low, high }, false);
  return values.reduce((sum, v) => sum + (v - (Math.min(Math.max(Math.round(v / scale) + zeroPoint, 0), 255) - zeroPoint) * scale) ** 2, 0);
}

describe('histogram', () => {
  test('counts every value in its bin, whatever order the ranges come in', async () => {
    const small = tailed(3000, 1);
    const large = tailed(3000, 3).map((v) => v * 300);
    const all = Float32Array.of(...small, ...large, 0, 0);
    for (const histogram of [await histogramOf(small, large, new Float32Array(2)), await histogramOf(large, small, new Float32Array(2))]) {
      expect([histogram.min, histogram.max]).toEqual([Math.min(...all), Math.max(...all)]);
      const { at, counts } = histogram.points();
      expect(counts.reduce((a, b) => a + b) + histogram.zeros).toBe(all.length);
      for (const bin of [0, Math.floor(at.length / 2), at.length - 1]) {
        const [low, high] = [(at[bin] ?? 0) - histogram.width / 2, (at[bin] ?? 0) + histogram.width / 2];
        expect(counts[bin]).toBe(all.filter((v) => v !== 0 && v >= low && v < high).length);
      }
      // At least 2,048 bins are in use on the longer side.
      expect(Math.max(...all.map((v) => Math.abs(v))) / histogram.width).toBeGreaterThan(2047);
    }
  });

  test('merging gives what counting together gives', async () => {
    const [a, b] = [tailed(500, 5), tailed(700, 7).map((v) => v * 40)];
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      const merged = await histogramOf(first);
      merged.merge(await histogramOf(second));
      const together = await histogramOf(first, second);
      expect(merged.points()).toEqual(together.points());
      expect([merged.min, merged.max, merged.zeros]).toEqual([together.min, together.max, together.zeros]);
    }
  });

  test('values that are not finite are told', () => {
    expect(look(new ActivationHistogram(), Float32Array.of(1, Number.NaN))).toBe(false);
    expect(look(new ActivationHistogram(), Float32Array.of(1, Number.POSITIVE_INFINITY))).toBe(false);
  });
});

describe('ranges', () => {
  test('min-max holds all and zero; the average is over samples, not batches', () => {
    const histogram = new ActivationHistogram();
    look(histogram, Float32Array.of(1, 2, 3, 8), 2);
    look(histogram, Float32Array.of(4, 5));
    expect(rangeOf(histogram, 'minmax')).toEqual({ low: 0, high: 8 });
    expect(rangeOf(histogram, 'average')).toEqual({ low: 0, high: (2 + 8 + 5) / 3 });
  });

  test.for<[string, Float32Array]>([
    ['one-sided', relu(tailed(200_000, 11))],
    ['two-sided', tailed(200_000, 13).map((v) => (v < 0 ? v / 3 : v))],
  ])('percentile, $0: within a bin of sorting', async ([, values]) => {
    const histogram = await histogramOf(values);
    const sorted = values.toSorted();
    const { low, high } = rangeOf(histogram, 'percentile');
    const cut = 0.5e-4 * values.length;
    expect(Math.abs(high - (sorted[Math.ceil(values.length - 1 - cut)] ?? 0))).toBeLessThanOrEqual(histogram.width * 2);
    expect(Math.abs(low - Math.min(0, sorted[Math.floor(cut)] ?? 0))).toBeLessThanOrEqual(histogram.width * 2);
  });

  test.for<[string, Float32Array]>([
    ['one-sided', relu(tailed(20_000, 11))],
    ['two-sided', tailed(20_000, 13).map((v) => (v < 0 ? v / 3 : v))],
  ])('least error, $0: within 2 % of a brute-force search on the values themselves, and below min-max', async ([, values]) => {
    const { low, high } = rangeOf(await histogramOf(values), 'mse');
    const [min, max] = [Math.min(0, ...values), Math.max(...values)];
    let best = Number.POSITIVE_INFINITY;
    for (let i = 1; i <= 40; i++)
      for (let j = min === 0 ? 40 : 1; j <= 40; j++) best = Math.min(best, trueError(values, (min * j) / 40, (max * i) / 40));
    expect(trueError(values, low, high)).toBeLessThanOrEqual(best * 1.02);
    expect(trueError(values, low, high)).toBeLessThan(trueError(values, min, max));
  });

  test('ranges of extremes need no bins', async () => {
    const batches = [tailed(400, 5), relu(tailed(400, 7))];
    for (const calibrator of ['minmax', 'average'] as const) {
      expect(needsBins(calibrator)).toBe(false);
      const uncounted = new ActivationHistogram();
      for (const batch of batches) look(uncounted, batch);
      expect(rangeOf(uncounted, calibrator)).toEqual(rangeOf(await histogramOf(...batches), calibrator));
      expect(rangeOf(uncounted, calibrator).high).toBeGreaterThan(0);
    }
    expect((['mse', 'percentile', 'entropy'] as const).every(needsBins)).toBe(true);
  });

  test('nothing seen, or nothing but zeros: a grid of zero alone', async () => {
    for (const histogram of [new ActivationHistogram(), await histogramOf(new Float32Array(4))]) {
      for (const calibrator of ['mse', 'minmax', 'average', 'percentile', 'entropy'] as const) {
        expect(activationGrid(rangeOf(histogram, calibrator), false)).toEqual({ scale: 1, zeroPoint: 0, signed: false });
      }
    }
  });

  test('a constant activation is kept by every calibrator', async () => {
    const histogram = await histogramOf(new Float32Array(500).fill(3));
    for (const calibrator of ['mse', 'minmax', 'average', 'percentile', 'entropy'] as const) {
      expect(rangeOf(histogram, calibrator).high).toBeCloseTo(3, 2);
    }
  });
});

// Kept bins as onnxruntime 1.32's HistogramCollector.get_entropy_threshold gives them for these very histograms and 128 levels.
test.each<[string, number, (k: number, half: number) => number, number]>([
  ['two-sided', 512, (k, half) => Math.floor(20_000 * Math.exp(-Math.abs(k - half + 0.5) / 30)) + (k % 37 === 0 ? 3 : 0), 256],
  ['one-sided', 512, (k, half) => (k < half ? 0 : Math.floor(30_000 * Math.exp(-(k - half) / 20)) + (k % 11 === 0 ? 2 : 0)), 192],
  ['flat', 640, (k) => 50 + ((k * 7919) % 13), 320],
  ['skewed', 768, (k, half) => Math.floor(9000 * Math.exp(-Math.abs(k - half + 0.5) / (k < half ? 25 : 60))) + ((k * 7919) % 5), 384],
  ['outliers', 1024, (k, half) => Math.floor(60_000 * Math.exp(-(((k - half + 0.5) / 60) ** 2))) + (k % 29 === 0 ? 1 : 0), 192],
])('entropy as onnxruntime: %s', (_name, bins, count, kept) => {
  expect(entropyBins(Float64Array.from({ length: bins }, (_, k) => count(k, bins / 2)))).toBe(kept);
});

describe('activation grids', () => {
  test('zero is on the grid, and a range from zero is not left at its upper end', () => {
    for (const high of [6, 1, 0.3, 123.456]) {
      const { scale, zeroPoint } = activationGrid({ low: 0, high }, false);
      expect(zeroPoint).toBe(0);
      expect(Math.fround(scale * 255)).toBeLessThanOrEqual(high);
      expect(scale).toBeCloseTo(high / 255, 7);
    }
    expect(activationGrid({ low: -1, high: 1.55 }, false).zeroPoint).toBe(100);
    expect(activationGrid({ low: -1, high: 1.55 }, true).zeroPoint).toBe(-28);
  });
});
