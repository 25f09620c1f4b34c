import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../../compute/cpu';
import { gridCodes } from '../../compute/operations/codes';
import { errorSums } from '../../compute/operations/error-sums';
import { quantize } from '../../compute/operations/quantize';
import { groupRanges } from '../../compute/operations/ranges';
import type { Groups } from '../../base/grids';
import { noise } from '../../onnx/testing/noise';
import { codeLimits, decodeCodes, gridFromRanges } from './grid';
import { elementsByGroup, groupsOf } from './groups';
import { leastErrorGrid, percentileRanges } from './range';

const compute = createCpuCompute();
const whole = (n: number): Groups => ({ outer: 1, channels: 1, inner: n, block: n });

async function error(w: Float32Array, scale: number, bits: number): Promise<number> {
  const grid = { groups: whole(w.length), bits, ...codeLimits(bits, true), scales: Float32Array.of(scale), zeroPoints: Int32Array.of(0) };
  const handle = compute.upload(w);
  return (await compute.run(errorSums, handle, await compute.run(quantize, handle, grid))).noise;
}

describe('min-max grid', () => {
  test('symmetric scale by hand: max|w| / (2^(b-1) - 1)', () => {
    const grid = gridFromRanges({ min: Float32Array.of(-7), max: Float32Array.of(3) }, whole(2), 4, true);
    expect(grid).toMatchObject({ bits: 4, qMin: -8, qMax: 7, scales: Float32Array.of(1), zeroPoints: Int32Array.of(0) });
  });

  test('asymmetric by hand: zero stays representable even for one-sided weights', () => {
    const grid = gridFromRanges(
      { min: Float32Array.of(-1, 2), max: Float32Array.of(2, 6) },
      { outer: 1, channels: 2, inner: 1, block: 1 },
      2,
      false,
    );
    expect([...grid.scales]).toEqual([1, 2]);
    expect([...grid.zeroPoints]).toEqual([1, 0]);
    expect([grid.qMin, grid.qMax]).toEqual([0, 3]);
  });

  test('a group of zeros, or of denormals, has scale 1', () => {
    const known = { min: Float32Array.of(0, -1e-40), max: Float32Array.of(0, 1e-40) };
    for (const symmetric of [true, false]) {
      expect([...gridFromRanges(known, { outer: 1, channels: 2, inner: 1, block: 1 }, 8, symmetric).scales]).toEqual([1, 1]);
    }
  });

  test.each([2, 3, 4, 5, 6, 7, 8])('%i bits: decoding the codes gives the quantized values, for all layouts', async (bits) => {
    const layouts: Groups[] = [
      whole(60),
      { outer: 1, channels: 5, inner: 12, block: 12 },
      { outer: 12, channels: 5, inner: 1, block: 12 },
      { outer: 3, channels: 5, inner: 4, block: 5 },
    ];
    for (const groups of layouts) {
      for (const symmetric of [true, false]) {
        const w = compute.upload(noise(60, bits));
        const grid = gridFromRanges(await compute.run(groupRanges, w, groups), groups, bits, symmetric);
        const quantized = await compute.download(await compute.run(quantize, w, grid));
        expect(decodeCodes(await compute.run(gridCodes, w, grid), grid)).toEqual(quantized);
      }
    }
  });
});

test("groups visit every element once, in compute's order", async () => {
  const groups: Groups = { outer: 3, channels: 2, inner: 4, block: 5 };
  const seen: number[] = [];
  const values = noise(24, 3);
  const found = await compute.run(groupRanges, compute.upload(values), groups);
  for (const [group, elements] of elementsByGroup(groups)) {
    seen.push(...elements);
    const own = [...elements].map((e) => values[e] ?? 0);
    expect([Math.min(...own), Math.max(...own)]).toEqual([found.min[group], found.max[group]]);
  }
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
});

test('granularities of a MatMul weight [K, N]', () => {
  const layer = { params: 96, view: { outer: 24, channels: 4, inner: 1 } };
  expect(groupsOf(layer, { granularity: 'tensor', blockSize: 16 })).toEqual(whole(96));
  expect(groupsOf(layer, { granularity: 'channel', blockSize: 16 })).toEqual({ outer: 24, channels: 4, inner: 1, block: 24 });
  expect(groupsOf(layer, { granularity: 'block', blockSize: 16 })).toEqual({ outer: 24, channels: 4, inner: 1, block: 16 });
  expect(groupsOf(layer, { granularity: 'block', blockSize: 64 }).block).toBe(24);
});

describe('least squared error', () => {
  // Gaussian-like tails: the sum of uniforms.
  const w = Float32Array.from({ length: 4096 }, (_, i) => [1, 2, 3, 4, 5, 6].reduce((s, k) => s + (noise(4096, k)[i] ?? 0), 0));

  test.each([2, 3, 4, 8])('%i bits: within 1 % of a brute-force search over 500 scales, and never worse than min-max', async (bits) => {
    const handle = compute.upload(w);
    const plain = gridFromRanges(await compute.run(groupRanges, handle, whole(w.length)), whole(w.length), bits, true);
    const full = plain.scales[0] ?? 1;
    let best = Number.POSITIVE_INFINITY;
    for (let k = 1; k <= 500; k++) best = Math.min(best, await error(w, (full * k) / 500, bits));
    const found = await leastErrorGrid(compute, handle, plain, false);
    const own = await error(w, found.scales[0] ?? 1, bits);
    expect(own).toBeLessThanOrEqual(best * 1.01);
    expect(own).toBeLessThanOrEqual(await error(w, full, bits));
  });

  test('the lone lowest code is used, for either tail', async () => {
    for (const sign of [1, -1]) {
      // On the grid {-2, -1, 0, 1} * s of 2 bits these fit exactly only when the long tail gets the code -2.
      const values = Float32Array.of(-2 * sign, -1 * sign, 0, sign);
      const handle = compute.upload(values);
      const plain = gridFromRanges(await compute.run(groupRanges, handle, whole(4)), whole(4), 2, true);
      const grid = await leastErrorGrid(compute, handle, plain, true);
      expect(Math.sign(grid.scales[0] ?? 0)).toBe(sign);
      expect((await compute.run(errorSums, handle, await compute.run(quantize, handle, grid))).noise).toBeLessThan(0.2);
      expect([...(await compute.run(gridCodes, handle, grid))]).toContain(0xfe);
    }
  });

  test('a group of zeros keeps its scale and stays zero', async () => {
    const handle = compute.upload(new Float32Array(8));
    const plain = gridFromRanges(await compute.run(groupRanges, handle, whole(8)), whole(8), 4, true);
    expect([...(await leastErrorGrid(compute, handle, plain, true)).scales]).toEqual([1]);
  });
});

test('percentile ranges are the quantile of the non-zero magnitudes', async () => {
  const values = new Float32Array(1000);
  for (let i = 0; i <= 100; i++) values[i * 5] = i % 2 === 0 ? i : -i;
  const handle = compute.upload(values);
  const groups = whole(1000);
  const found = await percentileRanges(compute, handle, { groups }, await compute.run(groupRanges, handle, groups), 90);
  // Magnitudes 1..100: position 0.9 * 99 = 89.1, between 90 and 91.
  expect(found.max[0]).toBeCloseTo(90.1, 4);
  expect(found.min[0]).toBeCloseTo(-90.1, 4);
});
