import { checkGroups, groupOf } from '../groups';
import type { Codebook } from '../types';

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

export function assignCodesOf(w: Float32Array, { groups, size, values }: Codebook): Uint8Array<ArrayBuffer> {
  checkGroups(w.length, groups);
  const out = new Uint8Array(w.length);
  for (let e = 0; e < w.length; e++) out[e] = nearestCode(values, groupOf(e, groups) * size, size, w[e] ?? 0);
  return out;
}

export function assignValuesOf(w: Float32Array, { groups, size, values }: Codebook, out: Float32Array): void {
  checkGroups(w.length, groups);
  for (let e = 0; e < w.length; e++) {
    const first = groupOf(e, groups) * size;
    out[e] = values[first + nearestCode(values, first, size, w[e] ?? 0)] ?? 0;
  }
}
