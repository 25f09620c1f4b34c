import { type Codebook, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import { codesByGroup } from './shared/by-group';
import { CODEBOOK_SOURCE, codebookKernel, nearestCode } from './shared/codebook';

/** Codes of the values that `assign` gives, one byte each. */
export const assignCodes = codesByGroup(
  codebookKernel({ name: 'assign-codes', source: [...CODEBOOK_SOURCE, 'prelude/packed', 'assign-codes'] }),
  assignCodesOf,
);

/** The reference of `assignCodes`: of two equally near values the higher. */
export function assignCodesOf(w: Float32Array, { groups, size, values }: Codebook): Uint8Array<ArrayBuffer> {
  checkGroups(w.length, groups);
  const out = new Uint8Array(w.length);
  for (let e = 0; e < w.length; e++) out[e] = nearestCode(values, groupOf(e, groups) * size, size, w[e] ?? 0);
  return out;
}
