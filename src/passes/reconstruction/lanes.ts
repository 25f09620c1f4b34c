/** Products and solutions for several rows side by side (base/lanes.ts). Float64. */
import { LANES, sumLanes } from '../../base/lanes';

/** x M of each lane. @param columns those of M, [n, n], one after another: M transposed. @param into [n, LANES]. */
export function timesMatrix(x: Float64Array, columns: Float64Array, n: number, into: Float64Array): void {
  const sums = new Float64Array(LANES);
  for (let i = 0; i < n; i++) {
    sumLanes(columns, i * n, x, 0, n, sums);
    into.set(sums, i * LANES);
  }
}

/** Solves L L^T x = b in place for each lane, forward and back. @param upper L^T: [n, n], by rows like `lower`. */
export function substituteLanes(lower: Float64Array, upper: Float64Array, n: number, x: Float64Array): void {
  const sums = new Float64Array(LANES);
  for (let i = 0; i < n; i++) {
    sumLanes(lower, i * n, x, 0, i, sums);
    divide(x, i, sums, lower[i * n + i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    sumLanes(upper, i * n + i + 1, x, i + 1, n - 1 - i, sums);
    divide(x, i, sums, lower[i * n + i] ?? 1);
  }
}

function divide(x: Float64Array, i: number, sums: Float64Array, by: number): void {
  for (let lane = 0; lane < LANES; lane++) x[i * LANES + lane] = ((x[i * LANES + lane] ?? 0) - (sums[lane] ?? 0)) / by;
}

/** x H x^T of each lane, for a symmetric H, [n, n], of which the lower half is read. @param into [LANES]. */
export function quadraticLanes(x: Float64Array, h: Float64Array, n: number, into: Float64Array): void {
  const sums = new Float64Array(LANES);
  into.fill(0);
  for (let i = 0; i < n; i++) {
    sumLanes(h, i * n, x, 0, i, sums);
    const own = h[i * n + i] ?? 0;
    for (let lane = 0; lane < LANES; lane++) {
      const v = x[i * LANES + lane] ?? 0;
      into[lane] = (into[lane] ?? 0) + v * (2 * (sums[lane] ?? 0) + v * own);
    }
  }
}

/** The transposed of [n, n]. */
export function transposed(a: Float64Array, n: number): Float64Array {
  const b = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) b[j * n + i] = a[i * n + j] ?? 0;
  return b;
}

/** Where rows of a tensor lie: element c of row r at first + r rowStride + c columnStride. */
export interface RowsAt {
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Lays `count` rows of a tensor out as lanes; lanes beyond them are 0. @param first element of the first. @param into [n, LANES]. */
export function takeLanes(
  values: Float32Array | Float64Array,
  first: number,
  { rowStride, columnStride }: RowsAt,
  n: number,
  count: number,
  into: Float64Array,
): void {
  into.fill(0);
  for (let c = 0; c < n; c++)
    for (let lane = 0; lane < count; lane++) into[c * LANES + lane] = values[first + lane * rowStride + c * columnStride] ?? 0;
}
