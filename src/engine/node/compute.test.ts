import { beforeAll, expect, it } from 'vitest';
import { SLOW_ON_SWIFTSHADER } from '../../../scripts/chromium-flags.mjs';
import { quantize } from '../../compute/operations/quantize';
import { dawnDevice } from '../../compute/testing/dawn';
import { nodeCompute } from './compute';

const GRID = {
  groups: { outer: 1, channels: 1, inner: 5, block: 5 },
  bits: 4,
  qMin: -8,
  qMax: 7,
  scales: Float32Array.of(0.1),
  zeroPoints: Int32Array.of(0),
};

/** Whether this machine has WebGPU for Node at all, by a software renderer. */
let hasDawn = false;
beforeAll(async () => {
  const grant = await dawnDevice();
  hasDawn = grant !== null;
  grant?.device.destroy();
});

it.each([undefined, '', 'cpu', 'webgpu'])('computes the same on what WHITTLE_COMPUTE=%s names', async (wanted) => {
  if (wanted === 'webgpu' && !hasDawn) {
    await expect(nodeCompute(wanted)).rejects.toMatchObject({ code: 'device-lost' });
    return;
  }
  const { compute, gpu } = await nodeCompute(wanted, [SLOW_ON_SWIFTSHADER.replace(/^--/, '')]);
  if (wanted === 'cpu') expect(compute.info).toMatchObject({ kind: 'cpu', name: expect.stringMatching(/^CPU/) });
  // Unasked, a software renderer is not taken.
  if (wanted !== 'webgpu') expect(gpu?.info.software).not.toBe(true);
  else expect(compute.info.kind).toBe('webgpu');
  const values = await compute.run(quantize, compute.upload(Float32Array.of(-1, -0.26, 0, 0.14, 3)), GRID);
  expect([...(await compute.download(values))]).toEqual([...Float32Array.of(-0.8, -0.3, 0, 0.1, 0.7)].map((x) => expect.closeTo(x, 6)));
  compute.destroy();
  gpu?.device.destroy();
});

it('refuses another word', async () => {
  await expect(nodeCompute('vulkan')).rejects.toThrow('WHITTLE_COMPUTE is "vulkan"');
});
