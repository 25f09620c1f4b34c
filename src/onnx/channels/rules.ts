/** How channels go through nodes. Each rule says whether it could follow them; nothing is to be followed where no input has any. */
import { axisOf } from '../operators/shape-rules';
import type { Moves, Shape } from '../operators/types';
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

/** Of the first input. @param own what the operator's rule says of the node's other constants and of its channels. */
export function keep(
  map: ChannelMap,
  at: Place,
  own: { readonly mixes: boolean; readonly parameters: boolean; readonly remove: boolean },
): boolean {
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
  if (own.mixes) map.sets.fix(marks.ids, `${at.node.opType} computes across channels of "${x?.name ?? ''}"`);
  if (own.parameters) for (const value of others) map.hold(value, marks.ids);
  else if (own.remove && others.some((_, input) => names(at.list(input + 1), made, marks.axes)))
    map.sets.fix(marks.ids, `${at.node.opType} gives their number itself`);
  map.marked.set(at.output, marks);
  return true;
}

/** Whether a list of integers gives sizes of all axes, and of these as more than one channel. */
function names(list: readonly number[] | null, made: Shape, axes: readonly number[]): boolean {
  return list?.length === made.length && axes.some((axis) => (list[axis] ?? 0) > 1 && list[axis] === made[axis]);
}

/** Marks of an output whose elements are the input's in another order. Returns false where it is not known which channels go where. */
export function move(
  map: ChannelMap,
  at: Place,
  { moves, regroups, remove }: { readonly moves: Moves; readonly regroups: boolean; readonly remove: boolean },
): boolean {
  const marks = map.marksOf(at.inputs[0]);
  const [shape, made] = [at.shape(0), at.made()];
  if (!marks) return true;
  const moved = shape && movedMarks(moves, at, shape, marks);
  if (!moved || !made || !at.output || moved.ids.length > MOST) return false;
  if (remove) level(map, moved, made[moved.axes.at(-1) ?? 0] ?? 1);
  if (remove && regroups && names(at.list(1), made, moved.axes)) map.sets.fix(moved.ids, `${at.node.opType} gives their number itself`);
  map.marked.set(at.output, moved);
  return true;
}

/** Channels split over several axes can only go row by row: those at the same place of the last one are one. */
function level({ sets }: ChannelMap, { axes, ids }: Marks, row: number): void {
  if (axes.length < 2) return;
  for (let start = row; start < ids.length; start += row) sets.join(ids.subarray(0, row), ids.subarray(start, start + row));
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
  if (cuts && remove) map.sets.fix(marks.ids, `${at.node.opType} deals them out by number`);
  let start = 0;
  for (const [output, value] of at.outputs.entries()) {
    const size = at.made(output)?.[channels];
    if (!value || size === undefined) return false;
    map.marked.set(value, cuts ? along(channels, marks.ids.subarray(start, start + size)) : marks);
    start += size;
  }
  return true;
}
