import { expect, test } from 'vitest';
import { noise } from '../../onnx/testing/noise';
import { valuesOf, type Coded } from '../coded';
import type { InputGram } from './gram';
import { withSpread } from './spread';

const [ROWS, COLUMNS, PLACES] = [2, 3, 40];
const WEIGHTS = noise(ROWS * COLUMNS, 1);
const CODES = Uint8Array.from([0, 3, 1, 2, 3, 0]);
const CHANNELS = { outer: 1, channels: ROWS, inner: COLUMNS, block: COLUMNS };
const WHOLE = { outer: 1, channels: 1, inner: ROWS * COLUMNS, block: ROWS * COLUMNS };
const GRID: Coded = {
  kind: 'grid',
  storage: 'dequantize',
  grid: { groups: CHANNELS, bits: 2, qMin: 0, qMax: 3, scales: Float32Array.of(0.3, -0.5), zeroPoints: Int32Array.of(1, 1) },
};
const BOOK: Coded = { kind: 'codebook', codebook: { groups: WHOLE, size: 4, values: Float32Array.of(-0.5, 0, 0.2, 0.9) } };

/** Columns about their means, [columns, places]. */
function columns(seed: number, size: number): number[][] {
  return Array.from({ length: COLUMNS }, (_, c) => {
    const values = Array.from(noise(PLACES, seed + c), (v) => v * size);
    const mean = values.reduce((a, b) => a + b, 0) / PLACES;
    return values.map((v) => v - mean);
  });
}

const [ORIGINAL, PRESENT] = [columns(10, 2), columns(20, 1.5)];

function gramOf(x: readonly number[][]): Float64Array {
  return Float64Array.from({ length: COLUMNS * COLUMNS }, (_, e) =>
    (x[Math.floor(e / COLUMNS)] ?? []).reduce((sum, v, p) => sum + v * (x[e % COLUMNS]?.[p] ?? 0), 0),
  );
}

const MEANS = { original: new Float64Array(COLUMNS), present: new Float64Array(COLUMNS) };

const INPUTS: InputGram = {
  matrix: { groups: 1, rows: ROWS, columns: COLUMNS, groupStride: 0, rowStride: COLUMNS, columnStride: 1 },
  gram: gramOf(PRESENT),
  drift: null,
  centred: { means: MEANS, spread: { of: 'columns', gram: gramOf(ORIGINAL) } },
};

/** Squares of the outputs, summed one at a time: one a row. */
function energies(weights: Float32Array, x: readonly number[][]): number[] {
  return Array.from({ length: ROWS }, (_, r) => {
    let sum = 0;
    for (let p = 0; p < PLACES; p++) sum += x.reduce((y, column, c) => y + (weights[r * COLUMNS + c] ?? 0) * (column[p] ?? 0), 0) ** 2;
    return sum;
  });
}

const sum = (each: readonly number[]): number => each.reduce((a, b) => a + b, 0);

test('outputs of every channel spread as the original ones do', () => {
  const spread = valuesOf(CODES, withSpread(GRID, WEIGHTS, valuesOf(CODES, GRID), INPUTS));
  const wanted = energies(WEIGHTS, ORIGINAL);
  for (const [r, energy] of energies(spread, PRESENT).entries()) expect(energy / (wanted[r] ?? 0)).toBeCloseTo(1, 5);
});

test('one table for all channels makes their spreads equal together', () => {
  const spread = valuesOf(CODES, withSpread(BOOK, WEIGHTS, valuesOf(CODES, BOOK), INPUTS));
  expect(sum(energies(spread, PRESENT)) / sum(energies(WEIGHTS, ORIGINAL))).toBeCloseTo(1, 5);
  expect(spread[2]).toBe(0);
});

test('what samples say nothing about stays', () => {
  const fitted = valuesOf(CODES, GRID);
  expect(withSpread(GRID, WEIGHTS, fitted, { ...INPUTS, centred: null })).toBe(GRID);
  expect(withSpread(GRID, WEIGHTS, fitted, { ...INPUTS, gram: new Float64Array(COLUMNS ** 2) })).toEqual(GRID);
  expect(
    withSpread(GRID, WEIGHTS, fitted, {
      ...INPUTS,
      centred: { means: MEANS, spread: { of: 'columns', gram: INPUTS.gram.map((v) => v * 1e6) } },
    }),
  ).toEqual({
    ...GRID,
    grid: { ...GRID.grid, scales: GRID.grid.scales.map((s) => 2 * s) },
  });
});

test('scales that are stored in two bytes are rounded to them', () => {
  const packed: Coded = { ...GRID, storage: 'packed' };
  const encoding = withSpread(packed, WEIGHTS, valuesOf(CODES, packed), INPUTS);
  if (encoding.kind !== 'grid') throw new Error('a grid became something else');
  for (const scale of encoding.grid.scales) expect(Math.round(scale * 2 ** 12)).toBeCloseTo(scale * 2 ** 12, 6);
});
