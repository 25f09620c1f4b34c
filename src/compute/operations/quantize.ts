import { type Grid, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import { valuesByGroup } from './shared/by-group';
import { codeOf, GRID_SOURCE, gridKernel, valueOf } from './shared/grid';

/** Fake-quantize: the nearest grid value of each weight (round half to even), as a new tensor. */
export const quantize = valuesByGroup(gridKernel({ name: 'quantize', source: [...GRID_SOURCE, 'quantize'] }), fakeQuantize);

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
