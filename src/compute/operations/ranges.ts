import { forEachRun, groupCount, type Groups } from '../../base/grids';
import { checkGroups, nonFinite } from './shared/check';
import type { Handle, Kernel, Operation, Task } from '../types';
import { GRID_SOURCE, gridWords, splitsOf } from './shared/grid';
import { type Span, spansOf, whole } from './shared/spans';

/** Extremes of the groups of a tensor, in the weights' unit. */
export interface Ranges {
  /** One value a group. */
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** Of some of a tensor's elements: Infinity, -Infinity for groups that have none there. */
interface PartRanges extends Ranges {
  /** Elements that are not finite. */
  readonly bad: number;
}

const KERNEL: Kernel = { name: 'ranges', source: [...GRID_SOURCE, 'ranges'] };

const task: Task<{ readonly w: Float32Array; readonly groups: Groups; readonly span: Span }, PartRanges> = {
  name: KERNEL.name,
  run: ({ w, groups, span }) => rangesWithin(w, groups, span),
};

/** Min and max a group. Throws `non-finite-weights` naming the count where a value is NaN or infinite. Empty group: 0, 0. */
export const groupRanges: Operation<[w: Handle, groups: Groups], Ranges> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  task,
  async cpu(host, handle, groups) {
    const w = host.valuesOf(handle);
    checkGroups(w.length, groups);
    // Each part has a table of all groups.
    const most = Math.max(1, Math.floor(w.length / (8 * groupCount(groups))));
    const parts = spansOf(w.length, 2, most).map((span) => ({ w, groups, span }));
    return finite(joined(await host.each(task, parts), groupCount(groups)), w.length);
  },
  async gpu(device, w, groups) {
    checkGroups(w.length, groups);
    const count = groupCount(groups);
    if (w.length === 0) return { min: new Float32Array(count), max: new Float32Array(count) };
    const splits = splitsOf(w.length, groups);
    const threads = count * splits;
    const partials = device.scratch(threads * 12);
    device.dispatch(KERNEL, gridWords(w.length, groups, { qMin: 0, qMax: 0 }, splits), [w, partials], { threads });
    return finite(joined(splitPartials(await device.read(partials, threads * 12), count, splits), count), w.length);
  },
};

/** A table of the groups a split: struct Partial of shaders/ranges.wgsl. */
function splitPartials(bytes: ArrayBuffer, count: number, splits: number): PartRanges[] {
  const floats = new Float32Array(bytes);
  const integers = new Uint32Array(bytes);
  return Array.from({ length: splits }, (_, s) => {
    const [min, max] = [new Float32Array(count), new Float32Array(count)];
    let bad = 0;
    for (let g = 0; g < count; g++) {
      const at = (g * splits + s) * 3;
      min[g] = floats[at] ?? 0;
      max[g] = floats[at + 1] ?? 0;
      bad += integers[at + 2] ?? 0;
    }
    return { min, max, bad };
  });
}

function joined(parts: readonly PartRanges[], count: number): PartRanges {
  const [min, max] = [new Float32Array(count).fill(Infinity), new Float32Array(count).fill(-Infinity)];
  let bad = 0;
  for (const part of parts) {
    bad += part.bad;
    for (let g = 0; g < count; g++) {
      min[g] = Math.min(min[g] ?? 0, part.min[g] ?? 0);
      max[g] = Math.max(max[g] ?? 0, part.max[g] ?? 0);
    }
  }
  return { min, max, bad };
}

function finite({ min, max, bad }: PartRanges, length: number): Ranges {
  if (bad > 0) throw nonFinite(bad, length);
  for (let g = 0; g < min.length; g++) {
    // A group without elements has no range; zero is what every grid represents.
    if ((min[g] ?? 0) > (max[g] ?? 0)) min[g] = max[g] = 0;
  }
  return { min, max };
}

/** The reference of `groupRanges`; throws as it does. */
export function rangesOf(w: Float32Array, groups: Groups): Ranges {
  checkGroups(w.length, groups);
  return finite(rangesWithin(w, groups, whole(w)), w.length);
}

function rangesWithin(w: Float32Array, groups: Groups, { from: first, to: last }: Span): PartRanges {
  const count = groupCount(groups);
  const min = new Float32Array(count).fill(Infinity);
  const max = new Float32Array(count).fill(-Infinity);
  let bad = 0;
  forEachRun(groups, first, last, (from, to, group, step) => {
    for (let e = from, g = group; e < to; e++, g += step) {
      const x = w[e] ?? 0;
      // Of what is not finite this is no number.
      if (x - x !== 0) bad++;
      if (x < (min[g] ?? 0)) min[g] = x;
      if (x > (max[g] ?? 0)) max[g] = x;
    }
  });
  return { min, max, bad };
}
