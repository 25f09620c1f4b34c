import type { Device, Handle, Kernel, Operation } from '../types';
import { magnitudeBits } from './shared/magnitude';
import { stridingThreads } from './shared/share';

export const COUNT_KERNEL: Kernel = { name: 'count-below', source: ['prelude/linear', 'count-below'] };

/** Number of elements with |w| < threshold, over all tensors. */
export const countBelow: Operation<[tensors: readonly Handle[], threshold: number], number> = {
  kernels: [COUNT_KERNEL],
  compiled: 'at-start',
  cpu: (host, tensors, threshold) => tensors.reduce((sum, w) => sum + countBelowOf(host.valuesOf(w), threshold), 0),
  gpu: (device, tensors, threshold) => countBelowBits(device, tensors, threshold > 0 ? magnitudeBits(threshold) : 0),
};

/** Number of exact zeros. */
export const countZeros: Operation<[w: Handle], number> = {
  kernels: [COUNT_KERNEL],
  compiled: 'at-start',
  cpu: (host, w) => host.valuesOf(w).reduce((count, x) => count + (x === 0 ? 1 : 0), 0),
  gpu: (device, w) => countBelowBits(device, [w], 1),
};

/** Elements of all tensors whose magnitude bits are below `bits`. */
export async function countBelowBits(device: Device, tensors: readonly Handle[], bits: number): Promise<number> {
  const counter = device.scratch(4);
  for (const w of tensors) {
    const threads = stridingThreads(w.length);
    device.dispatch(COUNT_KERNEL, Uint32Array.of(w.length, threads, bits), [w, counter], { threads });
  }
  return new Uint32Array(await device.read(counter, 4))[0] ?? 0;
}

/** The reference of `countBelow`, for one tensor. NaN is below nothing. */
export function countBelowOf(w: Float32Array, threshold: number): number {
  const bound = Math.fround(threshold);
  return w.reduce((count, x) => count + (Math.abs(x) < bound ? 1 : 0), 0);
}
