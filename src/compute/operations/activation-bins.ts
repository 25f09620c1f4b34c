import type { Handle, Kernel, Operation } from '../types';
import { SHARE_OF_WORKGROUP } from './shared/share';

/** Bins on either side of zero: what the workgroup memory that every device has holds. */
export const HALF = 4096;

/** How many values fall in each bin of one width. */
export interface ActivationBins {
  /** counts[HALF + k]: values in [k w, (k + 1) w) that are not zero. */
  readonly counts: Uint32Array;
  /** Values that are exactly zero: in no bin. */
  readonly zeros: number;
}

const KERNEL: Kernel = { name: 'activation-bins', source: ['prelude/linear', 'activation-bins'] };

/**
 * Counts values about zero. @param width of a bin, a power of two: no value has HALF widths or more. @param signed whether any is below
 * zero.
 */
export const activationBins: Operation<[values: Handle, width: number, signed: boolean], ActivationBins> = {
  kernels: [KERNEL],
  compiled: 'on-use',
  cpu(host, values, width) {
    const counts = new Uint32Array(2 * HALF);
    return { counts, zeros: countBins(host.valuesOf(values), width, counts) };
  },
  async gpu(device, values, width, signed) {
    // The bins above zero, those below, and the zeros.
    const result = device.scratch((2 * HALF + 1) * 4);
    const workgroups = Math.ceil(values.length / SHARE_OF_WORKGROUP);
    const [inverse = 0] = new Uint32Array(Float32Array.of(1 / width).buffer);
    for (const side of signed ? [0, 1] : [0])
      device.dispatch(KERNEL, Uint32Array.of(values.length, inverse, SHARE_OF_WORKGROUP, side), [values, result], { workgroups });
    const found = new Uint32Array(await device.read(result, (2 * HALF + 1) * 4));
    const counts = new Uint32Array(2 * HALF);
    counts.set(found.subarray(HALF, 2 * HALF), 0);
    counts.set(found.subarray(0, HALF), HALF);
    return { counts, zeros: found[2 * HALF] ?? 0 };
  },
};

/**
 * Adds values to their bins, in main memory. One read of each value and one store: about 2 ns.
 * @param counts 2 HALF bins. @returns how many are exactly zero: they are in no bin.
 */
export function countBins(values: Float32Array, width: number, counts: Uint32Array): number {
  const inverse = 1 / width;
  let zeros = 0;
  // Without a branch, which half of the values after a Relu would mispredict: zeros are taken out of their bin at the end.
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    zeros = (zeros + Number(value === 0)) | 0;
    const bin = (Math.floor(value * inverse) + HALF) | 0;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  counts[HALF] = (counts[HALF] ?? 0) - zeros;
  return zeros;
}
