import type { Handle, Kernel, Operation, Task } from '../types';
import { stridingThreads } from './shared/share';
import { type Span, spansOf, whole } from './shared/spans';

/** Sums for SQNR over a whole tensor, in float64: 10*log10(signal/noise). */
export interface ErrorSums {
  readonly signal: number;
  readonly noise: number;
}

const KERNEL: Kernel = { name: 'error-sums', source: ['prelude/linear', 'error-sums'] };

const task: Task<{ readonly reference: Float32Array; readonly w: Float32Array; readonly span: Span }, ErrorSums> = {
  name: KERNEL.name,
  run: ({ reference, w, span }) => sumErrors(reference, w, span),
};

/** What a tensor lost against a reference of the same length. */
export const errorSums: Operation<[reference: Handle, w: Handle], ErrorSums> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  task,
  async cpu(host, reference, w) {
    const [a, b] = [host.valuesOf(reference), host.valuesOf(w)];
    const parts = spansOf(a.length, 2).map((span) => ({ reference: a, w: b, span }));
    const sums = await host.each(task, parts);
    return sums.reduce((all, own) => ({ signal: all.signal + own.signal, noise: all.noise + own.noise }), { signal: 0, noise: 0 });
  },
  async gpu(device, reference, w) {
    const threads = stridingThreads(reference.length);
    const partials = device.scratch(threads * 8);
    device.dispatch(KERNEL, Uint32Array.of(reference.length, threads), [reference, w, partials], { threads });
    const parts = new Float32Array(await device.read(partials, threads * 8));
    let signal = 0;
    let noise = 0;
    for (let i = 0; i < parts.length; i += 2) {
      signal += parts[i] ?? 0;
      noise += parts[i + 1] ?? 0;
    }
    return { signal, noise };
  },
};

/** The reference of `errorSums`. @param w of the reference's length. */
export function sumErrors(reference: Float32Array, w: Float32Array, { from, to }: Span = whole(reference)): ErrorSums {
  let signal = 0;
  let noise = 0;
  for (let e = from; e < to; e++) {
    const r = reference[e] ?? 0;
    const d = r - (w[e] ?? 0);
    signal += r * r;
    noise += d * d;
  }
  return { signal, noise };
}
