/** Every kernel at the sizes and values where kernels break: none, one, odd, round a workgroup, all zero, denormal, the deepest sums. */
import { applyCut, isCut } from './operations/apply-cut';
import { assign, assignValuesOf } from './operations/assign';
import { assignCodes, assignCodesOf } from './operations/assign-codes';
import { clipErrors, clipErrorsOf } from './operations/clip-errors';
import { gridCodes, codesOf } from './operations/codes';
import { countBelow, countZeros } from './operations/count-below';
import { errorSums, sumErrors } from './operations/error-sums';
import { binCounts, histogramOf } from './operations/histogram';
import { magnitudeCut, magnitudeCutOf } from './operations/magnitude-cut';
import { fakeQuantize, quantize } from './operations/quantize';
import { groupRanges, rangesOf } from './operations/ranges';
import { matmulInt8Of, matmulOf } from './operations/shared/matmul';
import { expect, it } from 'vitest';
import { bytes, noise } from './testing/data';
import { multiplyFloats, multiplyInt8 } from './testing/multiply';
import { describeMakers } from './testing/makers';
import { type Grid, groupCount, type Groups } from '../base/grids';
import type { Compute, Handle } from './types';

const SIZES = [0, 1, 3, 255, 256, 257];
/** [m, k, n] with each edge in each place. */
const PRODUCTS = [
  [0, 3, 2],
  [3, 0, 2],
  [2, 3, 0],
  [1, 257, 255],
  [257, 1, 256],
  [255, 2, 257],
] as const;

function gridOf(groups: Groups, bits: number, scale: number, zeroPoint = 0): Grid {
  const count = groups.channels * Math.ceil((groups.outer * groups.inner) / Math.max(1, groups.block));
  const qMin = zeroPoint === 0 ? -(2 ** (bits - 1)) : 0;
  return {
    groups,
    bits,
    qMin,
    qMax: qMin + 2 ** bits - 1,
    scales: new Float32Array(count).fill(scale),
    zeroPoints: new Int32Array(count).fill(zeroPoint),
  };
}

/** One group, and channels of a third each in blocks of 16 where the length allows it. */
function viewsOf(length: number): Groups[] {
  const whole = { outer: 1, channels: 1, inner: length, block: Math.max(1, length) };
  return length % 3 === 0 && length > 0 ? [whole, { outer: 1, channels: 3, inner: length / 3, block: 16 }] : [whole];
}

/** WGSL lets a kernel that computes on floats take denormals as zero. */
function flushed(x: number): number {
  return Math.abs(x) < 2 ** -126 ? 0 : x;
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, e] of expected.entries())
    expect(Math.abs((actual[i] ?? Number.NaN) - e)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(e)));
}

await describeMakers('edges', (compute: Compute) => {
  async function values(handle: Handle): Promise<Float32Array> {
    const found = await compute.download(handle);
    handle.destroy();
    return found;
  }

  /** Every kernel over elements, against its reference. */
  async function equalsReference(w: Float32Array): Promise<void> {
    const handle = compute.upload(w);
    for (const groups of viewsOf(w.length)) {
      const [found, known] = [await compute.run(groupRanges, handle, groups), rangesOf(w, groups)];
      for (const side of ['min', 'max'] as const) expect(found[side].map(flushed)).toEqual(known[side].map(flushed));
      for (const grid of [gridOf(groups, 2, 0.5), gridOf(groups, 5, 0.07, 11), gridOf(groups, 8, 1 / 128)]) {
        const expected = fakeQuantize(w, grid);
        const quantized = await compute.run(quantize, handle, grid);
        const { signal, noise: error } = await compute.run(errorSums, handle, quantized);
        const sums = sumErrors(w, expected);
        expectClose(Float32Array.of(signal, error), Float32Array.of(sums.signal, sums.noise));
        expectClose(await values(quantized), expected);
        expect(await compute.run(gridCodes, handle, grid)).toEqual(codesOf(w, grid));
        const ratios = Float32Array.of(1, 0.8, 0.3);
        expectClose(await compute.run(clipErrors, handle, grid, ratios), clipErrorsOf(w, grid, ratios));
      }
    }
    for (const groups of viewsOf(w.length)) {
      const codebook = { groups, size: 3, values: Float32Array.from({ length: groupCount(groups) * 3 }, (_, k) => (k % 3) * 0.4 - 0.4) };
      expect(await values(await compute.run(assign, handle, codebook))).toEqual(assignValuesOf(w, codebook));
      expect(await compute.run(assignCodes, handle, codebook)).toEqual(assignCodesOf(w, codebook));
    }
    expect(await compute.run(binCounts, handle, -0.5, 0.75, 33)).toEqual(histogramOf(w, -0.5, 0.75, 33));
    expect(await compute.run(countZeros, handle)).toBe(w.filter((x) => x === 0).length);
    for (const threshold of [0, 1e-39, 0.25, 2])
      expect(await compute.run(countBelow, [handle], threshold)).toBe(w.filter((x) => Math.abs(x) < Math.fround(threshold)).length);
    for (const count of new Set([0, Math.min(1, w.length), w.length >> 1, w.length])) {
      const expected = magnitudeCutOf([w], count);
      const cut = await compute.run(magnitudeCut, [handle], count);
      expect(cut).toEqual(expected);
      expect(await values(await compute.run(applyCut, handle, 0, cut))).toEqual(w.map((x, i) => (isCut(x, 0, i, expected) ? 0 : x)));
    }
    handle.destroy();
  }

  for (const length of SIZES) it(`runs every kernel on ${length} elements`, () => equalsReference(noise(length, 21)));

  it('runs every kernel on zeros', () => equalsReference(new Float32Array(255)));

  it('takes denormals among other weights, and ranks them', async () => {
    const w = noise(255, 22);
    for (let at = 0; at < w.length; at += 5) w[at] = (at % 2 === 0 ? 1e-40 : -1e-44) * (at + 1);
    await equalsReference(w);
  });

  it('gives denormal weights code 0 on every grid', async () => {
    const w = Float32Array.from({ length: 65 }, (_, i) => (i - 32) * 1e-42);
    const handle = compute.upload(w);
    for (const scale of [1, 2 ** -126]) {
      const grid = gridOf({ outer: 1, channels: 1, inner: 65, block: 65 }, 8, scale);
      expect(await compute.run(gridCodes, handle, grid)).toEqual(new Uint8Array(65));
      expect((await values(await compute.run(quantize, handle, grid))).every((x) => x === 0)).toBe(true);
    }
    handle.destroy();
  });

  it('multiplies matrices with an edge of 0, 1 and 255 to 257', async () => {
    for (const [m, k, n] of PRODUCTS) {
      const [a, b] = [noise(m * k, 23), noise(k * n, 24)];
      expectClose(await compute.run(multiplyFloats, 'f32', a, b, [m, k, n]), matmulOf(a, b, m, k, n));
      const [x, y] = [bytes(m * k, 25), bytes(n * k, 26)];
      expect(await compute.run(multiplyInt8, 'int8', x, y, [m, k, n])).toEqual(matmulInt8Of(x, y, m, k, n));
    }
  });

  it('sums int8 products exactly up to the end of int32', async () => {
    // 131,071 products of -128 by -128: the deepest sum that int32 holds whatever the values.
    const k = 131_071;
    const lowest = new Int8Array(k).fill(-128);
    const columns = new Int8Array(2 * k).fill(-128, 0, k).fill(127, k);
    expect([...(await compute.run(multiplyInt8, 'int8', lowest, columns, [1, k, 2]))]).toEqual([k * 16_384, k * -16_256]);
  });
});
