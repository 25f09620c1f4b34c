/** Linear algebra of input Hessians, in float64 on the CPU: small matrices, and what rounding decides by must be right. */
import { substituteLanes, transposed } from './lanes';

/** Of GPTQ's paper: 1 % of the mean of the diagonal. */
const DAMPING = 0.01;
/** Damping is raised tenfold until the factorization succeeds: beyond the mean of the diagonal nothing of the Hessian is left. */
const MOST_DAMPING = 1;

export interface FeedbackFactor {
  /** What `roundWithFeedback` takes: [columns, columns], in the order of `order`. */
  readonly factor: Float32Array;
  /** The column that stands at each place: those that matter most are rounded first, while others can still make up for them. */
  readonly order: Uint32Array;
}

/**
 * H = R R^T with R upper triangular, as F[i, j] = R[j, i] / R[i, i] below the diagonal and R[i, i] on it. For errors d = w - q,
 * d^T H d = |R^T d|^2 and its component i is R[i, i] (d[i] + sum over j < i of F[i, j] d[j]): rounding column i to w[i] + that sum makes
 * it least, which is GPTQ (Frantar et al. 2022, arXiv 2210.17323) without the inverse. R comes from the Cholesky factor of the reversed H.
 * @param gram [columns, columns], symmetric. Columns that were always 0 are given a little weight.
 * @param sort by falling diagonal; without it columns keep their order.
 * @returns null where H stays indefinite under full damping (entries that are not finite).
 */
export function feedbackFactor(gram: Float64Array, columns: number, sort: boolean): FeedbackFactor | null {
  const order = Uint32Array.from({ length: columns }, (_, i) => i);
  if (sort) order.sort((a, b) => (gram[b * columns + b] ?? 0) - (gram[a * columns + a] ?? 0) || a - b);
  const reversed = new Float64Array(columns * columns);
  for (let a = 0; a < columns; a++) {
    const from = (order[columns - 1 - a] ?? 0) * columns;
    for (let b = 0; b < columns; b++) reversed[a * columns + b] = gram[from + (order[columns - 1 - b] ?? 0)] ?? 0;
  }
  const lower = dampedCholesky(reversed, columns);
  if (lower === null) return null;
  const factor = new Float32Array(columns * columns);
  for (let i = 0; i < columns; i++) {
    const at = columns - 1 - i;
    const own = lower[at * columns + at] ?? 1;
    factor[i * columns + i] = own;
    for (let j = 0; j < i; j++) factor[i * columns + j] = (lower[(columns - 1 - j) * columns + at] ?? 0) / own;
  }
  return { factor, order };
}

/**
 * The lower Cholesky factor of H + lambda I, with as little damping as it takes, from `least` parts of the mean diagonal on; null where
 * none helps.
 */
export function dampedCholesky(h: Float64Array, n: number, least = DAMPING): Float64Array | null {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (h[i * n + i] ?? 0) / n;
  if (!Number.isFinite(mean)) return null;
  // Inputs that were always 0 teach nothing: plain rounding is what is left.
  if (mean <= 0) mean = 1;
  for (let damping = least; damping <= MOST_DAMPING; damping *= 10) {
    const lower = cholesky(h, n, damping * mean);
    if (lower !== null) return lower;
  }
  return null;
}

/** H + lambda I with the least damping that is used; see `dampedCholesky`. */
export function dampedHessian(h: Float64Array, n: number): Float64Array {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (h[i * n + i] ?? 0) / n;
  const damped = h.slice();
  for (let i = 0; i < n; i++) damped[i * n + i] = (h[i * n + i] ?? 0) + (mean > 0 ? DAMPING * mean : 1);
  return damped;
}

/** Lines of a factor whose sums run side by side: each waits for its last addition. */
const BLOCK = 4;

function cholesky(h: Float64Array, n: number, damping: number): Float64Array | null {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const line = i * n;
    for (let from = 0; from <= i; from += BLOCK) {
      const [p, q, r, s] = [from * n, (from + 1) * n, (from + 2) * n, (from + 3) * n];
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < from; k++) {
        const v = lower[line + k] ?? 0;
        a += v * (lower[p + k] ?? 0);
        b += v * (lower[q + k] ?? 0);
        c += v * (lower[r + k] ?? 0);
        d += v * (lower[s + k] ?? 0);
      }
      const sums = [a, b, c, d];
      for (let j = from; j <= Math.min(i, from + BLOCK - 1); j++) {
        let sum = (h[line + j] ?? 0) + (i === j ? damping : 0) - (sums[j - from] ?? 0);
        for (let k = from; k < j; k++) sum -= (lower[line + k] ?? 0) * (lower[j * n + k] ?? 0);
        if (i === j) {
          if (!(sum > 0)) return null;
          lower[line + i] = Math.sqrt(sum);
        } else lower[line + j] = sum / (lower[j * n + j] ?? 1);
      }
    }
  }
  return lower;
}

/** Solves x (H + lambda I) = b in place, for lanes b (see lanes.ts); null where H cannot be factored. */
export function solverOf(gram: Float64Array, n: number, damping = DAMPING): ((lanes: Float64Array) => void) | null {
  const lower = dampedCholesky(gram, n, damping);
  if (lower === null) return null;
  const upper = transposed(lower, n);
  return (lanes) => substituteLanes(lower, upper, n, lanes);
}

/** The solution of A x = b for a symmetric A, [n, n]; null where A is not positive definite. */
export function solveSymmetric(a: Float64Array, b: Float64Array, n: number): Float64Array | null {
  const lower = cholesky(a, n, 0);
  if (lower === null) return null;
  const x = b.slice();
  substitute(lower, x);
  return x;
}

/** Solves L L^T x = b in place, forward and back. */
function substitute(lower: Float64Array, x: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (lower[i * n + i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = (x[i] ?? 0) / (lower[i * n + i] ?? 1);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = (x[k] ?? 0) - (lower[i * n + k] ?? 0) * value;
  }
}
