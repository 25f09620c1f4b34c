/** Parts of shape rules (ONNX operator specification). */
import type { NodeProto } from 'onnx-buf';
import { positive } from '../axes';
import { intAttribute, intsAttribute, stringAttribute } from '../nodes';
import type { Known, Operator, Shape } from './types';

type Rule = NonNullable<Operator['shape']>;

/** Rule of an operator with one output whose first input's shape is known. */
export function unary(infer: (x: Shape, known: Known) => Shape | null): Rule {
  return (known) => [known.shapes[0] ? infer(known.shapes[0], known) : null];
}

/** One output, of the first input's shape. */
export const sameShape = unary((x) => x);

/** One output, of the shape to which all inputs are broadcast. */
export const broadcastShape: Rule = ({ shapes }) => [broadcast(shapes)];

/** Multidirectional broadcasting; null where a shape is not known or they do not fit. */
export function broadcast(shapes: readonly (Shape | null)[]): Shape | null {
  const rank = Math.max(0, ...shapes.map((shape) => shape?.length ?? 0));
  const result = Array.from({ length: rank }, () => 1);
  for (const shape of shapes) {
    if (!shape) return null;
    for (const [at, size] of shape.entries()) {
      const axis = at + rank - shape.length;
      if (size !== 1 && result[axis] !== 1 && result[axis] !== size) return null;
      if (size !== 1) result[axis] = size;
    }
  }
  return result;
}

/** The shape without these axes, or with 1 in their places. */
export function reduced(x: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? x.map((size, axis) => (axes.includes(axis) ? 1 : size)) : x.filter((_, axis) => !axes.includes(axis));
}

/** The axis that an attribute "axis" names, counted from the first. */
export function axisOf(node: NodeProto, rank: number, usual: number): number {
  return positive(intAttribute(node, 'axis', usual), rank);
}

/** Output lengths of sliding windows (Conv and pooling), at least 1: an open input length counts as 1 and may be too short. */
export function windows(node: NodeProto, lengths: Shape, kernel: Shape): Shape {
  const strides = intsAttribute(node, 'strides');
  const dilations = intsAttribute(node, 'dilations');
  const pads = intsAttribute(node, 'pads');
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const ceil = intAttribute(node, 'ceil_mode', 0) !== 0;
  return lengths.map((length, axis) => {
    const stride = strides?.[axis] ?? 1;
    if (autoPad.startsWith('SAME')) return Math.ceil(length / stride);
    const extent = ((kernel[axis] ?? 1) - 1) * (dilations?.[axis] ?? 1) + 1;
    const padding = autoPad === 'VALID' ? 0 : (pads?.[axis] ?? 0) + (pads?.[axis + lengths.length] ?? 0);
    const steps = (length + padding - extent) / stride;
    // A last window that would start beyond the input and its leading pad is dropped.
    const last = ceil && Math.ceil(steps) * stride < length + (pads?.[axis] ?? 0) ? Math.ceil(steps) : Math.floor(steps);
    return Math.max(1, last + 1);
  });
}
