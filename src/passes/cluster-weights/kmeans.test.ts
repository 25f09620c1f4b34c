import { describe, expect, test } from 'vitest';
import { noise } from '../../onnx/testing/noise';
import { kMeans } from './kmeans';
import { boundsOf, costOf, pointsOf, type Points } from './points';
import type { Init } from './starts';

const INITS: readonly Init[] = ['kmeans++', 'density', 'linear'];

/** Weights as layers have them: dense round zero with long tails. */
function bell(count: number, seed: number): Float32Array {
  return noise(count, seed).map((v) => v ** 3 * 0.4);
}

/** Sum of mass (x - nearest centroid)^2, one weight at a time. */
function totalCost(values: Float32Array, centroids: ArrayLike<number>, importance: Float32Array | null = null): number {
  let sum = 0;
  for (const [e, v] of values.entries()) sum += (importance?.[e] ?? 1) * Math.min(...Array.from(centroids, (c) => (v - c) ** 2));
  return sum;
}

/** The least cost that `count` centroids can have: dynamic programming over where each cluster of sorted points ends. */
function leastCost(points: Points, count: number): number {
  const n = points.x.length;
  const span = (from: number, to: number): number => {
    const mass = (points.mass[to] ?? 0) - (points.mass[from] ?? 0);
    return costOf(points, from, to, ((points.moment[to] ?? 0) - (points.moment[from] ?? 0)) / mass);
  };
  let best = Array.from({ length: n + 1 }, (_, to) => (to === 0 ? 0 : span(0, to)));
  for (let k = 1; k < count; k++) {
    const before = best;
    best = before.map((_, to) =>
      Math.min(...before.slice(0, to).map((cost, from) => cost + span(from, to)), to === 0 ? 0 : Number.POSITIVE_INFINITY),
    );
  }
  return best[n] ?? Number.NaN;
}

/**
 * How far from the best there is the best of several starts may end: with many centroids of few weights each there are many places to get
 * stuck.
 */
describe.each([
  [2, 60, 1.001],
  [3, 60, 1.001],
  [5, 90, 1.02],
  [16, 150, 1.1],
])('%d centroids of %d weights', (count, length, tolerance) => {
  const values = bell(length, 3 + count);
  const importance = noise(length, 5).map((v) => 0.01 + v * v);

  test('k-means++ is close to the best there is, with and without importance', () => {
    for (const mass of [null, importance]) {
      const points = pointsOf(values, mass);
      const cost = totalCost(values, kMeans(points, count, 'kmeans++', false), mass);
      const least = leastCost(points, count);
      expect(cost).toBeGreaterThan(least * (1 - 1e-9));
      expect(cost).toBeLessThan(least * tolerance);
    }
  });

  test.each(INITS)('%s ends where every centroid is the mean of the points nearest to it', (init) => {
    for (const mass of [null, importance]) {
      const points = pointsOf(values, mass);
      const centroids = kMeans(points, count, init, false);
      expect(centroids.length).toBe(count);
      const bounds = boundsOf(points, centroids);
      for (const [k, c] of centroids.entries()) {
        const [from, to] = [bounds[k] ?? 0, bounds[k + 1] ?? 0];
        const own = (points.mass[to] ?? 0) - (points.mass[from] ?? 0);
        expect(own).toBeGreaterThan(0);
        expect(c).toBeCloseTo(((points.moment[to] ?? 0) - (points.moment[from] ?? 0)) / own, 12);
        if (k > 0) expect(c).toBeGreaterThan(centroids[k - 1] ?? 0);
      }
    }
  });

  test.each(INITS)('%s keeps a centroid at zero', (init) => {
    const centroids = kMeans(pointsOf(values, null), count, init, true);
    expect(centroids.length).toBe(count);
    expect(centroids.includes(0)).toBe(true);
    expect(totalCost(values, centroids)).toBeLessThan(totalCost(values, [0]));
  });
});

test('even steps are a start of their own: hand-made clusters, found from the ends', () => {
  const values = Float32Array.of(-1, -0.9, -0.8, 0, 0.1, 2, 2.2);
  expect([...kMeans(pointsOf(values, null), 3, 'linear', false)].map((c) => Math.round(c * 1e6) / 1e6)).toEqual([-0.9, 0.05, 2.1]);
});

test.each(INITS)('%s: no more distinct weights than centroids are kept as they are', (init) => {
  const few = Float32Array.of(0.3, -0.1, 0.3, 0.7, -0.1);
  expect(Float32Array.from(kMeans(pointsOf(few, null), 3, init, false))).toEqual(Float32Array.of(-0.1, 0.3, 0.7));
  expect(Float32Array.from(kMeans(pointsOf(few, null), 9, init, true))).toEqual(Float32Array.of(-0.1, 0, 0.3, 0.7));
  expect([...kMeans(pointsOf(new Float32Array(50).fill(0.5), null), 16, init, false)]).toEqual([0.5]);
  expect([...kMeans(pointsOf(new Float32Array(0), null), 16, init, true)]).toEqual([0]);
});

test.each(['linear', 'kmeans++'] as const)('%s: centroids without points are put where they are of use', (init) => {
  // 99 of 100 weights in a heap, the rest far away: most even steps begin empty.
  const values = Float32Array.from({ length: 500 }, (_, i) => (i % 100 === 0 ? 100 + i : Math.sin(i) * 0.01));
  const centroids = kMeans(pointsOf(values, null), 16, init, false);
  expect(new Set(centroids).size).toBe(16);
  expect(totalCost(values, centroids)).toBeLessThan(500 * 0.01 ** 2);
});

test('of many weights bins are made, at no loss to speak of', () => {
  const values = bell(70_000, 8);
  values[0] = 4;
  const binned = pointsOf(values, null);
  expect(binned.mass.at(-1)).toBe(70_000);
  const centroids = kMeans(binned, 16, 'density', false);
  // The same weights, few enough to be points of their own.
  const sample = values.subarray(0, 65_000);
  const own = kMeans(pointsOf(sample, null), 16, 'density', false);
  expect(totalCost(sample, centroids)).toBeLessThan(totalCost(sample, own) * 1.001);
});
