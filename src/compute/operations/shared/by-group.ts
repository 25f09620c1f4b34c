/** Operations that make one number an element of what its group says: a grid's scale and zero point, or a codebook's values. */
import type { Groups } from '../../../base/grids';
import type { Binding, Handle, Kernel, Operation } from '../../types';
import { checkGroups } from './check';

/** How the kernel of such an operation is told of an encoding. */
export interface GroupKernel<Encoding> {
  readonly kernel: Kernel;
  /** The words of binding 0 for a tensor of this length. */
  readonly words: (length: number, encoding: Encoding) => Uint32Array;
  /** What is bound between the weights and the result. */
  readonly tables: (encoding: Encoding) => readonly Binding[];
}

/** A new tensor, a thread an element. @param reference the same on the CPU; checks the groups itself. */
export function valuesByGroup<Encoding extends { readonly groups: Groups }>(
  { kernel, words, tables }: GroupKernel<Encoding>,
  reference: (w: Float32Array, encoding: Encoding) => Float32Array<ArrayBuffer>,
): Operation<[w: Handle, encoding: Encoding], Handle> {
  return {
    kernels: [kernel],
    compiled: 'at-start',
    cpu: (host, w, encoding) => host.tensor(reference(host.valuesOf(w), encoding)),
    gpu(device, w, encoding) {
      checkGroups(w.length, encoding.groups);
      const result = device.tensor(w.length);
      device.dispatch(kernel, words(w.length, encoding), [w, ...tables(encoding), result], { threads: w.length });
      return result;
    },
  };
}

/** A byte an element, read back; a thread makes a word of four. @param reference the same on the CPU; checks the groups itself. */
export function codesByGroup<Encoding extends { readonly groups: Groups }>(
  { kernel, words, tables }: GroupKernel<Encoding>,
  reference: (w: Float32Array, encoding: Encoding) => Uint8Array<ArrayBuffer>,
): Operation<[w: Handle, encoding: Encoding], Uint8Array<ArrayBuffer>> {
  return {
    kernels: [kernel],
    compiled: 'at-start',
    cpu: (host, w, encoding) => reference(host.valuesOf(w), encoding),
    async gpu(device, w, encoding) {
      checkGroups(w.length, encoding.groups);
      const result = device.scratch(w.length);
      const threads = Math.ceil(w.length / 4);
      device.dispatch(kernel, words(w.length, encoding), [w, ...tables(encoding), result], { threads });
      return new Uint8Array(await device.read(result, w.length));
    },
  };
}
