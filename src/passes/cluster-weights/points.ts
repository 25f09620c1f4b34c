/** Weights of one group as points on a line, those with mass, ascending; k-means in one dimension needs no more than their running sums. */
export interface Points {
  readonly x: Float64Array;
  /** Sums over the points before each place, and over all at the end: of mass, mass x, mass x^2. */
  readonly mass: Float64Array;
  readonly moment: Float64Array;
  readonly square: Float64Array;
}

/** Up to this many weights every distinct one is a point; of more, those in one of as many equal bins are one point, their mean. */
const MOST_POINTS = 2 ** 16;

/** @param importance What an error at each weight costs, 0 or more; null: 1 each. */
export function pointsOf(values: Float32Array, importance: Float32Array | null): Points {
  const { count, indexOf } = values.length <= MOST_POINTS ? distinct(values) : bins(values);
  const masses = new Float64Array(count);
  const moments = new Float64Array(count);
  for (let e = 0; e < values.length; e++) {
    const value = values[e] ?? 0;
    const mass = importance?.[e] ?? 1;
    const at = indexOf(value);
    masses[at] = (masses[at] ?? 0) + mass;
    moments[at] = (moments[at] ?? 0) + mass * value;
  }
  return runningSums(masses, moments);
}

interface Places {
  readonly count: number;
  readonly indexOf: (value: number) => number;
}

function distinct(values: Float32Array): Places {
  const sorted = values.toSorted();
  let count = 0;
  for (const value of sorted) if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return { count, indexOf: (value) => firstNotBelow(sorted, value, count) };
}

function bins(values: Float32Array): Places {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const perUnit = high > low ? MOST_POINTS / (high - low) : 0;
  return { count: MOST_POINTS, indexOf: (value) => Math.min(MOST_POINTS - 1, Math.floor((value - low) * perUnit)) };
}

function runningSums(masses: Float64Array, moments: Float64Array): Points {
  const count = masses.reduce((n, mass) => n + (mass > 0 ? 1 : 0), 0);
  const x = new Float64Array(count);
  const [mass, moment, square] = [new Float64Array(count + 1), new Float64Array(count + 1), new Float64Array(count + 1)];
  let at = 0;
  for (let i = 0; i < masses.length; i++) {
    const m = masses[i] ?? 0;
    if (!(m > 0)) continue;
    const sum = moments[i] ?? 0;
    const mean = sum / m;
    x[at] = mean;
    mass[at + 1] = (mass[at] ?? 0) + m;
    moment[at + 1] = (moment[at] ?? 0) + sum;
    square[at + 1] = (square[at] ?? 0) + m * mean * mean;
    at++;
  }
  return { x, mass, moment, square };
}

/** Place of the first of `count` ascending numbers that is not below a value; `count` where all are. */
function firstNotBelow(ascending: ArrayLike<number>, value: number, count = ascending.length): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the points nearest to each ascending centroid begin, and at the end the number of points; of two equally near the higher. */
export function boundsOf({ x }: Points, centroids: ArrayLike<number>, bounds = new Uint32Array(centroids.length + 1)): Uint32Array {
  for (let k = 1; k < centroids.length; k++) bounds[k] = firstNotBelow(x, ((centroids[k - 1] ?? 0) + (centroids[k] ?? 0)) / 2);
  bounds[centroids.length] = x.length;
  return bounds;
}

/** Cost of holding points from `from` up to `to` by one value: the sum of mass (x - value)^2. */
export function costOf({ mass, moment, square }: Points, from: number, to: number, value: number): number {
  const m = (mass[to] ?? 0) - (mass[from] ?? 0);
  const m1 = (moment[to] ?? 0) - (moment[from] ?? 0);
  const m2 = (square[to] ?? 0) - (square[from] ?? 0);
  return Math.max(0, m2 - 2 * value * m1 + value * value * m);
}
