import { expect, test } from 'vitest';
import { createCpuCompute } from '../../compute/cpu';
import { adaround } from '../../compute/operations/adaround';
import { gramProductOf } from '../../compute/operations/gram-product';
import { type GridLevels, roundWithFeedbackOf } from '../../compute/operations/round-with-feedback';
import type { Compute } from '../../compute/types';
import { noise } from '../../onnx/testing/noise';
import { feedbackRows, gather } from '../reconstruction/rows';
import { learnRounding } from './adaround';
import { descendRow } from './descend';

const [COLUMNS, ROWS] = [7, 6];
const compute = createCpuCompute();
const options = { iterations: 300, signal: new AbortController().signal, onIteration: (): void => {} };
const matrix = { groups: 2, rows: ROWS, columns: COLUMNS, groupStride: ROWS * COLUMNS, rowStride: COLUMNS, columnStride: 1 };

/** Two groups of inputs that go together. */
function someGram(): Float64Array {
  const x = noise(200 * COLUMNS, 11);
  const gram = new Float64Array(2 * COLUMNS ** 2);
  for (let s = 0; s < 200; s++) {
    const g = s % 2;
    const at = (c: number): number => (x[s * COLUMNS + c] ?? 0) + 0.5 * (g + 1) * (x[s * COLUMNS] ?? 0);
    for (let i = 0; i < COLUMNS; i++)
      for (let j = 0; j < COLUMNS; j++)
        gram[(g * COLUMNS + i) * COLUMNS + j] = (gram[(g * COLUMNS + i) * COLUMNS + j] ?? 0) + at(i) * at(j);
  }
  return gram;
}

const gram = someGram();
const rows = feedbackRows({ matrix, gram, drift: null, centred: null }, true);
if (typeof rows === 'string') throw new Error(rows);
const { shape } = rows;
const hessian = rows.hessian();
const weights = gather(noise(2 * ROWS * COLUMNS, 12), rows);

/** The output error of a row, by the Hessian. */
function errorOf(values: (column: number) => number, row: number): number {
  const line = Math.floor(row / ROWS) * COLUMNS;
  const d = Array.from({ length: COLUMNS }, (_, c) => values(c) - (weights[c * shape.rows + row] ?? 0));
  return d.reduce((sum, a, i) => sum + d.reduce((part, b, j) => part + a * b * (hessian[(line + i) * COLUMNS + j] ?? 0), 0), 0);
}

test('the Hessian is that of the factor: with its damping, in its order, scaled', () => {
  for (let g = 0; g < 2; g++) {
    const factor = (i: number, j: number): number => rows.factor[(g * COLUMNS + i) * COLUMNS + j] ?? 0;
    const r = (j: number, i: number): number => (j === i ? factor(i, i) : j < i ? factor(i, j) * factor(i, i) : 0);
    const product = (a: number, b: number): number =>
      Array.from({ length: COLUMNS }, (_, k) => r(a, k) * r(b, k)).reduce((x, y) => x + y, 0);
    const mean = Array.from({ length: COLUMNS }, (_, k) => product(k, k)).reduce((x, y) => x + y, 0) / COLUMNS;
    for (let a = 0; a < COLUMNS; a++)
      for (let b = 0; b < COLUMNS; b++) expect(hessian[(g * COLUMNS + a) * COLUMNS + b]).toBeCloseTo(product(a, b) / mean, 4);
  }
});

