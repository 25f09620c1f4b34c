import { afterAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { createCpuCompute, createGpuCompute, type Compute } from '../index';
import type { GpuCompute } from '../types';
import { dawnDevice } from './dawn';

/** Runs a suite over both makers; on the GPU every test stands inside error scopes and a check that the device is still there. */
export async function describeMakers(name: string, suite: (compute: Compute) => void): Promise<void> {
  describe(`${name} on the CPU`, () => suite(createCpuCompute()));
  await describeGpu(name, suite);
}

/** Runs a suite on the GPU only. */
export async function describeGpu(name: string, suite: (compute: GpuCompute) => void): Promise<void> {
  const grant = await dawnDevice();
  if (!grant) {
    // Skipping in silence would let a broken shader pass: without a device the run fails unless it was asked to go on.
    describe(`${name} on the GPU`, () => {
      it.skipIf(process.env['WHITTLE_ALLOW_NO_GPU'] === '1')('has a device to run on', () => {
        throw new Error('No WebGPU device: install chromium and libvulkan1, or set WHITTLE_ALLOW_NO_GPU=1 to go without GPU tests.');
      });
    });
    return;
  }
  const compute = await createGpuCompute(grant);
  describe(`${name} on the GPU`, () => {
    let lostReason: string | null = null;
    void compute.lost.then((reason) => {
      lostReason = reason;
    });
    beforeEach(() => {
      grant.device.pushErrorScope('validation');
      grant.device.pushErrorScope('out-of-memory');
    });
    afterEach(async () => {
      const errors = [await grant.device.popErrorScope(), await grant.device.popErrorScope()];
      expect(errors.map((error) => error?.message ?? null)).toEqual([null, null]);
      expect(lostReason).toBeNull();
    });
    suite(compute);
    afterAll(() => {
      compute.destroy();
      grant.device.destroy();
    });
  });
}
