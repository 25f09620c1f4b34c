import { type Grid, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation } from '../types';
import { codeOf, GRID_SOURCE, gridWords, valueOf } from './shared/grid';

const KERNEL: Kernel = { name: 'quantize', source: [...GRID_SOURCE, 'quantize'] };

/** Fake-quantize: the nearest grid value of each weight (round half to even), as a new tensor. */
export const quantize: Operation<[w: Handle, grid: Grid], Handle> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, grid) => host.tensor(fakeQuantize(host.valuesOf(w), grid)),
  gpu(device, w, grid) {
    checkGroups(w.length, grid.groups);
    const result = device.tensor(w.length);
    device.dispatch(KERNEL, gridWords(w.length, grid.groups, grid), [w, grid.scales, grid.zeroPoints, result], { threads: w.length });
    return result;
  },
};

/** The reference of `quantize`, in float32 throughout, so that a kernel can equal it. */
export function fakeQuantize(w: Float32Array, grid: Grid): Float32Array<ArrayBuffer> {
  checkGroups(w.length, grid.groups);
  const out = new Float32Array(w.length);
  for (let e = 0; e < w.length; e++) {
    const g = groupOf(e, grid.groups);
    const scale = grid.scales[g] ?? 1;
    const zeroPoint = grid.zeroPoints[g] ?? 0;
    out[e] = valueOf(codeOf(w[e] ?? 0, scale, zeroPoint, grid), scale, zeroPoint);
  }
  return out;
}
