import { groupCount, groupOf, type Groups } from '../../base/grids';
import { checkGroups, nonFinite } from './shared/check';
import type { Handle, Kernel, Operation } from '../types';
import { GRID_SOURCE, gridWords, splitsOf } from './shared/grid';

/** Extremes of the groups of a tensor, in the weights' unit. */
export interface Ranges {
  /** One value a group. */
  readonly min: Float32Array;
  readonly max: Float32Array;
}

const KERNEL: Kernel = { name: 'ranges', source: [...GRID_SOURCE, 'ranges'] };

/** Min and max a group. Throws `non-finite-weights` naming the count where a value is NaN or infinite. Empty group: 0, 0. */
export const groupRanges: Operation<[w: Handle, groups: Groups], Ranges> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, groups) => rangesOf(host.valuesOf(w), groups),
  async gpu(device, w, groups) {
    checkGroups(w.length, groups);
    const count = groupCount(groups);
    if (w.length === 0) return { min: new Float32Array(count), max: new Float32Array(count) };
    const splits = splitsOf(w.length, groups);
    const threads = count * splits;
    const partials = device.scratch(threads * 12);
    device.dispatch(KERNEL, gridWords(w.length, groups, { qMin: 0, qMax: 0 }, splits), [w, partials], { threads });
    const { bad, ...found } = joined(await device.read(partials, threads * 12), count, splits);
    if (bad > 0) throw nonFinite(bad, w.length);
    return found;
  },
};

/** Ranges of groups from those of their parts: struct Partial of shaders/ranges.wgsl. `bad` counts what is not finite. */
function joined(bytes: ArrayBuffer, count: number, splits: number): Ranges & { readonly bad: number } {
  const floats = new Float32Array(bytes);
  const integers = new Uint32Array(bytes);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  let bad = 0;
  for (let g = 0; g < count; g++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < splits; s++) {
      const at = (g * splits + s) * 3;
      low = Math.min(low, floats[at] ?? 0);
      high = Math.max(high, floats[at + 1] ?? 0);
      bad += integers[at + 2] ?? 0;
    }
    // A group without elements has no range; zero is what every grid represents.
    min[g] = low > high ? 0 : low;
    max[g] = low > high ? 0 : high;
  }
  return { min, max, bad };
}

/** The reference of `groupRanges`; throws as it does. */
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
    if ((min[g] ?? 0) > (max[g] ?? 0)) min[g] = max[g] = 0;
  }
  return { min, max };
}
