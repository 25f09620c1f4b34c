import { expect, test } from 'vitest';
import { createCpuCompute } from '../../compute/cpu';
import { assign } from '../../compute/operations/assign';
import type { Codebook, Groups } from '../../base/grids';
import { areHalves } from '../../onnx/encode/scales';
import { noise } from '../../onnx/testing/noise';
import { fitCodebook, type CodebookFit } from './codebook';

const { signal } = new AbortController();
const FIT: CodebookFit = { clusters: 16, init: 'kmeans++', keepZeros: true };
/** A view with its channels in the middle. */
const GROUPS: Groups = { outer: 3, channels: 4, inner: 50, block: 150 };
const channelOf = (e: number): number => Math.floor(e / 50) % 4;

/** Sum of importance (w - value of its code)^2. */
async function costOf(w: Float32Array, codebook: Codebook, importance: Float32Array | null): Promise<number> {
  const compute = createCpuCompute();
  const values = await compute.download(await compute.run(assign, compute.upload(w), codebook));
  return w.reduce((sum, v, e) => sum + (importance?.[e] ?? 1) * (v - (values[e] ?? 0)) ** 2, 0);
}

/** Channels of very different spread. */
const W = noise(600, 3).map((v, e) => v * 4 ** -channelOf(e));

test('a table of each channel beats one of all, by far where channels differ', async () => {
  const whole = { outer: 1, channels: 1, inner: 600, block: 600 };
  const [own, one] = [await fitCodebook(W, GROUPS, FIT, null, signal), await fitCodebook(W, whole, FIT, null, signal)];
  expect([own.size, own.values.length, one.values.length]).toEqual([16, 64, 16]);
  for (let c = 0; c < 4; c++) expect(own.values.subarray(c * 16, c * 16 + 16)).toEqual(own.values.slice(c * 16, c * 16 + 16).toSorted());
  expect(await costOf(W, own, null)).toBeLessThan(0.7 * (await costOf(W, one, null)));
});

test('tables of some length are rounded to float16, short ones are not', async () => {
  expect(areHalves((await fitCodebook(W, GROUPS, FIT, null, signal)).values)).toBe(true);
  expect(areHalves((await fitCodebook(W, GROUPS, { ...FIT, clusters: 7 }, null, signal)).values)).toBe(false);
  // Too small for float16: rounding would cost more than clustering.
  expect(
    areHalves(
      (
        await fitCodebook(
          W.map((v) => v * 1e-6),
          GROUPS,
          FIT,
          null,
          signal,
        )
      ).values,
    ),
  ).toBe(false);
});

test('weights of few distinct values come back bit for bit, zeros among them', async () => {
  const few = W.map((_, e) => Math.fround(0.1 * ((e * 7) % (3 + channelOf(e))) - 0.2 * (e % 2)) || 0);
  const codebook = await fitCodebook(few, GROUPS, FIT, null, signal);
  expect(codebook.size).toBeLessThan(16);
  expect(await costOf(few, codebook, null)).toBe(0);
  const same = await fitCodebook(new Float32Array(600).fill(-3), GROUPS, FIT, null, signal);
  expect([same.size, [...same.values]]).toEqual([1, [-3, -3, -3, -3]]);
});

test('importance moves the values to where errors cost most', async () => {
  const importance = W.map((v) => (v > 0 ? 100 : 0.01));
  const [weighted, plain] = [await fitCodebook(W, GROUPS, FIT, importance, signal), await fitCodebook(W, GROUPS, FIT, null, signal)];
  expect(await costOf(W, weighted, importance)).toBeLessThan(0.5 * (await costOf(W, plain, importance)));
  // Where nothing has importance, as where nothing is known.
  expect(await fitCodebook(W, GROUPS, FIT, new Float32Array(600), signal)).toEqual(plain);
});

test('a stopped fit throws', async () => {
  await expect(fitCodebook(W, GROUPS, FIT, null, AbortSignal.abort())).rejects.toThrow();
});
