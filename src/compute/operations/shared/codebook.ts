import type { Codebook } from '../../../base/grids';
import type { Kernel } from '../../types';
import type { GroupKernel } from './by-group';
import { GRID_SOURCE, gridWords } from './grid';

/** The WGSL that kernels over codebooks start with. */
export const CODEBOOK_SOURCE = [...GRID_SOURCE, 'prelude/codebook'] as const;

/** How a kernel over the elements of a codebook is told of it: as a grid whose codes are the values' places. */
export function codebookKernel(kernel: Kernel): GroupKernel<Codebook> {
  return {
    kernel,
    words: (length, { groups, size }) => gridWords(length, groups, { qMin: 0, qMax: size - 1 }),
    tables: ({ values }) => [values],
  };
}

/**
 * Code of the nearest of `size` ascending values from `first` on; of two equally near, the higher. By halving, as the shader does it, with
 * distances in float32.
 */
export function nearestCode(values: Float32Array, first: number, size: number, x: number): number {
  let low = 0;
  let high = size - 1;
  // The first value that is not below x, or the last of all.
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[first + middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const toLower = Math.fround(x - (values[first + low - 1] ?? 0));
  const toHigher = Math.fround((values[first + low] ?? 0) - x);
  return low > 0 && toLower < toHigher ? low - 1 : low;
}
