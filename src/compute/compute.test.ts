import { applyCut, isCut } from './operations/apply-cut';
import { assign, assignValuesOf } from './operations/assign';
import { assignCodes, assignCodesOf } from './operations/assign-codes';
import { clipErrors, clipErrorsOf } from './operations/clip-errors';
import { gridCodes, codesOf } from './operations/codes';
import { countBelow, countZeros } from './operations/count-below';
import { errorSums } from './operations/error-sums';
import { activationBins, HALF } from './operations/activation-bins';
import { binCounts, histogramOf } from './operations/histogram';
import { magnitudeCut, magnitudeCutOf } from './operations/magnitude-cut';
import { fakeQuantize, quantize } from './operations/quantize';
import { groupRanges, rangesOf } from './operations/ranges';
import { nearestCode } from './operations/shared/codebook';
import { matmulInt8Of, matmulOf } from './operations/shared/matmul';
import { timeMatmul } from './operations/time-matmul';
import { expect, it } from 'vitest';
import { bytes, noise } from './testing/data';
import { multiplyFloats, multiplyInt8 } from './testing/multiply';
import { describeMakers } from './testing/makers';
import { type Codebook, type Grid, groupCount, type Groups } from '../base/grids';
import type { Compute, Handle } from './types';

const INT8_KERNELS = ['int8', 'int8-shifts'] as const;

const SIZES = [0, 1, 3, 63, 64, 65, 255, 256, 257, 1031];

const perTensor = (n: number): Groups => ({ outer: 1, channels: 1, inner: n, block: Math.max(1, n) });
/** Views of 240 elements: Conv rows, MatMul columns, a channel in the middle, blocks with a ragged end. */
const VIEWS: Readonly<Record<string, Groups>> = {
  tensor: perTensor(240),
  'conv channels': { outer: 1, channels: 12, inner: 20, block: 20 },
  'matmul columns': { outer: 20, channels: 12, inner: 1, block: 20 },
  'middle axis': { outer: 4, channels: 12, inner: 5, block: 20 },
  'ragged conv blocks': { outer: 1, channels: 12, inner: 20, block: 16 },
  'ragged matmul blocks': { outer: 20, channels: 12, inner: 1, block: 16 },
};

function gridFor(w: Float32Array, groups: Groups, bits: number, asymmetric: boolean): Grid {
  const { min, max } = rangesOf(w, groups);
  const count = groupCount(groups);
  const scales = new Float32Array(count);
  const zeroPoints = new Int32Array(count);
  for (let g = 0; g < count; g++) {
    const low = Math.min(0, min[g] ?? 0);
    const high = Math.max(0, max[g] ?? 0);
    const scale = asymmetric ? (high - low) / (2 ** bits - 1) : Math.max(-low, high) / (2 ** (bits - 1) - 1);
    scales[g] = scale || 1;
    zeroPoints[g] = asymmetric ? Math.round(-low / (scales[g] ?? 1)) : 0;
  }
  const qMin = asymmetric ? 0 : -(2 ** (bits - 1));
  return { groups, bits, qMin, qMax: qMin + 2 ** bits - 1, scales, zeroPoints };
}

/** Values of reproducible noise, ascending in each group. */
function codebookFor(groups: Groups, size: number): Codebook {
  const values = noise(groupCount(groups) * size, 13);
  for (let first = 0; first < values.length; first += size) values.subarray(first, first + size).sort();
  return { groups, size, values };
}

function expectClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a = Number.NaN, e = Number.NaN] = [actual[i], expected[i]];
    if (!(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)))) expect({ index: i, value: a }).toEqual({ index: i, value: e });
  }
}

function free(...handles: Handle[]): void {
  for (const handle of handles) handle.destroy();
}

it('finds the nearest value as a search through all of them does', () => {
  const values = noise(40, 4).toSorted();
  for (const x of noise(500, 5, 1.2)) {
    const nearest = Math.min(...values.subarray(8, 40).map((v) => Math.abs(v - x)));
    expect(Math.abs((values[8 + nearestCode(values, 8, 32, x)] ?? 0) - x)).toBeCloseTo(nearest, 6);
  }
});

