import { type Grid, groupCount, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation } from '../types';
import { codeOf, GRID_SOURCE, gridWords, splitsOf, valueOf } from './shared/grid';

const KERNEL: Kernel = { name: 'clip-errors', source: [...GRID_SOURCE, 'clip-errors'] };

/**
 * For each group and each candidate clip ratio in (0, 1], the sum of squared errors when the group's grid is `grid` with its scale
 * multiplied by the ratio (zero point unchanged). Result is [group * ratios.length + ratio].
 */
export const clipErrors: Operation<[w: Handle, grid: Grid, ratios: Float32Array], Float32Array> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, grid, ratios) => clipErrorsOf(host.valuesOf(w), grid, ratios),
  async gpu(device, w, grid, ratios) {
    checkGroups(w.length, grid.groups);
    const sums = new Float32Array(groupCount(grid.groups) * ratios.length);
    if (w.length === 0) return sums;
    const splits = splitsOf(w.length, grid.groups);
    const threads = sums.length * splits;
    const partials = device.scratch(threads * 4);
    const words = gridWords(w.length, grid.groups, grid, splits, ratios.length);
    device.dispatch(KERNEL, words, [w, grid.scales, grid.zeroPoints, ratios, partials], { threads });
    const parts = new Float32Array(await device.read(partials, threads * 4));
    for (let k = 0; k < sums.length; k++) {
      let sum = 0;
      for (let s = 0; s < splits; s++) sum += parts[k * splits + s] ?? 0;
      sums[k] = sum;
    }
    return sums;
  },
};

/** The reference of `clipErrors`: values in float32 as the kernel has them, their squares summed in float64. */
export function clipErrorsOf(w: Float32Array, grid: Grid, ratios: Float32Array): Float32Array {
  checkGroups(w.length, grid.groups);
  const sums = new Float64Array(groupCount(grid.groups) * ratios.length);
  for (let e = 0; e < w.length; e++) {
    const g = groupOf(e, grid.groups);
    const zeroPoint = grid.zeroPoints[g] ?? 0;
    const x = w[e] ?? 0;
    for (let k = 0; k < ratios.length; k++) {
      const scale = Math.fround((grid.scales[g] ?? 1) * (ratios[k] ?? 1));
      const d = x - valueOf(codeOf(x, scale, zeroPoint, grid), scale, zeroPoint);
      const at = g * ratios.length + k;
      sums[at] = (sums[at] ?? 0) + d * d;
    }
  }
  return Float32Array.from(sums);
}