for (const [name, scales, zero, qMin, qMax] of [
  ['a wide symmetric grid', [0.3], 0, -4, 3],
  ['blocks with negative scales', [0.25, -0.35], 0, -4, 3],
  ['an unsigned grid that clips', [0.4], 2, 0, 3],
] as const) {
  test(`${name}: no row gets worse than with feedback, all lie near the best of all choices`, async () => {
    const blocks = scales.length;
    const levels: GridLevels = {
      kind: 'grid',
      qMin,
      qMax,
      scales: Float32Array.from({ length: blocks * shape.rows }, (_, i) => (scales[Math.floor(i / shape.rows)] ?? 1) * (1 + (i % 3) * 0.1)),
      zeroPoints: new Int32Array(blocks * shape.rows).fill(zero),
      blockOf: Uint32Array.from({ length: COLUMNS }, (_, c) => c % blocks),
    };
    const start = roundWithFeedbackOf(weights, rows.factor, shape, levels).values;
    const learned = await learnRounding(compute, weights, start, rows, levels, options);
    let [sum, least, before] = [0, 0, 0];
    for (let row = 0; row < shape.rows; row++) {
      const scaleOf = (c: number): number => levels.scales[(c % blocks) * shape.rows + row] ?? 1;
      const codes = Array.from({ length: COLUMNS }, (_, c) => (learned[c * shape.rows + row] ?? 0) / scaleOf(c) + zero);
      for (const code of codes) {
        expect(Math.abs(code - Math.round(code))).toBeLessThan(1e-4);
        expect(code).toBeGreaterThan(qMin - 1e-4);
        expect(code).toBeLessThan(qMax + 1e-4);
      }
      const own = errorOf((c) => learned[c * shape.rows + row] ?? 0, row);
      const fed = errorOf((c) => start[c * shape.rows + row] ?? 0, row);
      expect(own).toBeLessThan(fed * (1 + 1e-4));
      let best = fed;
      for (let bits = 0; bits < 2 ** COLUMNS; bits++) {
        const value = (c: number): number => {
          const low = Math.min(qMax - 1, Math.max(qMin, Math.floor((weights[c * shape.rows + row] ?? 0) / scaleOf(c)) + zero));
          return (low + ((bits >> c) & 1) - zero) * scaleOf(c);
        };
        best = Math.min(best, errorOf(value, row));
      }
      sum += own;
      least += best;
      before += fed;
    }
    expect(sum / least).toBeLessThan(1.06);
    expect(sum).toBeLessThan(before);
  });
}

test('descent: single weights move until none gains, and the error falls by what each was said to gain', () => {
  const levels: GridLevels = {
    kind: 'grid',
    qMin: -4,
    qMax: 3,
    scales: new Float32Array(shape.rows).fill(0.3),
    zeroPoints: new Int32Array(shape.rows),
    blockOf: new Uint32Array(COLUMNS),
  };
  const product = (values: Float32Array): Float32Array =>
    gramProductOf(
      hessian,
      values.map((v, at) => v - (weights[at] ?? 0)),
      shape,
    );
  let moved = 0;
  for (let row = 0; row < shape.rows; row++) {
    const values = weights.map((w) => Math.fround(Math.min(3, Math.max(-4, Math.floor(w / 0.3))) * Math.fround(0.3)));
    const before = errorOf((c) => values[c * shape.rows + row] ?? 0, row);
    const start = values.slice();
    descendRow(row, values, weights, hessian, product(values), shape, levels);
    const after = errorOf((c) => values[c * shape.rows + row] ?? 0, row);
    expect(after).toBeLessThan(before * (1 + 1e-6));
    for (const [at, v] of values.entries()) {
      if (at % shape.rows !== row) expect(v).toBe(start[at]);
      else if (v !== start[at]) moved += 1;
    }
    for (let c = 0; c < COLUMNS; c++) {
      for (const by of [-1, 1]) {
        const other = (k: number): number => (values[k * shape.rows + row] ?? 0) + (k === c ? by * 0.3 : 0);
        if (Math.abs(other(c) / 0.3 + 0.5) < 3.6) expect(errorOf(other, row)).toBeGreaterThan(after * (1 - 1e-5));
      }
    }
  }
  expect(moved).toBeGreaterThan(5);
});

/** A compute whose learning ends with the same share for every weight. */
function learningOnly(share: number): Compute {
  return {
    ...compute,
    async run(operation, ...args) {
      const result = await compute.run(operation, ...args);
      if (operation.kernels === adaround.kernels && result instanceof Float32Array) result.fill(share);
      return result;
    },
  };
}

test('rows whose learning went wrong keep what feedback gave them', async () => {
  const levels: GridLevels = {
    kind: 'grid',
    qMin: -8,
    qMax: 7,
    scales: new Float32Array(shape.rows).fill(0.2),
    zeroPoints: new Int32Array(shape.rows),
    blockOf: new Uint32Array(COLUMNS),
  };
  const start = roundWithFeedbackOf(weights, rows.factor, shape, levels).values;
  for (const share of [0, 1]) {
    const wrong = learningOnly(share);
    const learned = await learnRounding(wrong, weights, start, rows, levels, options);
    for (let row = 0; row < shape.rows; row++) {
      expect(errorOf((c) => learned[c * shape.rows + row] ?? 0, row)).toBeLessThan(
        errorOf((c) => start[c * shape.rows + row] ?? 0, row) * (1 + 1e-4),
      );
    }
  }
});
