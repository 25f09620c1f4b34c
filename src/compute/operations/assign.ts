import { type Codebook, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation } from '../types';
import { CODEBOOK_SOURCE, codebookWords, nearestCode } from './shared/codebook';

const KERNEL: Kernel = { name: 'assign', source: [...CODEBOOK_SOURCE, 'assign'] };

/** The nearest value of each group's codebook (of two equally near, the higher), as a new tensor. */
export const assign: Operation<[w: Handle, codebook: Codebook], Handle> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, codebook) => host.tensor(assignValuesOf(host.valuesOf(w), codebook)),
  gpu(device, w, codebook) {
    checkGroups(w.length, codebook.groups);
    const result = device.tensor(w.length);
    device.dispatch(KERNEL, codebookWords(w.length, codebook), [w, codebook.values, result], { threads: w.length });
    return result;
  },
};

/** The reference of `assign`. */
export function assignValuesOf(w: Float32Array, { groups, size, values }: Codebook): Float32Array<ArrayBuffer> {
  checkGroups(w.length, groups);
  const out = new Float32Array(w.length);
  for (let e = 0; e < w.length; e++) {
    const first = groupOf(e, groups) * size;
    out[e] = values[first + nearestCode(values, first, size, w[e] ?? 0)] ?? 0;
  }
  return out;
}
