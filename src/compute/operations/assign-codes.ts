import { type Codebook, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation } from '../types';
import { CODEBOOK_SOURCE, codebookWords, nearestCode } from './shared/codebook';

const KERNEL: Kernel = { name: 'assign-codes', source: [...CODEBOOK_SOURCE, 'assign-codes'] };

/** Codes of the values that `assign` gives, one byte each. */
export const assignCodes: Operation<[w: Handle, codebook: Codebook], Uint8Array<ArrayBuffer>> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, codebook) => assignCodesOf(host.valuesOf(w), codebook),
  async gpu(device, w, codebook) {
    checkGroups(w.length, codebook.groups);
    const result = device.scratch(w.length);
    device.dispatch(KERNEL, codebookWords(w.length, codebook), [w, codebook.values, result], { threads: Math.ceil(w.length / 4) });
    return new Uint8Array(await device.read(result, w.length));
  },
};

/** The reference of `assignCodes`: of two equally near values the higher. */
export function assignCodesOf(w: Float32Array, { groups, size, values }: Codebook): Uint8Array<ArrayBuffer> {
  checkGroups(w.length, groups);
  const out = new Uint8Array(w.length);
  for (let e = 0; e < w.length; e++) out[e] = nearestCode(values, groupOf(e, groups) * size, size, w[e] ?? 0);
  return out;
}
