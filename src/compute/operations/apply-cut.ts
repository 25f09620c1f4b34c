import type { Handle, Kernel, Operation } from '../types';
import type { MagnitudeCut } from './magnitude-cut';
import { magnitudeBits } from './shared/magnitude';

const KERNEL: Kernel = { name: 'apply-cut', source: ['prelude/linear', 'apply-cut'] };

/** Zeroes the cut elements of tensor number `tensor` of the list the cut was made from, as a new tensor. */
export const applyCut: Operation<[w: Handle, tensor: number, cut: MagnitudeCut], Handle> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, tensor, cut) => host.tensor(host.valuesOf(w).map((x, index) => (isCut(x, tensor, index, cut) ? 0 : x))),
  gpu(device, w, tensor, cut) {
    const result = device.tensor(w.length);
    // Ties in earlier tensors are all cut, in later ones none.
    const tieIndex = tensor < cut.tieTensor ? 0xffffffff : tensor > cut.tieTensor ? 0 : cut.tieIndex;
    device.dispatch(KERNEL, Uint32Array.of(w.length, cut.bits, tieIndex), [w, result], { threads: w.length });
    return result;
  },
};

/** Whether the element goes: below the cut's magnitude, or on it and before its last tie. @param index of the element in its tensor. */
export function isCut(x: number, tensor: number, index: number, cut: MagnitudeCut): boolean {
  const bits = magnitudeBits(x);
  if (bits !== cut.bits) return bits < cut.bits;
  return tensor < cut.tieTensor || (tensor === cut.tieTensor && index < cut.tieIndex);
}
