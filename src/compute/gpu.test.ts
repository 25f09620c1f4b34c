import { expect, it } from 'vitest';
import { isCut, magnitudeCutOf } from './cpu/magnitude';
import { matmulInt8Of, matmulOf } from './cpu/matmul';
import { clipErrorsOf } from './cpu/ranges';
import { dawnDevice } from './testing/dawn';
import { bytes, noise } from './testing/data';
import { describeGpu } from './testing/makers';
import type { GpuCompute } from './types';
import { createGpuCompute } from './webgpu';
import { int8Kernel, matmulInt8, matmulWorkgroups } from './webgpu/matmul';
import { compile, Pipelines } from './webgpu/pipelines';
import { Recorder } from './webgpu/recorder';
import { Runner } from './webgpu/runner';
import { Tensors } from './webgpu/tensors';

function runnerOn({ device, info }: GpuCompute): Runner {
  const recorder = new Recorder(device);
  return new Runner(device, new Pipelines(device), new Tensors(device, info.maxBufferBytes, recorder), recorder);
}

await describeGpu('large and broken', (compute) => {
  it('goes beyond 65,535 workgroups', { timeout: 120_000 }, async () => {
    const w = new Float32Array(65_536 * 64 + 3).fill(1);
    w[w.length - 1] = 0.25;
    w[0] = 0.5;
    const handle = compute.upload(w);
    const cut = await compute.magnitudeCut([handle], 2);
    expect(cut).toEqual({ bits: 0x3f800000, threshold: 1, tieTensor: 0, tieIndex: 1, count: 2 });
    const result = compute.applyCut(handle, 0, cut);
    const values = await compute.download(result);
    expect([values[0], values[1], values[w.length - 2], values[w.length - 1]]).toEqual([0, 1, 1, 0]);
    expect(await compute.countZeros(result)).toBe(2);
    const groups = { outer: 1, channels: 1, inner: w.length, block: w.length };
    const grid = { groups, bits: 8, qMin: -128, qMax: 127, scales: Float32Array.of(0.25), zeroPoints: Int32Array.of(0) };
    const codes = await compute.codes(result, grid);
    expect([codes[0], codes[1], codes[w.length - 2], codes[w.length - 1]]).toEqual([0, 4, 4, 0]);
    const quantized = await compute.download(compute.quantize(handle, grid));
    // vitest's own comparison of four million numbers takes half a minute.
    expect(Buffer.compare(Buffer.from(quantized.buffer), Buffer.from(w.buffer))).toBe(0);
  });

  it('reduces more groups than one dimension of workgroups holds', { timeout: 120_000 }, async () => {
    // 64 groups a workgroup in ranges, and 4 groups by 16 ratios in clip-errors: 65,537 workgroups each.
    const w = noise(65_536 * 64 + 1, 12);
    const handle = compute.upload(w);
    const single = { outer: 1, channels: 1, inner: w.length, block: 1 };
    const { min, max } = await compute.ranges(handle, single);
    expect(Buffer.compare(Buffer.from(min.buffer), Buffer.from(w.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.from(max.buffer), Buffer.from(w.buffer))).toBe(0);
    const groups = { ...single, block: 16 };
    const count = Math.ceil(w.length / 16);
    const grid = { groups, bits: 3, qMin: -4, qMax: 3, scales: new Float32Array(count).fill(0.25), zeroPoints: new Int32Array(count) };
    const ratios = Float32Array.from({ length: 16 }, (_, i) => 1 - i / 32);
    const errors = await compute.clipErrors(handle, grid, ratios);
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
    const codes = await compute.codes(handle, { groups, bits: 8, qMin: -128, qMax: 127, scales: Float32Array.of(0.5), zeroPoints: Int32Array.of(0) });
    handle.destroy();
    expect(codes.at(-1)).toBe(254);
    expect(codes.indexOf(254)).toBe(w.length - 1);
    expect(codes.lastIndexOf(1)).toBe(w.length - 2);
    expect(codes.indexOf(0)).toBe(-1);
  });

  it('multiplies the same however its tiles are spread over x and y', async () => {
    // 65,537 workgroups of a matrix product take a software renderer minutes: six tiles over four and two stand for them.
    expect(matmulWorkgroups(65_536 * 64 + 1, 1)).toEqual([32_769, 2]);
    const [m, k, n] = [130, 5, 70];
    const runner = runnerOn(compute);
    const int8 = int8Kernel([...compute.device.features]);
    for (const kernel of ['matmul-f32', int8] as const) await runner.pipelines.prepare(kernel);
    const [a, b] = [noise(m * k, 13), noise(k * n, 14)];
    const floats = [runner.constant(a), runner.constant(b), runner.scratch(m * n * 4)] as const;
    const [x, y] = [bytes(m * 8, 15), bytes(n * 8, 16)];
    const integers = [runner.constant(x), runner.constant(y), runner.scratch(m * n * 4)] as const;
    await runner.within([...floats, ...integers], async () => {
      runner.dispatch('matmul-f32', Uint32Array.of(m, k, n), floats, [4, 2]);
      const expected = matmulOf(a, b, m, k, n);
      const product = new Float32Array(await runner.read(floats[2], m * n * 4));
      expect(Math.max(...product.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))))).toBeLessThan(1e-5);
      runner.dispatch(int8, Uint32Array.of(m, 2, n), integers, [4, 2]);
      expect(new Int32Array(await runner.read(integers[2], m * n * 4))).toEqual(matmulInt8Of(x, y, m, 8, n));
    });
  });

  it('cuts among ties spread over digits of the index', { timeout: 120_000 }, async () => {
    const w = noise(5000, 9).map((x) => (x > 0 ? 0.5 : 1));
    const handle = compute.upload(w);
    for (const count of [1, 2049, 2500, 4000]) {
      const expected = magnitudeCutOf([w], count);
      const cut = await compute.magnitudeCut([handle], count);
      expect(cut).toEqual(expected);
      const zeros = (await compute.download(compute.applyCut(handle, 0, cut))).reduce((n, x) => n + (x === 0 ? 1 : 0), 0);
      expect(zeros).toBe(w.reduce((n, x, i) => n + (isCut(x, 0, i, expected) ? 1 : 0), 0));
    }
  });

  it('multiplies int8 the same without the built-in dot product', async () => {
    const runner = runnerOn(compute);
    const [a, b] = [bytes(9 * 70, 1), bytes(5 * 70, 2)];
    a[0] = b[0] = -128;
    expect(await matmulInt8(runner, 'matmul-int8-shifts', a, b, 9, 70, 5)).toEqual(matmulInt8Of(a, b, 9, 70, 5));
  });

  it('shows the lines of a shader that does not compile', async () => {
    const broken = '@compute @workgroup_size(1)\nfn main() {\n  let x: u32 = 1.5;\n}\n';
    await expect(compile(compute.device, 'broken', broken, {})).rejects.toMatchObject({ code: 'shader-compile', message: expect.stringContaining('> 3 |   let x: u32 = 1.5;') });
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
