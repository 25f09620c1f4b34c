import type { Device, Handle, Host, Kernel, Operation, Task } from '../types';
import { magnitudeBits } from './shared/magnitude';
import { stridingThreads } from './shared/share';
import { type Span, spansOf, whole } from './shared/spans';

export const COUNT_KERNEL: Kernel = { name: 'count-below', source: ['prelude/linear', 'count-below'] };

const task: Task<{ readonly w: Float32Array; readonly threshold: number; readonly span: Span }, number> = {
  name: COUNT_KERNEL.name,
  run: ({ w, threshold, span }) => countBelowOf(w, threshold, span),
};

/** Smallest magnitude that is none: below it lies zero alone. */
const LEAST = 2 ** -149;

/** Number of elements with |w| < threshold, over all tensors. */
export const countBelow: Operation<[tensors: readonly Handle[], threshold: number], number> = {
  kernels: [COUNT_KERNEL],
  compiled: 'at-start',
  task,
  cpu: countOnHost,
  gpu: (device, tensors, threshold) => countBelowBits(device, tensors, threshold > 0 ? magnitudeBits(threshold) : 0),
};

/** Number of exact zeros. */
export const countZeros: Operation<[w: Handle], number> = {
  kernels: [COUNT_KERNEL],
  compiled: 'at-start',
  task,
  cpu: (host, w) => countOnHost(host, [w], LEAST),
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

async function countOnHost(host: Host, tensors: readonly Handle[], threshold: number): Promise<number> {
  const parts = tensors.flatMap((handle) => {
    const w = host.valuesOf(handle);
    return spansOf(w.length, 1).map((span) => ({ w, threshold, span }));
  });
  const counts = await host.each(task, parts);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The reference of `countBelow`, for one tensor. NaN is below nothing. */
export function countBelowOf(w: Float32Array, threshold: number, { from, to }: Span = whole(w)): number {
  const bound = Math.fround(threshold);
  let count = 0;
  for (let e = from; e < to; e++) if (Math.abs(w[e] ?? 0) < bound) count++;
  return count;
}
