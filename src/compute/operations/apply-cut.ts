import type { Handle, Kernel, Operation, Task } from '../types';
import type { MagnitudeCut } from './magnitude-cut';
import { magnitudeBits } from './shared/magnitude';
import { type Span, spansOf } from './shared/spans';

const KERNEL: Kernel = { name: 'apply-cut', source: ['prelude/linear', 'apply-cut'] };

interface Part {
  readonly w: Float32Array;
  readonly tensor: number;
  readonly cut: MagnitudeCut;
  readonly span: Span;
  readonly out: Float32Array;
}

const task: Task<Part, void> = {
  name: KERNEL.name,
  run({ w, tensor, cut, span: { from, to }, out }) {
    for (let e = from; e < to; e++) out[e] = isCut(w[e] ?? 0, tensor, e, cut) ? 0 : (w[e] ?? 0);
  },
};

/** Zeroes the cut elements of tensor number `tensor` of the list the cut was made from, as a new tensor. */
export const applyCut: Operation<[w: Handle, tensor: number, cut: MagnitudeCut], Handle> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  task,
  async cpu(host, handle, tensor, cut) {
    const w = host.valuesOf(handle);
    const out = host.floats(w.length);
    const parts = spansOf(w.length, 2).map((span) => ({ w, tensor, cut, span, out }));
    await host.each(task, parts);
    return host.tensor(out);
  },
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
