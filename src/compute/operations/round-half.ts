import { fromHalf, toHalf } from '../../base/half';
import type { Handle, Kernel, Operation, Task } from '../types';
import { type Span, spansOf } from './shared/spans';

const KERNEL: Kernel = { name: 'round-half', source: ['prelude/linear', 'round-half'] };

const task: Task<{ readonly w: Float32Array; readonly span: Span; readonly out: Float32Array }, void> = {
  name: KERNEL.name,
  run: ({ w, span, out }) => out.set(roundHalfOf(w.subarray(span.from, span.to)), span.from),
};

/** The nearest float16 value of each weight (ties to even; infinite from 65,520 on), as a new tensor. Not for NaN. */
export const roundHalf: Operation<[w: Handle], Handle> = {
  kernels: [KERNEL],
  compiled: 'on-use',
  task,
  async cpu(host, handle) {
    const w = host.valuesOf(handle);
    const out = host.floats(w.length);
    const parts = spansOf(w.length, 4).map((span) => ({ w, span, out }));
    await host.each(task, parts);
    return host.tensor(out);
  },
  gpu(device, w) {
    const result = device.tensor(w.length);
    device.dispatch(KERNEL, Uint32Array.of(w.length), [w, result], { threads: w.length });
    return result;
  },
};

/** The reference of `roundHalf`. */
export function roundHalfOf(w: Float32Array): Float32Array<ArrayBuffer> {
  return new Float32Array(w).map((x) => fromHalf(toHalf(x)));
}
