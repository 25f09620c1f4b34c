import { blocksPerChannel, type Grid, groupCount, valuesOfChannels } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation, Task } from '../types';
import { codeOf, GRID_SOURCE, gridWords, splitsOf, valueOf } from './shared/grid';
import { type Span, spansOf, whole } from './shared/spans';

const KERNEL: Kernel = { name: 'clip-errors', source: [...GRID_SOURCE, 'clip-errors'] };

interface Part {
  readonly w: Float32Array;
  readonly grid: Grid;
  readonly ratios: Float32Array;
  /** What of it is wanted. */
  readonly channels: Span;
  readonly candidates: Span;
  /** Where it goes: [groups, ratios]. */
  readonly errors: Float32Array;
}

/** Channels and candidates do not need each other: the sum over a group stays whole. */
const task: Task<Part, void> = { name: KERNEL.name, run: sumSquares };

/** Parts of channels from where candidates need not be shared out as well. */
const ENOUGH = 16;

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
    const { channels } = grid.groups;
    const errors = host.floats(groupCount(grid.groups) * ratios.length);
    const runs = spansOf(channels, (w.length / channels) * ratios.length * 4);
    const shares = runs.length >= ENOUGH ? [whole(ratios)] : spansOf(ratios.length, 4 * w.length);
    await host.each(
      task,
      runs.flatMap((of) => shares.map((candidates) => ({ w, grid, ratios, channels: of, candidates, errors }))),
    );
    const all = errors.slice();
    host.release(errors);
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
export function clipErrorsOf(w: Float32Array, grid: Grid, ratios: Float32Array): Float32Array<ArrayBuffer> {
  checkGroups(w.length, grid.groups);
  const errors = new Float32Array(groupCount(grid.groups) * ratios.length);
  sumSquares({ w, grid, ratios, channels: { from: 0, to: grid.groups.channels }, candidates: whole(ratios), errors });
  return errors;
}

function sumSquares({ w, grid, ratios, channels, candidates, errors }: Part): void {
  const { outer, inner, block } = grid.groups;
  const size = outer * inner;
  const blocks = blocksPerChannel(grid.groups);
  const values = valuesOfChannels(w, grid.groups, channels);
  for (let channel = channels.from; channel < channels.to; channel++) {
    const first = (channel - channels.from) * size;
    for (let b = 0; b < blocks; b++) {
      const g = channel * blocks + b;
      const span = { from: first + b * block, to: first + Math.min(size, (b + 1) * block) };
      for (let k = candidates.from; k < candidates.to; k++) {
        const scale = Math.fround((grid.scales[g] ?? 1) * (ratios[k] ?? 1));
        errors[g * ratios.length + k] = squaredError(values, span, scale, grid.zeroPoints[g] ?? 0, grid);
      }
    }
  }
}

function squaredError(values: Float32Array, { from, to }: Span, scale: number, zeroPoint: number, grid: Grid): number {
  let sum = 0;
  for (let e = from; e < to; e++) {
    const x = values[e] ?? 0;
    const d = x - valueOf(codeOf(x, scale, zeroPoint, grid), scale, zeroPoint);
    sum += d * d;
  }
  return sum;
}
