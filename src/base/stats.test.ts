import { expect, test } from 'vitest';
import { deviation, mean, median, medianInterval, pairedRatio, percentile, wilson } from './stats';

test('percentiles interpolate as NumPy does', () => {
  const values = [40, 10, 30, 20];
  expect(median(values)).toBe(25);
  expect(percentile(values, 0.1)).toBeCloseTo(13, 12);
  expect(percentile(values, 0.9)).toBeCloseTo(37, 12);
  expect(percentile(values, 1)).toBe(40);
  expect(percentile([5], 0.3)).toBe(5);
  expect(percentile([], 0.5)).toBeNaN();
  expect(values).toEqual([40, 10, 30, 20]);
});

test('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test('the deviation of a sample', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(deviation([3, 3])).toBe(0);
  expect(deviation([3])).toBeNaN();
});

test('Wilson interval against published values', () => {
  // Newcombe 1998, table I: 81/263 and 15/148, 0/20.
  const a = wilson(81, 263);
  expect(a.low).toBeCloseTo(0.2553, 4);
  expect(a.high).toBeCloseTo(0.3662, 4);
  const b = wilson(15, 148);
  expect(b.low).toBeCloseTo(0.0624, 4);
  expect(b.high).toBeCloseTo(0.1605, 4);
  expect(wilson(0, 20).low).toBe(0);
  expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4);
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
});

test('the interval of a median holds 95 % of the binomial distribution of its rank, and no more than it must', () => {
  for (const n of [6, 9, 10, 15, 20, 24, 30]) {
    const { low, high } = medianInterval(Array.from({ length: n }, (_, i) => n - i));
    expect(high).toBe(n + 1 - low);
    // P(fewer than `low` of n fair coins show heads), the chance that the median lies below.
    const tail = (k: number): number => Array.from({ length: k }, (_, i) => choose(n, i)).reduce((a, b) => a + b, 0) / 2 ** n;
    expect(2 * tail(low)).toBeLessThanOrEqual(0.05);
    expect(2 * tail(low + 1)).toBeGreaterThan(0.05);
  }
  expect(medianInterval([3, 1, 2])).toEqual({ low: 1, high: 3 });
  expect(medianInterval([]).low).toBeNaN();
});

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k;
}

test('a ratio is taken from neighbours, so that a machine that slows down does not tilt it', () => {
  // Both sides slow down fourfold over the runs; b always takes 1.25 times as long as a.
  const a = { samples: Array.from({ length: 20 }, (_, i) => 10 * 4 ** (i / 19)) };
  const b = { samples: a.samples.map((ms) => ms * 1.25) };
  const ratio = pairedRatio(a, b);
  for (const value of Object.values(ratio)) expect(value).toBeCloseTo(1.25, 12);
  // One outlier in twenty moves neither the median nor its interval.
  const jolted = { samples: b.samples.map((ms, i) => (i === 7 ? ms * 50 : ms)) };
  expect(pairedRatio(a, jolted).high).toBeCloseTo(1.25, 12);
});
