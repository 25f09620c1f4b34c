/** Which channel each element of a value belongs to, and how nodes that only move elements hand that on. */
import type { Axis } from '../axes';
import { storedAxes } from '../axes';
import type { MoveSite, Moves, Shape } from '../operators/types';
import { sizeOf } from '../tensor';

/** The channels of a value: the same for all elements that differ only in their place along other axes. */
export interface Marks {
  /** The axes that tell channels apart, ascending: one, but where a Reshape has split it. */
  readonly axes: readonly number[];
  /** The number of a channel for each place along those axes, row-major. */
  readonly ids: Int32Array;
}

/** Channels along one axis. */
export function along(axis: number, ids: Int32Array): Marks {
  return { axes: [axis], ids };
}

/**
 * What the elements of an output belong to where the node moves those of its first input; null where channels are torn apart, cut or
 * repeated.
 */
export function movedMarks(moves: Moves, site: MoveSite, shape: Shape, marks: Marks): Marks | null {
  const moved = moves.axes(site, storedAxes(shape));
  if (!moved) return null;
  // A single channel leaves no trace in strides, and holds whatever there is.
  if (marks.ids.length === 1) return moved[1] ? along(1, new Int32Array(moved[1].size).fill(marks.ids[0] ?? 0)) : null;
  const digits = moved.map((axis) => digitsOf(axis, shape, marks));
  const axes = digits.flatMap((own, at) => (own.some(({ step }) => step > 0) ? [at] : []));
  const told = axes.flatMap((at) => moved[at] ?? []);
  // Each channel has to be found again, on axes that are as they were.
  if (axes.length === 0 || !told.every(({ whole }) => whole)) return null;
  const ids = new Int32Array(sizeOf(told.map(({ size }) => size)));
  if (channelsOn(digits) !== marks.ids.length) return null;
  for (let place = 0; place < ids.length; place++) {
    let rest = place;
    let from = 0;
    for (const at of axes.toReversed()) {
      const size = moved[at]?.size ?? 1;
      from += offsetOf(digits[at] ?? [], rest % size);
      rest = Math.floor(rest / size);
    }
    ids[place] = marks.ids[from] ?? 0;
  }
  return told.reduce<Told>(withoutIdle, { axes, ids, sizes: told.map(({ size }) => size) });
}

interface Told extends Marks {
  readonly sizes: readonly number[];
}

/** Without the first axis along which all places are of one channel, as those of a plane are once it is no longer flattened. */
function withoutIdle({ axes, ids, sizes }: Told): Told {
  const idle = axes.length < 2 ? -1 : sizes.findIndex((_, at) => isIdle(ids, sizes, at));
  if (idle < 0) return { axes, ids, sizes };
  const inner = sizeOf(sizes.slice(idle + 1));
  const size = sizes[idle] ?? 1;
  const others = <T>(list: readonly T[]): T[] => list.filter((_, at) => at !== idle);
  return { axes: others(axes), ids: ids.filter((_, place) => Math.floor(place / inner) % size === 0), sizes: others(sizes) };
}

function isIdle(ids: Int32Array, sizes: readonly number[], axis: number): boolean {
  const inner = sizeOf(sizes.slice(axis + 1));
  const size = sizes[axis] ?? 1;
  return ids.every((id, place) => id === ids[place - (Math.floor(place / inner) % size) * inner]);
}

/** A part of an axis: `size` places, each of which is `step` further on in the marks; 0: its places do not tell channels apart. */
interface Digit {
  readonly size: number;
  readonly step: number;
}

/** What the runs of an axis are steps of, major first. */
function digitsOf({ runs }: Axis, shape: Shape, marks: Marks): Digit[] {
  return runs.map(({ size, stride }) => {
    let step = 0;
    for (const [at, axis] of marks.axes.entries()) {
      const own = sizeOf(shape.slice(axis + 1));
      const inner = sizeOf(marks.axes.slice(at + 1).map((other) => shape[other] ?? 1));
      if (size > 1 && stride >= own && stride * size <= own * (shape[axis] ?? 1)) step = (stride / own) * inner;
    }
    return { size, step };
  });
}

function offsetOf(digits: readonly Digit[], place: number): number {
  let rest = place;
  let offset = 0;
  for (const { size, step } of digits.toReversed()) {
    offset += (rest % size) * step;
    rest = Math.floor(rest / size);
  }
  return offset;
}

function channelsOn(digits: readonly (readonly Digit[])[]): number {
  return sizeOf(digits.flat().flatMap(({ size, step }) => (step > 0 ? [size] : [])));
}
