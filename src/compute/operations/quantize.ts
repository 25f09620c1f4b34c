import { forEachRun, type Grid } from '../../base/grids';
import { valuesByGroup } from './shared/by-group';
import { codeOf, GRID_SOURCE, gridKernel, valueOf } from './shared/grid';
import { whole } from './shared/spans';

/** Fake-quantize: the nearest grid value of each weight (round half to even), as a new tensor. */
export const quantize = valuesByGroup(gridKernel({ name: 'quantize', source: [...GRID_SOURCE, 'quantize'] }), fakeQuantize);

/** The reference of `quantize`, in float32 throughout, so that a kernel can equal it. */
export function fakeQuantize(w: Float32Array, grid: Grid, { from: first, to: last } = whole(w)): Float32Array<ArrayBuffer> {
  const out = new Float32Array(last - first);
  forEachRun(grid.groups, first, last, (from, to, group, step) => {
    for (let e = from, g = group; e < to; e++, g += step) {
      const scale = grid.scales[g] ?? 1;
      const zeroPoint = grid.zeroPoints[g] ?? 0;
      out[e - first] = valueOf(codeOf(w[e] ?? 0, scale, zeroPoint, grid), scale, zeroPoint);
    }
  });
  return out;
}
