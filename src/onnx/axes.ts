/**
 * What the axes of a value are in the tensor that it was made of by nodes that only move elements: which channels lie where in the file.
 */
import { sizeOf } from './tensor';

/** Elements of the stored tensor: `size` of them, `stride` apart. */
interface Run {
  readonly size: number;
  readonly stride: number;
}

export interface Axis {
  readonly size: number;
  /** What a step along this axis is a step along in the stored tensor, major first. Empty for an axis that was made by repeating. */
  readonly runs: readonly Run[];
  /** Whether the axis runs over just these elements, in their order; false once some were cut off, others put beside, or all repeated. */
  readonly whole: boolean;
}

/** The axes of a tensor as it is stored, row-major. */
export function storedAxes(shape: readonly number[]): Axis[] {
  return shape.map((size, at) => ({ size, runs: [{ size, stride: sizeOf(shape.slice(at + 1)) }], whole: true }));
}

/** Sizes of the axes, outermost first. */
export function sizesOf(axes: readonly Axis[]): number[] {
  return axes.map(({ size }) => size);
}

/** Whether a value's elements are all those of the stored tensor in the order in which it keeps them. */
export function inStoredOrder(axes: readonly Axis[], count: number): boolean {
  let inner = 1;
  for (const { size, stride } of axes.flatMap(({ runs }) => runs).toReversed()) {
    if (size === 1) continue;
    if (stride !== inner) return false;
    inner *= size;
  }
  return inner === count && axes.every(({ whole }) => whole);
}

/**
 * The view [outer, channels, inner] of a stored tensor whose channels are what the given axes run over. Where these do not lie together
 * in the stored tensor, the largest part of them that does is taken: its channels are several of the node's each.
 */
export function storedView(channels: readonly Axis[], count: number): { outer: number; channels: number; inner: number } {
  const runs = channels.flatMap((axis) => axis.runs).toSorted((a, b) => a.stride - b.stride || a.size - b.size);
  const parts: Run[] = [];
  for (const run of runs) {
    const last = parts.at(-1);
    if (last && last.stride * last.size === run.stride) parts[parts.length - 1] = { size: last.size * run.size, stride: last.stride };
    else parts.push(run);
  }
  const [first, ...rest] = parts;
  if (!first) return { outer: 1, channels: 1, inner: count };
  const best = rest.reduce((most, part) => (part.size > most.size ? part : most), first);
  return { outer: count / (best.size * best.stride), channels: best.size, inner: best.stride };
}

/** The axes after a Reshape; null where it tears elements apart that are not known one by one. */
export function regrouped(axes: readonly Axis[], shape: readonly number[]): Axis[] | null {
  if (sizeOf(sizesOf(axes)) !== sizeOf(shape)) return null;
  const pieces: Axis[] = axes.flatMap((axis) =>
    axis.whole ? axis.runs.map((run) => ({ size: run.size, runs: [run], whole: true })) : [axis],
  );
  pieces.reverse();
  const result: Axis[] = [];
  for (const size of shape) {
    const taken: Axis[] = [];
    let left = size;
    while (left > 1) {
      const piece = pieces.pop();
      if (!piece) return null;
      if (left % piece.size === 0) {
        taken.push(piece);
        left /= piece.size;
        continue;
      }
      const [run] = piece.runs;
      if (!piece.whole || !run || piece.size % left !== 0) return null;
      const rest = piece.size / left;
      taken.push({ size: left, runs: [{ size: left, stride: run.stride * rest }], whole: true });
      pieces.push({ size: rest, runs: [{ size: rest, stride: run.stride }], whole: true });
      left = 1;
    }
    result.push(
      taken.length === 0
        ? single(pieces.at(-1))
        : { size, runs: taken.flatMap(({ runs }) => runs), whole: taken.every(({ whole }) => whole) },
    );
  }
  return result;
}

/** An axis of one place in front of another. */
function single(next: Axis | undefined): Axis {
  const [run] = next?.runs ?? [];
  return { size: 1, runs: [{ size: 1, stride: run ? run.size * run.stride : 1 }], whole: true };
}

/** The axes with one of size 1 at each of these places of the result. */
export function withSingles(axes: readonly Axis[], places: readonly number[]): Axis[] {
  const rank = axes.length + places.length;
  const result = [...axes];
  for (const place of places.map((at) => positive(at, rank)).toSorted((a, b) => a - b)) result.splice(place, 0, single(result[place]));
  return result;
}

/** The axes with one of them cut, or with others' elements beside its own. */
export function withMoved(axes: readonly Axis[], at: number, size: number): Axis[] {
  return axes.map((axis, place) => (place === at ? { ...axis, size, whole: false } : axis));
}

/** The axes repeated to a shape, aligned at the last one. */
export function expanded(axes: readonly Axis[], shape: readonly number[]): Axis[] {
  return shape.map((size, at) => {
    const axis = axes[at - (shape.length - axes.length)];
    return axis?.size === size ? axis : { size, runs: [], whole: false };
  });
}

/** ONNX counts negative axes from the last one. */
export function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** ONNX Reshape: 0 keeps the dimension, -1 takes what is left. */
export function reshaped(shape: readonly number[], target: readonly number[]): number[] {
  const sizes = target.map((size, axis) => (size === 0 ? (shape[axis] ?? 0) : size));
  const known = sizeOf(sizes.filter((size) => size !== -1));
  return sizes.map((size) => (size === -1 ? (known === 0 ? 0 : sizeOf(shape) / known) : size));
}

/** The shape with a 1 at each of the given axes of the result. */
export function unsqueezed(shape: readonly number[], axes: readonly number[]): number[] {
  const rank = shape.length + axes.length;
  const result = [...shape];
  for (const axis of axes.map((a) => positive(a, rank)).toSorted((a, b) => a - b)) result.splice(axis, 0, 1);
  return result;
}
