import { adaround, adaroundGradient, adaroundOf, type AdaroundOptions, shareOf } from './operations/adaround';
import { gramProduct, gramProductOf } from './operations/gram-product';
import type { FeedbackShape } from './operations/round-with-feedback';
import { expect, it } from 'vitest';
import { adaroundStep, unsigmoid } from './operations/shared/adaround';
import { noise } from './testing/data';
import { describeMakers } from './testing/makers';
import type { Compute } from './types';

/** Gram matrices of inputs that go together, with a diagonal of about 1. */
function someGram({ groups, columns }: FeedbackShape): Float32Array<ArrayBuffer> {
  const gram = new Float32Array(groups * columns * columns);
  const samples = 3 * columns;
  for (let g = 0; g < groups; g++) {
    const x = noise(samples * columns, g + 3);
    for (let s = 0; s < samples; s++) {
      const at = (c: number): number => (x[s * columns + c] ?? 0) + 0.8 * (x[s * columns] ?? 0);
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < columns; j++)
          gram[(g * columns + i) * columns + j] = (gram[(g * columns + i) * columns + j] ?? 0) + (at(i) * at(j)) / samples;
    }
  }
  return gram;
}

const total = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);

/** d H d^T of each row. */
function outputErrors(errors: Float32Array, gram: Float32Array, shape: FeedbackShape): Float32Array {
  const sums = new Float32Array(shape.rows);
  for (const [at, p] of gramProductOf(gram, errors, shape).entries())
    sums[at % shape.rows] = (sums[at % shape.rows] ?? 0) + p * (errors[at] ?? 0);
  return sums;
}

/** Weights between two codes, one apart, which start from some share of the upper. */
function someChoices({ rows, columns }: FeedbackShape): Float32Array<ArrayBuffer> {
  const size = rows * columns;
  const share = noise(size, 9).map((v) => (v + 1) / 2);
  const choices = new Float32Array(3 * size);
  choices.set(share.map((s) => -s));
  choices.fill(1, size, 2 * size);
  choices.set(
    share.map((s) => (s + (s < 0.5 ? 0 : 1)) / 2),
    2 * size,
  );
  return choices;
}

const SHAPES: readonly FeedbackShape[] = [
  { groups: 1, rows: 1, columns: 1 },
  { groups: 1, rows: 65, columns: 9 },
  { groups: 5, rows: 10, columns: 9 },
];

const options = (iterations: number): AdaroundOptions => ({ iterations, signal: new AbortController().signal, onIteration: () => {} });

it('the gradient by V is that of the loss', () => {
  const [n, lambda, beta] = [5, 0.7, 3.3];
  const shape = { groups: 1, rows: 1, columns: n };
  const gram = someGram(shape);
  const v = Array.from(noise(n, 4), (x) => 1.5 * x);
  const down = noise(n, 5);
  const step = noise(n, 6).map((x) => 1 + x / 3);
  const errors = (at: readonly number[]): number[] => at.map((x, i) => (down[i] ?? 0) + shareOf(x) * (step[i] ?? 0));
  const loss = (at: readonly number[]): number => {
    const d = errors(at);
    const error = d.reduce((sum, a, i) => sum + d.reduce((line, b, j) => line + a * b * (gram[i * n + j] ?? 0), 0), 0);
    return error + lambda * at.reduce((sum, x) => sum + 1 - Math.abs(2 * shareOf(x) - 1) ** beta, 0);
  };
  const d = errors(v);
  for (let i = 0; i < n; i++) {
    const product = d.reduce((sum, b, j) => sum + b * (gram[i * n + j] ?? 0), 0);
    const moved = (by: number): number[] => v.map((x, j) => (j === i ? x + by : x));
    const slope = (loss(moved(1e-4)) - loss(moved(-1e-4))) / 2e-4;
    expect(adaroundGradient(v[i] ?? 0, 2 * (step[i] ?? 0) * product, lambda, beta)).toBeCloseTo(slope, 5);
  }
  expect(adaroundGradient(9, 5, lambda, beta)).toBe(0);
});

it('shares come from V and back, and the schedule ends at its last beta', () => {
  for (const share of [0.02, 0.4, 0.98]) expect(shareOf(unsigmoid(share))).toBeCloseTo(share, 12);
  expect(adaroundStep(0, 100)).toMatchObject({ lambda: 0, beta: 20 });
  expect(adaroundStep(99, 100).lambda).toBeGreaterThan(0);
  expect(adaroundStep(99, 100).beta).toBeCloseTo(2, 1);
});

it('is within 5 % of the best of all choices, over rows of eight columns', async () => {
  const shape = { groups: 1, rows: 12, columns: 8 };
  const [gram, choices] = [someGram(shape), someChoices(shape)];
  const shares = await adaroundOf(gram, choices, shape, options(300));
  const size = shape.rows * shape.columns;
  const errorsOf = (up: (at: number) => boolean): Float32Array =>
    choices.slice(0, size).map((down, at) => down + (up(at) ? (choices[size + at] ?? 0) : 0));
  const best = new Float32Array(shape.rows).fill(Infinity);
  for (let bits = 0; bits < 2 ** shape.columns; bits++) {
    const losses = outputErrors(
      errorsOf((at) => ((bits >> Math.floor(at / shape.rows)) & 1) === 1),
      gram,
      shape,
    );
    for (const [row, loss] of losses.entries()) best[row] = Math.min(best[row] ?? 0, loss);
  }
  const nearest = total(
    outputErrors(
      errorsOf((at) => (choices[2 * size + at] ?? 0) >= 0.5),
      gram,
      shape,
    ),
  );
  const learned = total(
    outputErrors(
      errorsOf((at) => (shares[at] ?? 0) >= 0.5),
      gram,
      shape,
    ),
  );
  expect(shares.every((h) => h < 0.05 || h > 0.95)).toBe(true);
  expect(learned / total(best)).toBeLessThan(1.05);
  expect(nearest / total(best)).toBeGreaterThan(1.5);
});

await describeMakers('AdaRound', (compute: Compute) => {
  for (const shape of SHAPES) {
    it(`learns and measures ${shape.rows} rows of ${shape.columns} columns in ${shape.groups} groups as the reference does`, async () => {
      const [gram, choices] = [someGram(shape), someChoices(shape)];
      const handle = compute.upload(gram);
      let told = 0;
      const shares = await compute.run(adaround, handle, choices, shape, { ...options(10), onIteration: (done) => (told = done) });
      const expected = await adaroundOf(gram, choices, shape, options(10));
      expect(Math.max(...shares.map((h, at) => Math.abs(h - (expected[at] ?? 0))))).toBeLessThan(1e-3);
      expect(told).toBe(10);
      const errors = noise(shape.rows * shape.columns, 2);
      const found = await compute.run(gramProduct, handle, errors, shape);
      for (const [at, p] of gramProductOf(gram, errors, shape).entries()) expect(found[at]).toBeCloseTo(p, 4);
      handle.destroy();
    });
  }

  it('stops when it is told to', async () => {
    const [shape] = SHAPES;
    if (!shape) throw new Error('no shape');
    const handle = compute.upload(someGram(shape));
    const stop = new AbortController();
    await expect(
      compute.run(adaround, handle, someChoices(shape), shape, { ...options(1000), signal: stop.signal, onIteration: () => stop.abort() }),
    ).rejects.toThrow(/abort/);
    handle.destroy();
  });
});
