import { type Codebook, forEachRun } from '../../base/grids';
import { codesByGroup } from './shared/by-group';
import { CODEBOOK_SOURCE, codebookKernel, nearestCode } from './shared/codebook';
import { whole } from './shared/spans';

/** Codes of the values that `assign` gives, one byte each. */
export const assignCodes = codesByGroup(
  codebookKernel({ name: 'assign-codes', source: [...CODEBOOK_SOURCE, 'prelude/packed', 'assign-codes'] }),
  assignCodesOf,
);

/** The reference of `assignCodes`: of two equally near values the higher. */
export function assignCodesOf(
  w: Float32Array,
  { groups, size, values }: Codebook,
  { from: first, to: last } = whole(w),
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(last - first);
  forEachRun(groups, first, last, (from, to, group, step) => {
    for (let e = from, g = group; e < to; e++, g += step) out[e - first] = nearestCode(values, g * size, size, w[e] ?? 0);
  });
  return out;
}
