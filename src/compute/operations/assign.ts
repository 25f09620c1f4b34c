import { type Codebook, forEachRun } from '../../base/grids';
import { valuesByGroup } from './shared/by-group';
import { CODEBOOK_SOURCE, codebookKernel, nearestCode } from './shared/codebook';
import { whole } from './shared/spans';

/** The nearest value of each group's codebook (of two equally near, the higher), as a new tensor. */
export const assign = valuesByGroup(codebookKernel({ name: 'assign', source: [...CODEBOOK_SOURCE, 'assign'] }), assignValuesOf);

/** The reference of `assign`. */
export function assignValuesOf(
  w: Float32Array,
  { groups, size, values }: Codebook,
  { from: first, to: last } = whole(w),
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(last - first);
  forEachRun(groups, first, last, (from, to, group, step) => {
    for (let e = from, g = group; e < to; e++, g += step) {
      out[e - first] = values[g * size + nearestCode(values, g * size, size, w[e] ?? 0)] ?? 0;
    }
  });
  return out;
}
