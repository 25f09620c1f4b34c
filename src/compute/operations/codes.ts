import { type Grid, groupOf } from '../../base/grids';
import { checkGroups } from './shared/check';
import type { Handle, Kernel, Operation } from '../types';
import { codeOf, GRID_SOURCE, gridWords } from './shared/grid';

const KERNEL: Kernel = { name: 'codes', source: [...GRID_SOURCE, 'codes'] };

/** Codes of values, one byte each, as stored: symmetric codes in two's complement. */
export const gridCodes: Operation<[w: Handle, grid: Grid], Uint8Array<ArrayBuffer>> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, grid) => codesOf(host.valuesOf(w), grid),
  async gpu(device, w, grid) {
    checkGroups(w.length, grid.groups);
    const result = device.scratch(w.length);
    const words = gridWords(w.length, grid.groups, grid);
    device.dispatch(KERNEL, words, [w, grid.scales, grid.zeroPoints, result], { threads: Math.ceil(w.length / 4) });
    return new Uint8Array(await device.read(result, w.length));
  },
};

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
