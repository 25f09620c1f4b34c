import { uniform } from '../../base/random';
import { boundsOf, costOf, type Points } from './points';
import { startOf, type Init } from './starts';

/** Rounds of Lloyd's algorithm at most. One costs centroids times log(points). */
const MOST_ROUNDS = 500;
/** Tries of k-means++ times centroids: many centroids depend less on where they began. */
const TRIES = 256;
const MOST_TRIES = 10;

/**
 * Centroids of k-means in one dimension, ascending: a local optimum of the sum of mass (x - c)^2, by Lloyd's algorithm from the given
 * start; of k-means++ starts the best. Fewer than `count` where there are fewer points: then they are the points themselves.
 * @param withZero 0 is one of the centroids and stays there.
 */
export function kMeans(points: Points, count: number, init: Init, withZero: boolean): Float64Array {
  if (points.x.length <= freeCentroids(count, withZero))
    return withZero ? Float64Array.from([...points.x, 0]).toSorted() : points.x.slice();
  const tries = init === 'kmeans++' ? Math.min(MOST_TRIES, Math.max(1, Math.floor(TRIES / count))) : 1;
  let best = { centroids: new Float64Array(0), cost: Number.POSITIVE_INFINITY };
  for (let seed = 1; seed <= tries; seed++) {
    const found = lloyd(points, startOf(points, count, init, withZero, uniform(seed)), withZero);
    if (found.cost < best.cost) best = found;
  }
  return best.centroids;
}

/** How many of `count` centroids may go anywhere: up to so many points are held exactly. */
export function freeCentroids(count: number, withZero: boolean): number {
  return withZero ? count - 1 : count;
}

function lloyd(points: Points, start: Float64Array, withZero: boolean): { centroids: Float64Array<ArrayBuffer>; cost: number } {
  let centroids = Float64Array.from(start);
  let bounds = boundsOf(points, centroids);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    centroids = means(points, centroids, bounds, withZero);
    const moved = boundsOf(points, centroids);
    if (moved.every((bound, k) => bound === bounds[k])) break;
    bounds = moved;
  }
  return { centroids, cost: centroids.reduce((sum, c, k) => sum + costOf(points, bounds[k] ?? 0, bounds[k + 1] ?? 0, c), 0) };
}

/** The mean of each centroid's points. The first centroid without any goes to the farthest point of the costliest other. */
function means(points: Points, centroids: Float64Array, bounds: Uint32Array, withZero: boolean): Float64Array<ArrayBuffer> {
  const { mass, moment } = points;
  const isFixed = (k: number): boolean => withZero && centroids[k] === 0;
  const moved = Float64Array.from(centroids, (c, k) => {
    const [from, to] = [bounds[k] ?? 0, bounds[k + 1] ?? 0];
    return isFixed(k) || from === to ? c : ((moment[to] ?? 0) - (moment[from] ?? 0)) / ((mass[to] ?? 0) - (mass[from] ?? 0));
  });
  const empty = moved.findIndex((_, k) => bounds[k] === bounds[k + 1] && !isFixed(k));
  if (empty < 0) return moved;
  moved[empty] = farthest(points, moved, bounds);
  return moved.toSorted();
}

/** The point farthest from its centroid, of the centroid whose points cost most. */
function farthest(points: Points, centroids: Float64Array, bounds: Uint32Array): number {
  let [worst, at] = [-1, 0];
  for (const [k, c] of centroids.entries()) {
    const cost = costOf(points, bounds[k] ?? 0, bounds[k + 1] ?? 0, c);
    if (cost > worst) [worst, at] = [cost, k];
  }
  const c = centroids[at] ?? 0;
  const [first, last] = [points.x[bounds[at] ?? 0] ?? 0, points.x[(bounds[at + 1] ?? 1) - 1] ?? 0];
  return c - first > last - c ? first : last;
}
