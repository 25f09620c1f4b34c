/**
 * Arithmetic on quantization grids, slow and obvious in float32: as in shaders/prelude/grid.wgsl. Math.fround stands where a GPU
 * would round.
 */
import type { Kernel } from '../../types';
import type { GroupKernel } from './by-group';
import { blocksPerChannel, type Grid, type Groups } from '../../../base/grids';

/** The WGSL that kernels over groups of elements start with. */
export const GRID_SOURCE = ['prelude/linear', 'prelude/grid'] as const;

/** Elements that one thread of a reducing kernel takes at least: enough to be worth a thread, few enough for float32 sums. */
const SHARE = 256;
/** Threads of a reducing kernel at most, over all groups: bounds what is read back. */
const MAX_THREADS = 2 ** 16;

/** The shaders' struct Grid. @param splits threads that share a group. @param ratios candidate clip ratios. */
export function gridWords(
  length: number,
  groups: Groups,
  { qMin, qMax }: Pick<Grid, 'qMin' | 'qMax'>,
  splits = 1,
  ratios = 1,
): Uint32Array {
  return Uint32Array.of(length, groups.channels, groups.inner, groups.block, blocksPerChannel(groups), qMin, qMax, splits, ratios);
}

/** How a kernel over the elements of a grid is told of it. */
export function gridKernel(kernel: Kernel): GroupKernel<Grid> {
  return {
    kernel,
    words: (length, grid) => gridWords(length, grid.groups, grid),
    tables: ({ scales, zeroPoints }) => [scales, zeroPoints],
  };
}

/** Threads that share a group: its elements over SHARE, less where there are many groups. */
export function splitsOf(length: number, groups: Groups): number {
  const perGroup = Math.min(groups.block, groups.outer * groups.inner);
  const share = Math.max(SHARE, Math.ceil(length / MAX_THREADS));
  return Math.max(1, Math.ceil(perGroup / share));
}

/** 1.5 * 2^52: a float64 of this size has no fraction left, and its own sum rounds halves to even. */
const NO_FRACTION = 6755399441055744;

/** Nearest integer, halves to the even one, as WGSL `round` and ONNX QuantizeLinear do. Exact for |x| < 2^51; others stay beyond. */
export function roundHalfEven(x: number): number {
  return x + NO_FRACTION - NO_FRACTION;
}

/** Code of one value: clip(round(value / scale) + zeroPoint, qMin, qMax). */
export function codeOf(value: number, scale: number, zeroPoint: number, grid: Pick<Grid, 'qMin' | 'qMax'>): number {
  const code = roundHalfEven(Math.fround(value / scale)) + zeroPoint;
  // Comparisons take half the time of Math.min and Math.max.
  return code < grid.qMin ? grid.qMin : code > grid.qMax ? grid.qMax : code;
}

/** Value of one code: (code - zeroPoint) * scale in float32. */
export function valueOf(code: number, scale: number, zeroPoint: number): number {
  return Math.fround((code - zeroPoint) * scale);
}
