import { applyCut, isCut } from './operations/apply-cut';
import { clipErrors, clipErrorsOf } from './operations/clip-errors';
import { gridCodes } from './operations/codes';
import { countZeros } from './operations/count-below';
import { magnitudeCut, magnitudeCutOf } from './operations/magnitude-cut';
import { quantize } from './operations/quantize';
import { groupRanges } from './operations/ranges';
import { matmulInt8Of, matmulOf, tilesOf } from './operations/shared/matmul';
import { expect, it } from 'vitest';
import { dawnDevice } from './testing/dawn';
import { bytes, noise } from './testing/data';
import { multiplyFloats, multiplyInt8 } from './testing/multiply';
import { describeGpu } from './testing/makers';
import type { DispatchSize } from './types';
import { createGpuCompute } from './webgpu';
import { compile } from './webgpu/pipelines';
import { spread } from './webgpu/scope';

await describeGpu('large and broken', (compute) => {
  it('goes beyond 65,535 workgroups', { timeout: 120_000 }, async () => {
    const w = new Float32Array(65_536 * 64 + 3).fill(1);
    w[w.length - 1] = 0.25;
    w[0] = 0.5;
    const handle = compute.upload(w);
    const cut = await compute.run(magnitudeCut, [handle], 2);
    expect(cut).toEqual({ bits: 0x3f800000, threshold: 1, tieTensor: 0, tieIndex: 1, count: 2 });
    const result = await compute.run(applyCut, handle, 0, cut);
    const values = await compute.download(result);
    expect([values[0], values[1], values[w.length - 2], values[w.length - 1]]).toEqual([0, 1, 1, 0]);
    expect(await compute.run(countZeros, result)).toBe(2);
    const groups = { outer: 1, channels: 1, inner: w.length, block: w.length };
    const grid = { groups, bits: 8, qMin: -128, qMax: 127, scales: Float32Array.of(0.25), zeroPoints: Int32Array.of(0) };
    const found = await compute.run(gridCodes, result, grid);
    expect([found[0], found[1], found[w.length - 2], found[w.length - 1]]).toEqual([0, 4, 4, 0]);
    const quantized = await compute.download(await compute.run(quantize, handle, grid));
    // vitest's own comparison of four million numbers takes half a minute.
    expect(Buffer.compare(Buffer.from(quantized.buffer), Buffer.from(w.buffer))).toBe(0);
  });

  it('reduces more groups than one dimension of workgroups holds', { timeout: 120_000 }, async () => {
    // 64 groups a workgroup in ranges, and 4 groups by 16 ratios in clip-errors: 65,537 workgroups each.
    const w = noise(65_536 * 64 + 1, 12);
    const handle = compute.upload(w);
    const single = { outer: 1, channels: 1, inner: w.length, block: 1 };
    const { min, max } = await compute.run(groupRanges, handle, single);
    expect(Buffer.compare(Buffer.from(min.buffer), Buffer.from(w.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.from(max.buffer), Buffer.from(w.buffer))).toBe(0);
    const groups = { ...single, block: 16 };
    const count = Math.ceil(w.length / 16);
    const grid = { groups, bits: 3, qMin: -4, qMax: 3, scales: new Float32Array(count).fill(0.25), zeroPoints: new Int32Array(count) };
    const ratios = Float32Array.from({ length: 16 }, (_, i) => 1 - i / 32);
    const errors = await compute.run(clipErrors, handle, grid, ratios);
    expect(errors.length).toBe(count * 16);
    const expected = clipErrorsOf(w, grid, ratios);
    let worst = 0;
    for (const [at, error] of errors.entries()) worst = Math.max(worst, Math.abs(error - (expected[at] ?? Number.NaN)));
    expect(worst).toBeLessThan(1e-5);
    handle.destroy();
  });

  it('packs codes beyond 65,535 workgroups', { timeout: 120_000 }, async () => {
    // Four codes a thread: 256 elements a workgroup.
    const w = new Float32Array(65_536 * 256 + 1).fill(0.5);
    w[w.length - 1] = -1;
    const handle = compute.upload(w);
    const groups = { outer: 1, channels: 1, inner: w.length, block: w.length };
    const found = await compute.run(gridCodes, handle, {
      groups,
      bits: 8,
      qMin: -128,
      qMax: 127,
      scales: Float32Array.of(0.5),
      zeroPoints: Int32Array.of(0),
    });
    handle.destroy();
    expect(found.at(-1)).toBe(254);
    expect(found.indexOf(254)).toBe(w.length - 1);
    expect(found.lastIndexOf(1)).toBe(w.length - 2);
    expect(found.indexOf(0)).toBe(-1);
  });

  it('multiplies the same however its tiles are spread over x and y', async () => {
    // 65,537 workgroups of a matrix product take a software renderer minutes: six tiles over four and two stand for them.
    expect(spread(tilesOf(65_536 * 64 + 1, 1))).toEqual([32_769, 2]);
    const [m, k, n] = [130, 5, 70];
    const size: DispatchSize = { workgroups: [4, 2] };
    const [a, b] = [noise(m * k, 13), noise(k * n, 14)];
    const expected = matmulOf(a, b, m, k, n);
    const product = await compute.run(multiplyFloats, 'f32', a, b, [m, k, n], size);
    expect(Math.max(...product.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))))).toBeLessThan(1e-5);
    const [x, y] = [bytes(m * 8, 15), bytes(n * 8, 16)];
    expect(await compute.run(multiplyInt8, 'int8', x, y, [m, 8, n], size)).toEqual(matmulInt8Of(x, y, m, 8, n));
  });

  it('cuts among ties spread over digits of the index', { timeout: 120_000 }, async () => {
    const w = noise(5000, 9).map((x) => (x > 0 ? 0.5 : 1));
    const handle = compute.upload(w);
    for (const count of [1, 2049, 2500, 4000]) {
      const expected = magnitudeCutOf([w], count);
      const cut = await compute.run(magnitudeCut, [handle], count);
      expect(cut).toEqual(expected);
      const zeros = (await compute.download(await compute.run(applyCut, handle, 0, cut))).reduce((n, x) => n + (x === 0 ? 1 : 0), 0);
      expect(zeros).toBe(w.reduce((n, x, i) => n + (isCut(x, 0, i, expected) ? 1 : 0), 0));
    }
  });

  it('shows the lines of a shader that does not compile', async () => {
    const broken = '@compute @workgroup_size(1)\nfn main() {\n  let x: u32 = 1.5;\n}\n';
    await expect(compile(compute.device, { name: 'broken', source: [] }, broken)).rejects.toMatchObject({
      code: 'shader-compile',
      message: expect.stringContaining('> 3 |   let x: u32 = 1.5;'),
    });
  });

  it('reuses the buffers of freed tensors', () => {
    const first = compute.upload(noise(1000));
    const buffer = compute.bufferOf(first);
    first.destroy();
    const second = compute.upload(noise(1000, 2));
    expect(compute.bufferOf(second)).toBe(buffer);
    second.destroy();
  });
});

const grant = await dawnDevice();
it.skipIf(!grant)('on the GPU a lost device is named from then on', async () => {
  if (!grant) return;
  const compute = await createGpuCompute(grant);
  const handle = compute.upload(noise(8));
  grant.device.destroy();
  expect(await compute.lost).toBeTypeOf('string');
  expect(() => compute.upload(noise(8))).toThrow(expect.objectContaining({ code: 'device-lost' }));
  await expect(compute.download(handle)).rejects.toMatchObject({ code: 'device-lost' });
});
