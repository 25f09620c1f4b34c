/** How channels go through nodes. Each rule says whether it could follow them; nothing is to be followed where no input has any. */
import { positive } from '../axes';
import { intAttribute, intsAttribute } from '../nodes';
import { axisOf } from '../operators/shape-rules';
import type { Moves, Operator, Shape } from '../operators/types';
import { sizeOf } from '../tensor';
import type { ChannelMap } from './map';
import { along, movedMarks, type Marks } from './marks';
import type { Place } from './place';

/** Values with more elements along their channel axes are not followed: flattened images of large layers have some 100,000. */
const MOST = 2 ** 22;

/** Of several inputs at the same places: one channel each. */
export function align(map: ChannelMap, at: Place): boolean {
  const [made, { output }] = [at.made(), at];
  const rank = made?.length ?? 0;
  const known = at.inputs.flatMap((value, input) => {
    const marks = map.marksOf(value);
    return marks ? [{ ids: marks.ids, axes: marks.axes.map((axis) => axis + rank - (at.shape(input)?.length ?? rank)) }] : [];
  });
  const [first] = known;
  if (!first) return true;
  const sizes = first.axes.map((axis) => made?.[axis] ?? 1);
  if (!output || sizeOf(sizes) !== first.ids.length) return false;
  for (const [input, value] of at.inputs.entries()) {
    const shape = at.shape(input);
    if (!value || !shape) continue;
    const axes = first.axes.map((axis) => axis - rank + shape.length);
    const spans = axes.map((axis) => (axis < 0 ? 1 : (shape[axis] ?? 1)));
    const marks = map.marksOf(value);
    if (marks) {
      if (marks.axes.join() !== axes.join() || marks.ids.length !== first.ids.length) return false;
      map.sets.join(first.ids, marks.ids);
    } else if (spans.some((size) => size > 1)) {
      if (spans.join() !== sizes.join()) return false;
      if (value.constant) map.held.push({ value, marks: { axes, ids: first.ids } });
      else map.sets.fix(first.ids, `"${value.name}" is computed with it, and its channels are not known`);
    }
  }
  map.marked.set(output, first);
  return true;
}

/** What an operator's record says of one that lets channels through. */
interface Keeping {
  readonly channels: NonNullable<Operator['channels']>;
  /** It reads one value a channel beside its input. */
  readonly parameters: boolean;
  /** The input that names sizes; undefined where none does. */
  readonly sizes: number | undefined;
  readonly remove: boolean;
}

/** Of the first input. */
export function keep(map: ChannelMap, at: Place, { channels, parameters, sizes, remove }: Keeping): boolean {
  const [x, ...others] = at.inputs;
  const marks = map.marksOf(x);
  const [shape, made] = [at.shape(0), at.made()];
  if (!marks) return true;
  if (
    !shape ||
    !made ||
    !at.output ||
    !at.isSingle ||
    shape.length !== made.length ||
    marks.axes.some((axis) => shape[axis] !== made[axis])
  )
    return false;
  const mixes = `${at.node.opType} computes across channels of "${x?.name ?? ''}"`;
  if (channels === 'mixed' || (channels !== 'kept' && marks.axes[0] !== 1)) map.sets.fix(marks.ids, mixes);
  const runs = channels === 'groups' ? intAttribute(at.node, 'num_groups', 1) : channels === 'planes' ? (shape[1] ?? 1) : null;
  if (runs !== null) {
    const each = marks.ids.length / runs;
    if (channels === 'groups' && (!remove || marks.axes.length > 1 || !Number.isInteger(each))) map.sets.fix(marks.ids, mixes);
    else if (each > 1) joinRuns(map, marks.ids, each);
    const firsts = marks.ids.filter((_, place) => place % each === 0);
    for (const value of others) map.hold(value, Number(value?.constant?.dims[0]) === runs ? firsts : marks.ids);
    if (channels === 'groups' && remove)
      map.counted.push({ ...at.here, list: 'num_groups', element: 0, ids: marks.ids, sizes: [marks.ids.length], axis: 0, each });
  } else if (parameters) for (const value of others) map.hold(value, marks.ids);
  if (remove && sizes !== undefined) countSizes(map, at, sizes, marks, made);
  map.marked.set(at.output, marks);
  return true;
}

/** Channels of each run of so many become one. */
function joinRuns({ sets }: ChannelMap, ids: Int32Array, each: number): void {
  for (let start = 0; start < ids.length; start += each)
    sets.join(new Int32Array(each).fill(ids[start] ?? 0), ids.subarray(start, start + each));
}

/** A list of integers that gives sizes of all axes, of these as many as there are channels. */
function countSizes(map: ChannelMap, at: Place, input: number, { axes, ids }: Marks, made: Shape): void {
  const list = at.list(input);
  if (list?.length !== made.length) {
    if (list === null && at.inputs[input] !== undefined) map.sets.fix(ids, `${at.node.opType} is given their number when the model runs`);
    return;
  }
  const sizes = axes.map((axis) => made[axis] ?? 1);
  for (const [position, axis] of axes.entries())
    if ((list[axis] ?? 0) > 1) map.counted.push({ ...at.here, list: input, element: axis, ids, sizes, axis: position, each: 1 });
}

