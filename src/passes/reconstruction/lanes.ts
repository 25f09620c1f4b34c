/**
 * Products and solutions for several rows side by side: where each sum waits for the last addition, eight of them keep a processor busy.
 * Rows lie as [column, lane]. Float64.
 */

export const LANES = 8;

/** Into `into`, [LANES]: for each lane the sum over k of line[from + k] x[(start + k), lane], for `count` k. */
function sumLanes(line: Float64Array, from: number, x: Float64Array, start: number, count: number, into: Float64Array): void {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = from, at = start * LANES; k < from + count; k++, at += LANES) {
    const v = line[k] ?? 0;
    a += v * (x[at] ?? 0);
    b += v * (x[at + 1] ?? 0);
    c += v * (x[at + 2] ?? 0);
    d += v * (x[at + 3] ?? 0);
    e += v * (x[at + 4] ?? 0);
    f += v * (x[at + 5] ?? 0);
    g += v * (x[at + 6] ?? 0);
    h += v * (x[at + 7] ?? 0);
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
  into[4] = e;
  into[5] = f;
  into[6] = g;
  into[7] = h;
}

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
