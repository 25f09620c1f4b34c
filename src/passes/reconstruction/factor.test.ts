import { roundWithFeedbackOf } from '../../compute/operations/round-with-feedback';
import { expect, test } from 'vitest';
import { noise } from '../../onnx/testing/noise';
import { dampedCholesky, feedbackFactor, solverOf } from './factor';
import { LANES } from '../../base/lanes';

/** X X^T of n inputs that go together. */
function correlated(n: number, samples: number): Float64Array {
  const base = noise(n * samples, 5);
  const h = new Float64Array(n * n);
  for (let s = 0; s < samples; s++) {
    const x = Array.from({ length: n }, (_, i) => (base[s * n + i] ?? 0) + 2 * (base[s * n] ?? 0));
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) h[i * n + j] = (h[i * n + j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
  }
  return h;
}

function quadratic(d: readonly number[], h: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += (d[i] ?? 0) * (d[j] ?? 0) * (h[i * n + j] ?? 0);
  return sum;
}

const N = 12;
const H = correlated(N, 40);
const meanDiagonal = Array.from({ length: N }, (_, i) => H[i * N + i] ?? 0).reduce((a, b) => a + b, 0) / N;
const damped = H.map((v, at) => (at % (N + 1) === 0 ? v + 0.01 * meanDiagonal : v));

function rounded(w: Float32Array, sort: boolean) {
  const made = feedbackFactor(H, N, sort);
  if (!made) throw new Error('no factor');
  const placed = Float32Array.from(made.order, (c) => w[c] ?? 0);
  const levels = {
    kind: 'grid',
    qMin: -4,
    qMax: 3,
    scales: Float32Array.of(0.3),
    zeroPoints: Int32Array.of(0),
    blockOf: new Uint32Array(N),
  } as const;
  const { values, losses } = roundWithFeedbackOf(placed, made.factor, { groups: 1, rows: 1, columns: N }, levels);
  const q = new Float32Array(N);
  for (const [at, column] of made.order.entries()) q[column] = values[at] ?? 0;
  return { q, loss: losses[0] ?? 0 };
}

test('the loss of rounding with feedback is the output error that the Hessian gives', () => {
  for (const sort of [false, true]) {
    const w = noise(N, 7);
    const { q, loss } = rounded(w, sort);
    expect(
      loss /
        quadratic(
          [...w].map((v, i) => v - (q[i] ?? 0)),
          damped,
          N,
        ),
    ).toBeCloseTo(1, 4);
  }
});

test('feedback loses less than rounding to the nearest, over many rows', () => {
  let [fed, nearest] = [0, 0];
  for (let seed = 1; seed <= 30; seed++) {
    const w = noise(N, seed);
    fed += rounded(w, true).loss;
    nearest += quadratic(
      [...w].map((v) => v - Math.min(3, Math.max(-4, Math.round(v / 0.3))) * 0.3),
      damped,
      N,
    );
  }
  expect(fed).toBeLessThan(0.5 * nearest);
});

test('inputs that were always zero or equal are factored, those that are not finite are not', () => {
  expect(dampedCholesky(new Float64Array(9), 3)).not.toBeNull();
  expect(dampedCholesky(new Float64Array(9).fill(4), 3)).not.toBeNull();
  expect(dampedCholesky(Float64Array.of(1, 0, 0, Number.NaN), 2)).toBeNull();
  expect(dampedCholesky(Float64Array.of(1, 5, 5, 1), 2)).toBeNull();
});

test('lanes are solved for: x (H + lambda I) = b', () => {
  const solve = solverOf(H, N);
  const b = Float64Array.from(noise(N * LANES, 3));
  const x = b.slice();
  solve?.(x);
  for (let lane = 0; lane < LANES; lane++) {
    for (let i = 0; i < N; i++) {
      let product = 0;
      for (let k = 0; k < N; k++) product += (x[k * LANES + lane] ?? 0) * (damped[k * N + i] ?? 0);
      expect(product).toBeCloseTo(b[i * LANES + lane] ?? Number.NaN, 6);
    }
  }
});
