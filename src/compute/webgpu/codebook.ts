import { checkGroups } from '../groups';
import type { Codebook, Handle } from '../types';
import { gridWords } from './quantize';
import { WORKGROUP, type Runner } from './runner';

/** The shader's Grid struct with the codes of a codebook as limits. */
function wordsOf(length: number, { groups, size }: Codebook): Uint32Array {
  return gridWords(length, groups, 0, size - 1, 1, 1);
}

/** See `Compute.assign`. */
export function assign(gpu: Runner, w: Handle, codebook: Codebook, into?: Handle): Handle {
  gpu.check();
  checkGroups(w.length, codebook.groups);
  const out = into ?? gpu.tensors.create(w.length);
  if (w.length === 0) return out;
  const values = gpu.constant(codebook.values);
  gpu.dispatch('assign', wordsOf(w.length, codebook), [gpu.tensors.of(w).buffer, values, gpu.tensors.of(out).buffer], Math.ceil(w.length / WORKGROUP));
  gpu.free([values]);
  return out;
}

/** See `Compute.assignCodes`. */
export async function assignCodes(gpu: Runner, w: Handle, codebook: Codebook): Promise<Uint8Array<ArrayBuffer>> {
  gpu.check();
  checkGroups(w.length, codebook.groups);
  if (w.length === 0) return new Uint8Array(0);
  const values = gpu.constant(codebook.values);
  const result = gpu.scratch(w.length);
  return gpu.within([values, result], async () => {
    gpu.dispatch('assign-codes', wordsOf(w.length, codebook), [gpu.tensors.of(w).buffer, values, result], Math.ceil(w.length / (4 * WORKGROUP)));
    return new Uint8Array(await gpu.read(result, w.length));
  });
}
