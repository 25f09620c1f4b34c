import { checkGroups, groupOf, nonFinite } from '../groups';
import { groupCount, type Grid, type Groups, type HistogramBins, type Ranges } from '../types';
import { codeOf, valueOf } from './elementwise';

export function rangesOf(w: Float32Array, groups: Groups): Ranges {
  checkGroups(w.length, groups);
  const count = groupCount(groups);
  const min = new Float32Array(count).fill(Number.POSITIVE_INFINITY);
  const max = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  let bad = 0;
  for (let e = 0; e < w.length; e++) {
    const x = w[e] ?? 0;
    if (!Number.isFinite(x)) bad++;
    const g = groupOf(e, groups);
    min[g] = Math.min(min[g] ?? 0, x);
    max[g] = Math.max(max[g] ?? 0, x);
  }
  if (bad > 0) throw nonFinite(bad, w.length);
  for (let g = 0; g < count; g++) {
    // A group without elements has no range; zero is what every grid represents.
    if ((min[g] ?? 0) > (max[g] ?? 0)) min[g] = max[g] = 0;
  }
  return { min, max };
}

/** Bin of x in `bins` equal bins of [lo, hi]; outside values clamp. Float32 throughout, so that the shader can equal it. */
export function binOf(x: number, lo: number, hi: number, bins: number): number {
  if (hi <= lo) return 0;
  const position = Math.floor(Math.fround(Math.fround(x - lo) * Math.fround(bins / Math.fround(hi - lo))));
  return Math.min(bins - 1, Math.max(0, position));
}

export function histogramOf(w: Float32Array, lo: number, hi: number, bins: number): HistogramBins {
  const low = Math.fround(lo);
  const high = Math.fround(hi);
  const counts = new Uint32Array(bins);
  for (const x of w) {
    const bin = binOf(x, low, high, bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { lo: low, hi: high, counts };
}

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