/** Marks of an output whose elements are the input's in another order. Returns false where it is not known which channels go where. */
export function move(
  map: ChannelMap,
  at: Place,
  { moves, sizes, remove }: { readonly moves: Moves; readonly sizes: number | undefined; readonly remove: boolean },
): boolean {
  const marks = map.marksOf(at.inputs[0]);
  const [shape, made] = [at.shape(0), at.made()];
  if (!marks) return true;
  const moved = shape && movedMarks(moves, at, shape, marks);
  if (!moved || !made || !at.output || moved.ids.length > MOST) return false;
  if (remove) {
    map.spreadOver(moved, made[moved.axes.at(-1) ?? 0] ?? 1);
    if (sizes !== undefined) {
      countSizes(map, at, sizes, moved, made);
      // A 0 hands on the size of the input's axis at its place, whatever that holds.
      if (at.list(sizes)?.some((size, axis) => size === 0 && marks.axes.includes(axis) !== moved.axes.includes(axis)) === true)
        map.sets.fix(moved.ids, `${at.node.opType} gives their number itself`);
    }
  }
  map.marked.set(at.output, moved);
  return true;
}

/** Channels one after another where that is the axis; else inputs share theirs. Returns false where sizes are not known. */
export function concatenate(map: ChannelMap, at: Place): boolean {
  const first = at.inputs.map((value) => map.marksOf(value)).find((marks) => marks !== undefined);
  if (!first) return true;
  const [made, { output }] = [at.made(), at];
  const [channels = 0, ...more] = first.axes;
  const parts = at.inputs.map((value, input) => {
    const size = at.shape(input)?.[channels];
    return value && size !== undefined ? map.opened(value, channels, size) : null;
  });
  if (!made || !output || more.length > 0 || !parts.every((ids) => ids !== null)) return false;
  if (axisOf(at.node, made.length, 1) !== channels) {
    if (parts.some((ids) => ids.length !== first.ids.length)) return false;
    for (const ids of parts) map.sets.join(first.ids, ids);
    map.marked.set(output, first);
    return true;
  }
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    ids.set(part, start);
    start += part.length;
  }
  map.marked.set(output, along(channels, ids));
  return true;
}

/** Each output gets its run of channels where that is the axis; else all have the input's. Returns false where sizes are not known. */
export function split(map: ChannelMap, at: Place, remove: boolean): boolean {
  const marks = map.marksOf(at.inputs[0]);
  const shape = at.shape(0);
  if (!marks) return true;
  const [channels = 0, ...more] = marks.axes;
  if (!shape || more.length > 0) return false;
  const cuts = axisOf(at.node, shape.length, 0) === channels;
  const parts: Int32Array[] = [];
  let start = 0;
  for (const [output, value] of at.outputs.entries()) {
    const size = at.made(output)?.[channels];
    if (!value || size === undefined) return false;
    const ids = cuts ? marks.ids.subarray(start, start + size) : marks.ids;
    map.marked.set(value, along(channels, ids));
    parts.push(ids);
    start += size;
  }
  if (!cuts || !remove) return true;
  if (at.inputs[1] !== undefined && at.list(1) === null)
    map.sets.fix(marks.ids, `${at.node.opType} is given their number when the model runs`);
  map.dealt.push({ ...at.here, parts });
  return true;
}

/** A run of the channels, from one place to another; null where it is not along their axis alone, or not known. */
export function cutOut(map: ChannelMap, at: Place): boolean {
  const marks = map.marksOf(at.inputs[0]);
  const [shape, made] = [at.shape(0), at.made()];
  if (!marks) return true;
  const lists = (['starts', 'ends', 'axes', 'steps'] as const).map((name, input) => intsAttribute(at.node, name) ?? at.list(input + 1));
  const [starts, ends, axes, steps] = lists;
  const [channels = 0, ...more] = marks.axes;
  if (!shape || !made || !at.output || !starts || !ends || more.length > 0) return false;
  if (at.inputs.some((value, input) => input > 0 && value !== undefined && at.list(input) === null)) return false;
  const element = (axes ?? starts.map((_, axis) => axis)).findIndex((axis) => positive(axis, shape.length) === channels);
  const size = marks.ids.length;
  const place = (limit: number): number => Math.min(size, Math.max(0, limit < 0 ? limit + size : limit));
  const [from, to] = element < 0 ? [0, size] : [place(starts[element] ?? 0), place(ends[element] ?? size)];
  if (element >= 0 && (steps?.[element] ?? 1) !== 1) return false;
  const ids = marks.ids.subarray(from, to);
  if (ids.length !== made[channels]) return false;
  map.marked.set(at.output, along(channels, ids));
  const byAttribute = intsAttribute(at.node, 'starts') !== undefined;
  for (const [list, before] of [
    [byAttribute ? 'starts' : 1, from],
    [byAttribute ? 'ends' : 2, to],
  ] as const) {
    const counts = marks.ids.subarray(0, before);
    if (element >= 0) map.counted.push({ ...at.here, list, element, ids: counts, sizes: [before], axis: 0, each: 1 });
  }
  return true;
}
