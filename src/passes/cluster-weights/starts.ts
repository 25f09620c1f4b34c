import { boundsOf, costOf, type Points } from './points';

/** How the search for centroids begins. */
export type Init = 'kmeans++' | 'density' | 'linear';

/**
 * `count` centroids to begin with, ascending.
 * - `linear`: even steps from the least to the greatest point; `density`: each stands for an equal share of the mass (Han et al. 2016,
 * arXiv
 *   1510.00149, 3.2).
 * - `kmeans++`: one point after another, drawn by what it costs now (Arthur, Vassilvitskii 2007).
 * @param withZero 0 is one of them.
 * @param random Uniform in [0, 1).
 */
export function startOf(points: Points, count: number, init: Init, withZero: boolean, random: () => number): Float64Array {
  if (init === 'kmeans++') return plusPlus(points, count, withZero, random);
  const start = init === 'density' ? byDensity(points, withZero ? count - 1 : count) : evenly(points, count);
  if (withZero && init === 'density') return Float64Array.from([...start, 0]).toSorted();
  if (withZero) start[nearest(start, 0)] = 0;
  return start;
}

function evenly({ x }: Points, count: number): Float64Array {
  const [low, high] = [x[0] ?? 0, x.at(-1) ?? 0];
  return Float64Array.from({ length: count }, (_, k) => low + (high - low) * (count === 1 ? 0.5 : k / (count - 1)));
}

function byDensity(points: Points, count: number): Float64Array {
  const total = points.mass.at(-1) ?? 0;
  return Float64Array.from({ length: count }, (_, k) => points.x[placeIn(points.mass, ((k + 0.5) / count) * total)] ?? 0);
}

function plusPlus(points: Points, count: number, withZero: boolean, random: () => number): Float64Array {
  const { x, mass } = points;
  let centroids = Float64Array.of(withZero ? 0 : (x[placeIn(mass, random() * (mass.at(-1) ?? 0))] ?? 0));
  while (centroids.length < count) {
    const bounds = boundsOf(points, centroids);
    const costs = new Float64Array(centroids.length + 1);
    for (const [k, c] of centroids.entries()) costs[k + 1] = (costs[k] ?? 0) + costOf(points, bounds[k] ?? 0, bounds[k + 1] ?? 0, c);
    const wanted = random() * (costs.at(-1) ?? 0);
    const k = placeIn(costs, wanted);
    const [from, to, c] = [bounds[k] ?? 0, bounds[k + 1] ?? 0, centroids[k] ?? 0];
    const added = x[firstPassing(from, to, (at) => costOf(points, from, at + 1, c), wanted - (costs[k] ?? 0))] ?? 0;
    centroids = Float64Array.from([...centroids, added]).toSorted();
  }
  return centroids;
}

/** The place in whose part of a running sum (0 first) `wanted` falls. */
function placeIn(sums: Float64Array, wanted: number): number {
  return firstPassing(0, sums.length - 1, (at) => sums[at + 1] ?? 0, wanted);
}

/** The first of [from, to) at which a sum that never falls is above `wanted`; the last where none is. */
function firstPassing(from: number, to: number, sumAt: (at: number) => number, wanted: number): number {
  let [low, high] = [from, to - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sumAt(middle) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(values: Float64Array, wanted: number): number {
  let best = 0;
  for (const [k, value] of values.entries()) if (Math.abs(value - wanted) < Math.abs((values[best] ?? 0) - wanted)) best = k;
  return best;
}
