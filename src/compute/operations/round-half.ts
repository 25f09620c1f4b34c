import { fromHalf, toHalf } from '../../base/half';
import type { Handle, Kernel, Operation } from '../types';

const KERNEL: Kernel = { name: 'round-half', source: ['prelude/linear', 'round-half'] };

/** The nearest float16 value of each weight (ties to even; infinite from 65,520 on), as a new tensor. Not for NaN. */
export const roundHalf: Operation<[w: Handle], Handle> = {
  kernels: [KERNEL],
  compiled: 'on-use',
  cpu: (host, w) => host.tensor(roundHalfOf(host.valuesOf(w))),
  gpu(device, w) {
    const result = device.tensor(w.length);
    device.dispatch(KERNEL, Uint32Array.of(w.length), [w, result], { threads: w.length });
    return result;
  },
};

/** The reference of `roundHalf`. */
export function roundHalfOf(w: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(w, (x) => fromHalf(toHalf(x)));
}
