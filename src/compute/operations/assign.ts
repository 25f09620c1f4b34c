import { type Codebook, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import { valuesByGroup } from './shared/by-group';
import { CODEBOOK_SOURCE, codebookKernel, nearestCode } from './shared/codebook';

/** The nearest value of each group's codebook (of two equally near, the higher), as a new tensor. */
export const assign = valuesByGroup(codebookKernel({ name: 'assign', source: [...CODEBOOK_SOURCE, 'assign'] }), assignValuesOf);

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
