import { type Grid, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import { codesByGroup } from './shared/by-group';
import { codeOf, GRID_SOURCE, gridKernel } from './shared/grid';

/** Codes of values, one byte each, as stored: symmetric codes in two's complement. */
export const gridCodes = codesByGroup(gridKernel({ name: 'codes', source: [...GRID_SOURCE, 'prelude/packed', 'codes'] }), codesOf);

/** The reference of `gridCodes`: no tolerance, codes are equal to the bit. */
export function codesOf(w: Float32Array, grid: Grid): Uint8Array<ArrayBuffer> {
  checkGroups(w.length, grid.groups);
  const out = new Uint8Array(w.length);
  for (let e = 0; e < w.length; e++) {
    const g = groupOf(e, grid.groups);
    // Storing a negative code in a byte keeps its two's complement.
    out[e] = codeOf(w[e] ?? 0, grid.scales[g] ?? 1, grid.zeroPoints[g] ?? 0, grid);
  }
  return out;
}
