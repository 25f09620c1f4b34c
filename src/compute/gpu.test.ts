import { expect, it } from 'vitest';
import { isCut, magnitudeCutOf } from './cpu/magnitude';
import { matmulInt8Of } from './cpu/matmul';
import { dawnDevice } from './testing/dawn';
import { bytes, noise } from './testing/data';
import { describeGpu } from './testing/makers';
import { createGpuCompute } from './webgpu';
import { matmulInt8 } from './webgpu/matmul';
import { compile, Pipelines } from './webgpu/pipelines';
import { Runner } from './webgpu/runner';
import { Tensors } from './webgpu/tensors';

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
    const runner = new Runner(compute.device, new Pipelines(compute.device), new Tensors(compute.device, compute.info.maxBufferBytes));
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
it.skipIf(!grant)('names a lost device from then on', async () => {
  if (!grant) return;
  const compute = await createGpuCompute(grant);
  const handle = compute.upload(noise(8));
  grant.device.destroy();
  expect(await compute.lost).toBeTypeOf('string');
  expect(() => compute.upload(noise(8))).toThrow(expect.objectContaining({ code: 'device-lost' }));
  await expect(compute.download(handle)).rejects.toMatchObject({ code: 'device-lost' });
});
