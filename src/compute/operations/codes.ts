import { forEachRun, type Grid } from '../../base/grids';
import { codesByGroup } from './shared/by-group';
import { codeOf, GRID_SOURCE, gridKernel } from './shared/grid';
import { whole } from './shared/spans';

/** Codes of values, one byte each, as stored: symmetric codes in two's complement. */
export const gridCodes = codesByGroup(gridKernel({ name: 'codes', source: [...GRID_SOURCE, 'prelude/packed', 'codes'] }), codesOf);

/** The reference of `gridCodes`: no tolerance, codes are equal to the bit. */
export function codesOf(w: Float32Array, grid: Grid, { from: first, to: last } = whole(w)): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(last - first);
  forEachRun(grid.groups, first, last, (from, to, group, step) => {
    for (let e = from, g = group; e < to; e++, g += step) {
      // Storing a negative code in a byte keeps its two's complement.
      out[e - first] = codeOf(w[e] ?? 0, grid.scales[g] ?? 1, grid.zeroPoints[g] ?? 0, grid);
    }
  });
  return out;
}
