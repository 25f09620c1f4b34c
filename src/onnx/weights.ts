import type { NodeProto, TensorProto } from 'onnx-buf';
import type { Scope } from './graph';
import { intAttribute, intsAttribute, isOnnx } from './nodes';
import type { Role } from './roles';
import { isParameter, roleOf } from './roles';
import { readInts, shapeOf, sizeOf } from './tensor';
import type { Layer } from './types';
import type { Use, Value, ValueIndex } from './values';

/** A node that reads a constant as its weight, directly or through nodes that only rename, recast or reshape it. */
export interface WeightUse extends Use {
  readonly role: Role;
  readonly view: Layer['view'];
  /** Shape of the weight as this node sees it. */
  readonly shape: readonly number[];
  /** The way from the constant to the node; null where it is read directly. */
  readonly via: Passage | null;
}

/** A value between a constant and its reader, and the one before it: linked, so that a long chain with many readers costs what it holds. */
export interface Passage {
  readonly value: Value;
  readonly before: Passage | null;
}

/** The values of a way, the one next to the constant first. */
export function valuesAlong(via: Passage | null): Value[] {
  const values: Value[] = [];
  for (let at = via; at; at = at.before) values.push(at.value);
  return values.toReversed();
}

/** A use of a constant that is no weight: shown to the user where the constant is large. */
export interface OtherUse extends Use {
  readonly quiet: boolean;
}

export interface Reading {
  readonly weights: readonly WeightUse[];
  readonly others: readonly OtherUse[];
}

/** A value being looked at. `shape` is null once rows were cut apart. */
interface Place {
  readonly uses: Iterator<Use>;
  readonly shape: readonly number[] | null;
  readonly via: Passage | null;
}

/**
 * Finds who reads a constant. Through Identity, Cast, Reshape, Squeeze, Unsqueeze and Flatten the elements keep their order.
 * Slice and Concat along the first axis only reorder rows: exporters put the gates of a recurrent weight in ONNX's order so.
 * Each value on the way is looked at once, however many paths lead to it, and in the order of its readers, depth first.
 */
export function readersOf(index: ValueIndex, value: Value, tensor: TensorProto): Reading {
  const weights: WeightUse[] = [];
  const others: OtherUse[] = [];
  const whole = shapeOf(tensor);
  const seen = new Set<Value>([value]);
  const stack: Place[] = [{ uses: value.uses.values(), shape: whole, via: null }];
  for (let place = stack.at(-1); place; place = stack.at(-1)) {
    const { shape, via } = place;
    const step = place.uses.next();
    if (step.done) {
      stack.pop();
      continue;
    }
    const use = step.value;
    const { node } = use;
    const output = node.output[0];
    const next = output === undefined ? undefined : index.find(use.scope, output);
    const passed = use.input === 0 && shape ? shapeAfter(index, use.scope, node, shape) : null;
    if (next && (passed || movesRows(index, use, shape === null))) {
      if (!seen.has(next)) stack.push({ uses: next.uses.values(), shape: passed, via: { value: next, before: via } });
      seen.add(next);
      continue;
    }
    const role = roleOf(node, use.input);
    const view = shape ? role?.view(shape, node) : role?.rowsView?.(whole);
    if (!role || !view) others.push({ ...use, quiet: isParameter(node, use.input) });
    else weights.push({ ...use, role, view, shape: shape ?? whole, via });
  }
  return { weights, others };
}

/** Whether a node takes rows of its input apart or together; once they are apart, nodes that add an axis keep them as they are. */
function movesRows(index: ValueIndex, { node, scope, input }: Use, apart: boolean): boolean {
  if (!isOnnx(node.domain)) return false;
  if (node.opType === 'Concat') return intAttribute(node, 'axis', 0) === 0;
  if (input !== 0) return false;
  if (node.opType === 'Slice') {
    const axes = intsAttribute(node, 'axes') ?? integers(index, scope, node.input[3]);
    return axes?.length === 1 && axes[0] === 0 && (integers(index, scope, node.input[4])?.[0] ?? 1) === 1;
  }
  return apart && ['Identity', 'Cast', 'Unsqueeze'].includes(node.opType);
}

/** The shape that an order-keeping node gives its first input; null for nodes that compute something, or by unknown numbers. */
function shapeAfter(index: ValueIndex, scope: Scope, node: NodeProto, shape: readonly number[]): readonly number[] | null {
  if (!isOnnx(node.domain)) return null;
  switch (node.opType) {
    case 'Identity':
    case 'Cast':
      return shape;
    case 'Flatten': {
      const axis = Number(node.attribute.find((attribute) => attribute.name === 'axis')?.i ?? 1n);
      return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
    }
    case 'Reshape': {
      const target = integers(index, scope, node.input[1]);
      return target && reshaped(shape, target);
    }
    case 'Squeeze': {
      const axes = intsAttribute(node, 'axes') ?? integers(index, scope, node.input[1]) ?? [];
      const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
      return shape.filter((size, axis) => (axes.length > 0 ? !gone.has(axis) : size !== 1));
    }
    case 'Unsqueeze': {
      const axes = intsAttribute(node, 'axes') ?? integers(index, scope, node.input[1]);
      return axes ? unsqueezed(shape, axes) : null;
    }
    default:
      return null;
  }
}

function integers(index: ValueIndex, scope: Scope, name: string | undefined): number[] | null {
  const constant = name === undefined ? null : index.find(scope, name)?.constant;
  return constant ? readInts(constant) : null;
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
  for (const axis of axes.map((a) => (a < 0 ? a + rank : a)).toSorted((a, b) => a - b)) result.splice(axis, 0, 1);
  return result;
}
