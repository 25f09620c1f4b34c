/** Operations that make one number an element of what its group says: a grid's scale and zero point, or a codebook's values. */
import type { Groups } from '../../../base/grids';
import type { Binding, Handle, Kernel, Operation, Task } from '../../types';
import { checkGroups } from './check';
import { type Span, spansOf } from './spans';

/** How the kernel of such an operation is told of an encoding. */
export interface GroupKernel<Encoding> {
  readonly kernel: Kernel;
  /** The words of binding 0 for a tensor of this length. */
  readonly words: (length: number, encoding: Encoding) => Uint32Array;
  /** What is bound between the weights and the result. */
  readonly tables: (encoding: Encoding) => readonly Binding[];
}

/** The same on the CPU: the elements of a span of the tensor. Checks the groups itself. */
type Reference<Encoding, Values> = (w: Float32Array, encoding: Encoding, span: Span) => Values;

interface Part<Encoding> {
  readonly w: Float32Array;
  readonly encoding: Encoding;
  readonly span: Span;
}

/** Simple steps that an element takes: a search in a codebook takes more, which makes the parts but longer. */
const STEPS = 4;

/** A new tensor, a thread an element. */
export function valuesByGroup<Encoding extends { readonly groups: Groups }>(
  { kernel, words, tables }: GroupKernel<Encoding>,
  reference: Reference<Encoding, Float32Array>,
): Operation<[w: Handle, encoding: Encoding], Handle> {
  const task: Task<Part<Encoding> & { readonly out: Float32Array }, void> = {
    name: kernel.name,
    run: ({ w, encoding, span, out }) => out.set(reference(w, encoding, span), span.from),
  };
  return {
    kernels: [kernel],
    compiled: 'at-start',
    task,
    async cpu(host, handle, encoding) {
      const w = host.valuesOf(handle);
      checkGroups(w.length, encoding.groups);
      const out = host.floats(w.length);
      const parts = spansOf(w.length, STEPS).map((span) => ({ w, encoding, span, out }));
      await host.each(task, parts);
      return host.tensor(out);
    },
    gpu(device, w, encoding) {
      checkGroups(w.length, encoding.groups);
      const result = device.tensor(w.length);
      device.dispatch(kernel, words(w.length, encoding), [w, ...tables(encoding), result], { threads: w.length });
      return result;
    },
  };
}

/** A byte an element, read back; a thread makes a word of four. */
export function codesByGroup<Encoding extends { readonly groups: Groups }>(
  { kernel, words, tables }: GroupKernel<Encoding>,
  reference: Reference<Encoding, Uint8Array>,
): Operation<[w: Handle, encoding: Encoding], Uint8Array<ArrayBuffer>> {
  const task: Task<Part<Encoding>, Uint8Array> = { name: kernel.name, run: ({ w, encoding, span }) => reference(w, encoding, span) };
  return {
    kernels: [kernel],
    compiled: 'at-start',
    task,
    async cpu(host, handle, encoding) {
      const w = host.valuesOf(handle);
      checkGroups(w.length, encoding.groups);
      const spans = spansOf(w.length, STEPS);
      const codes = await host.each(
        task,
        spans.map((span) => ({ w, encoding, span })),
      );
      const all = new Uint8Array(w.length);
      for (const [k, { from }] of spans.entries()) all.set(codes[k] ?? [], from);
      return all;
    },
    async gpu(device, w, encoding) {
      checkGroups(w.length, encoding.groups);
      const result = device.scratch(w.length);
      const threads = Math.ceil(w.length / 4);
      device.dispatch(kernel, words(w.length, encoding), [w, ...tables(encoding), result], { threads });
      return new Uint8Array(await device.read(result, w.length));
    },
  };
}
