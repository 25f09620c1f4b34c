import { forEachRun, type Grid, groupCount } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation, Task } from '../types';
import { codeOf, GRID_SOURCE, gridWords, splitsOf, valueOf } from './shared/grid';
import { spansOf } from './shared/spans';

const KERNEL: Kernel = { name: 'clip-errors', source: [...GRID_SOURCE, 'clip-errors'] };

interface Part {
  readonly w: Float32Array;
  readonly grid: Grid;
  readonly ratios: Float32Array;
}

/** Candidates do not need each other: a sum over a group stays whole. */
const task: Task<Part, Float32Array> = { name: KERNEL.name, run: ({ w, grid, ratios }) => clipErrorsOf(w, grid, ratios) };

/**
 * For each group and each candidate clip ratio in (0, 1], the sum of squared errors when the group's grid is `grid` with its scale
 * multiplied by the ratio (zero point unchanged). Result is [group * ratios.length + ratio].
 */
export const clipErrors: Operation<[w: Handle, grid: Grid, ratios: Float32Array], Float32Array> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  task,
  async cpu(host, handle, grid, ratios) {
    const w = host.valuesOf(handle);
    checkGroups(w.length, grid.groups);
    const spans = spansOf(ratios.length, 4 * w.length);
    const sums = await host.each(
      task,
      spans.map(({ from, to }) => ({ w, grid, ratios: ratios.slice(from, to) })),
    );
    const [first] = sums;
    if (sums.length === 1 && first) return first;
    const all = new Float32Array(groupCount(grid.groups) * ratios.length);
    for (const [k, { from, to }] of spans.entries()) {
      const own = sums[k] ?? new Float32Array();
      const width = to - from;
      for (let at = 0; at < own.length; at++) all[Math.floor(at / width) * ratios.length + from + (at % width)] = own[at] ?? 0;
    }
    return all;
  },
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
  const errors = new Float32Array(groupCount(grid.groups) * ratios.length);
  for (let k = 0; k < ratios.length; k++) {
    const scales = grid.scales.map((scale) => scale * (ratios[k] ?? 1));
    const sums = squaredErrors(w, { ...grid, scales });
    for (let g = 0; g < sums.length; g++) errors[g * ratios.length + k] = sums[g] ?? 0;
  }
  return errors;
}

/** Of each group. */
function squaredErrors(w: Float32Array, grid: Grid): Float64Array {
  const sums = new Float64Array(grid.scales.length);
  forEachRun(grid.groups, 0, w.length, (g, from, to) => {
    const scale = grid.scales[g] ?? 1;
    const zeroPoint = grid.zeroPoints[g] ?? 0;
    let sum = sums[g] ?? 0;
    for (let e = from; e < to; e++) {
      const x = w[e] ?? 0;
      const d = x - valueOf(codeOf(x, scale, zeroPoint, grid), scale, zeroPoint);
      sum += d * d;
    }
    sums[g] = sum;
  });
  return sums;
}
