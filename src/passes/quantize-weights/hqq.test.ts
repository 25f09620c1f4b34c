import { expect, test } from 'vitest';
import { createCpuCompute } from '../../compute/cpu';
import { quantize } from '../../compute/operations/quantize';
import { groupRanges } from '../../compute/operations/ranges';
import type { Grid, Groups } from '../../base/grids';
import { noise } from '../../onnx/testing/noise';
import { convNet } from '../../onnx/testing/fixtures';
import { applyPass } from '../testing/apply-pass';
import { quantizeWeights } from './apply';
import { gridFromRanges } from './grid';
import { elementsByGroup } from './groups';
import { halfQuadraticGrid, P } from './hqq';
import { leastErrorGrid } from './range';

const compute = createCpuCompute();
const { signal } = new AbortController();
const groups: Groups = { outer: 1, channels: 12, inner: 64, block: 32 };
/** Bell-shaped with a few outliers, and off centre. */
const w = Float32Array.from(
  { length: 768 },
  (_, i) => 0.2 + [1, 2, 3, 4].reduce((s, k) => s + (noise(768, k)[i] ?? 0), 0) * (i % 61 === 0 ? 3 : 1),
);
const handle = compute.upload(w);

/** By group. */
async function lpErrors(grid: Grid): Promise<number[]> {
  const rounded = await compute.download(await compute.run(quantize, handle, grid));
  return [...elementsByGroup(groups)].map(([group]) => {
    // Elements of a group are neighbours here.
    const own = rounded.subarray(group * 32, (group + 1) * 32);
    return own.reduce((sum, v, i) => sum + Math.abs(v - (w[group * 32 + i] ?? 0)) ** P, 0);
  });
}

for (const symmetric of [true, false]) {
  for (const bits of [2, 3, 4]) {
    const kind = symmetric ? 'symmetric' : 'asymmetric';
    test(`${kind}, ${bits} bits: no group's error in the norm is above that of its starts, and their sum is below`, async () => {
      const full = gridFromRanges(await compute.run(groupRanges, handle, groups), groups, bits, symmetric);
      const least = await leastErrorGrid(compute, handle, full, false);
      const found = await lpErrors(await halfQuadraticGrid(compute, handle, [least, full], signal));
      const [a, b] = [await lpErrors(full), await lpErrors(least)];
      let [sum, startSum] = [0, 0];
      for (const [group, error] of found.entries()) {
        const start = Math.min(a[group] ?? 0, b[group] ?? 0);
        expect(error).toBeLessThanOrEqual(start * (1 + 1e-6));
        sum += error;
        startSum += start;
      }
      expect(sum).toBeLessThan(0.99 * startSum);
    });
  }
}

test('a line whose values lie on a grid is found from a scale that is somewhat off', async () => {
  const values = Float32Array.from({ length: 32 }, (_, i) => ((i * 5) % 15) * 0.1 - 0.7);
  const one: Groups = { outer: 1, channels: 1, inner: 32, block: 32 };
  const start: Grid = { groups: one, bits: 4, qMin: -8, qMax: 7, scales: Float32Array.of(0.104), zeroPoints: Int32Array.of(0) };
  const { scales } = await halfQuadraticGrid(compute, compute.upload(values), [start], signal);
  expect(scales[0]).toBeCloseTo(0.1, 5);
});

test('groups of zeros keep their grid', async () => {
  const one: Groups = { outer: 1, channels: 1, inner: 4, block: 4 };
  const start: Grid = { groups: one, bits: 4, qMin: 0, qMax: 15, scales: Float32Array.of(1), zeroPoints: Int32Array.of(0) };
  expect(await halfQuadraticGrid(compute, compute.upload(new Float32Array(4)), [start], signal)).toEqual(start);
});

test('as a rounding of the pass it needs no samples', async () => {
  for (const scheme of ['symmetric', 'asymmetric']) {
    const { result } = await applyPass(quantizeWeights, convNet(13), { options: { bits: 3, scheme, rounding: 'hqq' } });
    expect(result.changed).toEqual(['conv', 'fc']);
  }
});