await describeMakers('compute', (compute: Compute) => {
  it('gives back what was uploaded, bit for bit', async () => {
    for (const n of SIZES) {
      const w = noise(n);
      if (n > 2) w.set([1e-40, -1e-40, -0]);
      const handle = compute.upload(w);
      expect(new Uint8Array((await compute.download(handle)).buffer)).toEqual(new Uint8Array(w.buffer));
      free(handle);
    }
  });

  for (const [view, groups] of Object.entries(VIEWS)) {
    it(`quantizes to the nearest grid value: ${view}`, async () => {
      const w = noise(240, 7);
      const handle = compute.upload(w);
      for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
        for (const asymmetric of [false, true]) {
          const grid = gridFor(w, groups, bits, asymmetric);
          const result = await compute.run(quantize, handle, grid);
          expectClose(await compute.download(result), fakeQuantize(w, grid), 1e-6);
          expect(await compute.run(gridCodes, handle, grid)).toEqual(codesOf(w, grid));
          // Codes of values that already lie on the grid are their own.
          expect(await compute.run(gridCodes, result, grid)).toEqual(codesOf(w, grid));
          free(result);
        }
      }
      free(handle);
    });

    it(`takes the nearest value of a codebook: ${view}`, async () => {
      const w = noise(240, 9);
      const handle = compute.upload(w);
      for (const size of [1, 2, 3, 16, 255, 256]) {
        const codebook = codebookFor(groups, size);
        const result = await compute.run(assign, handle, codebook);
        expect(await compute.download(result)).toEqual(assignValuesOf(w, codebook));
        expect(await compute.run(assignCodes, handle, codebook)).toEqual(assignCodesOf(w, codebook));
        expect(await compute.run(assignCodes, result, codebook)).toEqual(assignCodesOf(w, codebook));
        free(result);
      }
      free(handle);
    });

    it(`finds the range of each group: ${view}`, async () => {
      const w = noise(240, 3);
      const handle = compute.upload(w);
      expect(await compute.run(groupRanges, handle, groups)).toEqual(rangesOf(w, groups));
      free(handle);
    });

    it(`sums the errors of clip candidates: ${view}`, async () => {
      const w = noise(240, 5);
      const grid = gridFor(w, groups, 4, false);
      const ratios = Float32Array.of(1, 0.9, 0.7, 0.5);
      const handle = compute.upload(w);
      expectClose(await compute.run(clipErrors, handle, grid, ratios), clipErrorsOf(w, grid, ratios), 1e-4);
      free(handle);
    });
  }

  it('rounds halves to even and clips', async () => {
    const w = Float32Array.of(0.5, 1.5, 2.5, -0.5, -1.5, 7.5, -9, 9);
    const grid: Grid = { groups: perTensor(8), bits: 4, qMin: -8, qMax: 7, scales: Float32Array.of(1), zeroPoints: Int32Array.of(0) };
    const handle = compute.upload(w);
    const result = await compute.run(quantize, handle, grid);
    expect([...(await compute.download(result))].map((x) => x + 0)).toEqual([0, 2, 2, 0, -2, 7, -8, 7]);
    free(handle, result);
  });

  it('takes the higher of two values equally near, and the ends beyond them', async () => {
    const handle = compute.upload(Float32Array.of(-9, 0, 0.5, 1.5, 2, 9));
    const codebook = { groups: perTensor(6), size: 4, values: Float32Array.of(-1, 0, 1, 2) };
    const result = await compute.run(assign, handle, codebook);
    expect(await compute.download(result)).toEqual(Float32Array.of(-1, 0, 1, 2, 2, 2));
    free(handle, result);
  });

  it('handles every length', async () => {
    for (const n of SIZES) {
      const w = noise(n, 11);
      const handle = compute.upload(w);
      const grid = gridFor(w, perTensor(n), 8, false);
      expect(await compute.run(gridCodes, handle, grid)).toEqual(codesOf(w, grid));
      const codebook = codebookFor(perTensor(n), 5);
      expect(await compute.run(assignCodes, handle, codebook)).toEqual(assignCodesOf(w, codebook));
      expect(await compute.run(binCounts, handle, -1, 1, 17)).toEqual(histogramOf(w, -1, 1, 17));
      expect((await compute.run(groupRanges, handle, perTensor(n))).max).toEqual(rangesOf(w, perTensor(n)).max);
      expect(await compute.run(countZeros, handle)).toBe(0);
      const { signal, noise: zero } = await compute.run(errorSums, handle, handle);
      expect(signal).toBeCloseTo(
        w.reduce((sum, x) => sum + x * x, 0),
        3,
      );
      expect(zero).toBe(0);
      free(handle);
    }
  });

  it('counts activations in their bins about zero, zeros apart', async () => {
    for (const n of [1, 65, 40_000]) {
      const w = noise(n, 11).map((x, i) => (i % 5 === 0 ? 0 : i % 7 === 0 ? -0 : x * 3.9));
      const width = 2 ** -10;
      const slow = new Uint32Array(2 * HALF);
      for (const x of w.filter((v) => v !== 0)) {
        const bin = HALF + Math.floor(x / width);
        slow[bin] = (slow[bin] ?? 0) + 1;
      }
      const zeros = w.filter((x) => x === 0).length;
      const handle = compute.upload(w);
      expect(await compute.run(activationBins, handle, width, true)).toEqual({ counts: slow, zeros });
      const above = slow.map((count, bin) => (bin < HALF ? 0 : count));
      const positive = compute.upload(w.map((x) => Math.max(x, 0)));
      const found = await compute.run(activationBins, positive, width, false);
      expect(found).toEqual({ counts: above, zeros: w.filter((x) => x <= 0).length });
      free(handle, positive);
    }
  });

  it('refuses NaN and infinity by their count', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const w = noise(300, 2);
      w[17] = bad;
      w[299] = bad;
      const handle = compute.upload(w);
      await expect(compute.run(groupRanges, handle, perTensor(300))).rejects.toMatchObject({
        code: 'non-finite-weights',
        message: expect.stringContaining('2 of 300'),
      });
      free(handle);
    }
  });

  it('takes all-zero weights', async () => {
    const w = new Float32Array(500);
    const handle = compute.upload(w);
    const grid = gridFor(w, perTensor(500), 4, true);
    const result = await compute.run(quantize, handle, grid);
    expect(await compute.run(countZeros, result)).toBe(500);
    expect(await compute.run(groupRanges, handle, perTensor(500))).toEqual({ min: new Float32Array(1), max: new Float32Array(1) });
    free(handle, result);
  });

  it('counts below a threshold, denormals and negative zero by their bits', async () => {
    const w = Float32Array.of(0, -0, 1e-40, -1e-40, 0.5, -0.5, 0.25, 2);
    const handle = compute.upload(w);
    expect(await compute.run(countZeros, handle)).toBe(2);
    expect(await compute.run(countBelow, [handle, handle], 0.5)).toBe(10);
    expect(await compute.run(countBelow, [handle], 1e-40)).toBe(2);
    expect(await compute.run(countBelow, [handle], 0)).toBe(0);
    free(handle);
  });

  it('cuts exactly the smallest magnitudes over several tensors, ties in order', async () => {
    // Few distinct magnitudes, so that most cuts fall among ties.
    const tensors = [noise(100, 1), new Float32Array(0), noise(257, 2), noise(31, 3)].map((w) => w.map((x) => Math.round(x * 6) / 6));
    const handles = tensors.map((w) => compute.upload(w));
    for (const count of [0, 1, 50, 193, 194, 387, 388]) {
      const expected = magnitudeCutOf(tensors, count);
      const cut = await compute.run(magnitudeCut, handles, count);
      expect(cut).toEqual(expected);
      let zeroed = 0;
      for (const [t, w] of tensors.entries()) {
        const handle = handles[t];
        if (!handle) continue;
        const result = await compute.run(applyCut, handle, t, cut);
        const values = await compute.download(result);
        expect(values).toEqual(w.map((x, i) => (isCut(x, t, i, expected) ? 0 : x)));
        zeroed += w.reduce((sum, x, i) => sum + (isCut(x, t, i, cut) ? 1 : 0), 0);
        free(result);
      }
      expect(zeroed).toBe(count);
    }
    free(...handles);
  });

  it('multiplies matrices of ragged sizes', async () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [3, 5, 2],
      [65, 17, 66],
      [64, 64, 64],
      [1, 130, 70],
    ] as const) {
      const a = noise(m * k, 4);
      const b = noise(k * n, 5);
      expectClose(await compute.run(multiplyFloats, 'f32', a, b, [m, k, n]), matmulOf(a, b, m, k, n), 1e-4);
    }
  });

  it.each(INT8_KERNELS)('multiplies %s exactly, -128 and rests of K included', async (kind) => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [3, 7, 5],
      [65, 66, 67],
      [2, 1030, 3],
    ] as const) {
      const a = bytes(m * k, 6);
      const b = bytes(n * k, 7);
      a.fill(-128, 0, Math.min(3, a.length));
      b.fill(-128, 0, Math.min(3, b.length));
      expect(await compute.run(multiplyInt8, kind, a, b, [m, k, n])).toEqual(matmulInt8Of(a, b, m, k, n));
    }
  });

  it('times a product, or says why not', async () => {
    const timing = await compute.run(timeMatmul, 'int8', 32, 3, new AbortController().signal);
    expect(timing.gops?.runs).toBe(3);
    expect(timing.gops?.p10).toBeGreaterThan(0);
    const half = await compute.run(timeMatmul, 'f16', 32, 3, new AbortController().signal);
    expect(half.gops === null).toBe(half.reason !== '');
  });

  it('refuses a destroyed tensor', async () => {
    const handle = compute.upload(noise(4));
    handle.destroy();
    await expect(async () => compute.download(handle)).rejects.toThrow('destroyed');
  });
});
