import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../../compute/cpu';
import { noise } from '../../onnx/testing/noise';
import { dampedHessian } from '../reconstruction/factor';
import type { InputGram } from '../reconstruction/gram';
import { applyPass } from '../testing/apply-pass';
import { convNet, outputError, pictures } from '../testing/fitted';
import { clusterWeights } from './apply';
import { clusterByOutput } from './by-output';
import { descendCodes } from './descend';
import { refitCodebook, type Coding } from './refit';

const { signal } = new AbortController();
const [ROWS, COLUMNS] = [3, 4];
const WHOLE = { outer: 1, channels: 1, inner: ROWS * COLUMNS, block: ROWS * COLUMNS };
const TARGET = noise(ROWS * COLUMNS, 4);
const CODING: Coding = {
  codebook: { groups: WHOLE, size: 3, values: Float32Array.of(-0.6, 0, 0.7) },
  codes: Uint8Array.from(TARGET, (v) => (v < -0.3 ? 0 : v < 0.3 ? 1 : 2)),
};

/** Gram matrix of inputs that go together, for a matrix of rows. */
function inputsOf(columns: number, rows: number, seed = 9): InputGram {
  const x = noise(columns * 30, seed);
  const at = (s: number, c: number): number => (x[s * columns + c] ?? 0) + (x[s * columns] ?? 0);
  const gram = Float64Array.from({ length: columns * columns }, (_, e) =>
    Array.from({ length: 30 }, (__, s) => at(s, Math.floor(e / columns)) * at(s, e % columns)).reduce((a, b) => a + b, 0),
  );
  return { matrix: { groups: 1, rows, columns, groupStride: 0, rowStride: columns, columnStride: 1 }, gram, drift: null, centred: null };
}

/** Sum over rows of d^T (H + damping) d, one product at a time. */
function outputCost(target: Float32Array, { codebook, codes }: Coding, { matrix: { rows, columns }, gram }: InputGram): number {
  const h = dampedHessian(gram, columns);
  const d = target.map((w, e) => w - (codebook.values[codes[e] ?? 0] ?? 0));
  let cost = 0;
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++) cost += (d[r * columns + i] ?? 0) * (d[r * columns + j] ?? 0) * (h[i * columns + j] ?? 0);
  return cost;
}

test('a refit is the best there is for its codes: no value can move and gain', () => {
  const inputs = inputsOf(COLUMNS, ROWS);
  const fitted = refitCodebook(TARGET, CODING, inputs, false);
  const least = outputCost(TARGET, fitted, inputs);
  expect(least).toBeLessThan(0.9 * outputCost(TARGET, CODING, inputs));
  for (let k = 0; k < 3; k++) {
    for (const step of [0.01, -0.01]) {
      const values = fitted.codebook.values.map((v, at) => (at === k ? v + step : v));
      expect(outputCost(TARGET, { ...fitted, codebook: { ...fitted.codebook, values } }, inputs)).toBeGreaterThan(least);
    }
  }
  // With zero held the others make up for it.
  const held = refitCodebook(TARGET, CODING, inputs, true);
  expect(held.codebook.values.includes(0)).toBe(true);
  expect(outputCost(TARGET, held, inputs)).toBeLessThan(outputCost(TARGET, CODING, inputs));
});

test('a refit puts values in order again, and codes with them; values without weights stay', () => {
  const groups = { outer: 1, channels: 2, inner: 2, block: 2 };
  const inputs: InputGram = {
    matrix: { groups: 1, rows: 2, columns: 2, groupStride: 0, rowStride: 2, columnStride: 1 },
    gram: Float64Array.of(1, 0, 0, 1),
    drift: null,
    centred: null,
  };
  const fitted = refitCodebook(
    Float32Array.of(9, 3, 1, 5),
    { codebook: { groups, size: 3, values: Float32Array.of(-1, 0, 1, 0, 2, 3) }, codes: Uint8Array.of(0, 2, 1, 1) },
    inputs,
    false,
  );
  expect(fitted.codebook.values.map((v) => Math.round(v * 1000) / 1000)).toEqual(Float32Array.of(0, 3, 9, 0, 3, 3));
  expect([...fitted.codes.subarray(0, 2)]).toEqual([2, 1]);
});

test('descent ends where no single code can change and gain, and says the error there', async () => {
  const inputs = inputsOf(COLUMNS, ROWS);
  const { codes, loss } = await descendCodes(TARGET, CODING, inputs, signal);
  const cost = outputCost(TARGET, { ...CODING, codes }, inputs);
  expect(loss / cost).toBeCloseTo(1, 6);
  expect(cost).toBeLessThan(outputCost(TARGET, CODING, inputs));
  for (let e = 0; e < codes.length; e++)
    for (let k = 0; k < 3; k++)
      expect(outputCost(TARGET, { ...CODING, codes: codes.with(e, k) }, inputs)).toBeGreaterThanOrEqual(cost - 1e-9);
});

describe('a layer', () => {
  const inputs = inputsOf(24, 16);
  const weights = noise(24 * 16, 6).map((v, e) => (e % 3 === 0 ? 0 : v));
  const groups = { outer: 1, channels: 1, inner: weights.length, block: weights.length };

  test('of pruned weights keeps its zeros', async () => {
    const found = await clusterByOutput(
      createCpuCompute(),
      weights,
      inputs,
      groups,
      { clusters: 4, init: 'kmeans++', keepZeros: true },
      signal,
    );
    if (typeof found === 'string') throw new Error(found);
    for (const [e, w] of weights.entries()) if (w === 0) expect(found.codebook.values[found.codes[e] ?? 0]).toBe(0);
  });

  test('is stopped, and refused where its inputs are not finite', async () => {
    const fit = { clusters: 4, init: 'kmeans++', keepZeros: true } as const;
    await expect(clusterByOutput(createCpuCompute(), weights, inputs, groups, fit, AbortSignal.abort())).rejects.toThrow();
    expect(
      await clusterByOutput(createCpuCompute(), weights, { ...inputs, gram: inputs.gram.fill(Number.NaN, 0, 1) }, groups, fit, signal),
    ).toMatch(/not finite/);
  });
});

test.each(['tensor', 'channel'])(
  'a table a %s, refined on samples, loses less than k-means alone on inputs never seen',
  async (granularity) => {
    const model = convNet();
    for (const clusters of [4, 8]) {
      const plain = await applyPass(clusterWeights, model, { options: { clusters, granularity } });
      const refined = await applyPass(clusterWeights, model, {
        options: { clusters, granularity, refine: 'samples' },
        samples: pictures(150, 1),
      });
      expect(refined.result.changed).toEqual(plain.result.changed);
      expect(await outputError(model, refined.written)).toBeLessThan(0.8 * (await outputError(model, plain.written)));
    }
  },
);

test('layers can be fitted to the original inputs at any number of clusters, and to rounded ones', async () => {
  const model = convNet();
  const values: Float32Array[] = [];
  for (const inputs of ['auto', 'original', 'rounded']) {
    const applied = await applyPass(clusterWeights, model, {
      options: { clusters: 8, refine: 'samples', inputs },
      samples: pictures(40, 1),
    });
    values.push(await applied.value('y'));
  }
  expect(values[0]).toEqual(values[2]);
  expect(values[0]).not.toEqual(values[1]);
});

test('without samples refining is refused by name', async () => {
  await expect(applyPass(clusterWeights, convNet(), { options: { refine: 'samples' } })).rejects.toThrow('Refining "samples"');
});
