import type { TensorProto } from 'onnx-buf';
import type { Axis } from './axes';
import { inStoredOrder, sizesOf, storedAxes, storedView } from './axes';
import { checkWeight } from './check/weights';
import type { Ground, Moved } from './passages';
import { passOn } from './passages';
import { operatorOf } from './operators/table';
import type { ParameterPort, WeightPort } from './operators/types';
import { isUnremarked, parameterPort, weightPort } from './operators/weights';
import { shapeOf, sizeOf } from './tensor';
import type { Layer } from './types';
import type { Use, Value } from './values';

/** A node that reads a constant as a parameter, directly or through nodes that only rename, recast or move its elements. */
interface Reads<Port> extends Use {
  readonly port: Port;
  /** Of the stored tensor: its middle axis is the channels, of a weight the node's output channels. */
  readonly view: Layer['view'];
  /** Shape of the tensor as this node sees it. */
  readonly shape: readonly number[];
  /** Whether it sees all elements, in the order in which they are stored. */
  readonly inOrder: boolean;
  /** The way from the constant to the node; null where it is read directly. */
  readonly via: Passage | null;
}

export type WeightUse = Reads<WeightPort>;
export type ParameterUse = Reads<ParameterPort>;

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

/** The operator that a weight passes first on its way to this reader. */
export function firstPassed({ via }: Pick<WeightUse, 'via'>): string {
  return valuesAlong(via)[0]?.producer?.opType ?? 'other nodes';
}

/** A use of a constant that is no weight: shown to the user where the constant is large. */
export interface OtherUse extends Use {
  readonly quiet: boolean;
  /** What it is there, where it is a parameter. */
  readonly parameter: ParameterUse | null;
}

export interface Reading {
  readonly weights: readonly WeightUse[];
  readonly others: readonly OtherUse[];
  /** Whether the model returns the constant, or what only moves its elements. */
  readonly isReturned: boolean;
}

/** A value being looked at. */
interface Place {
  readonly readers: Iterator<Use | Moved>;
  readonly axes: readonly Axis[];
  readonly via: Passage | null;
}

/**
 * Finds who reads a constant, also where branches of an If return it to the graph around them. Each value on the way is looked at once,
 * however many paths lead to it, and in the order of its readers, depth first.
 * @throws WhittleError 'bad-model' where a node on the way, or the reader, cannot take the constant's shape.
 */
export function readersOf(ground: Ground, value: Value, tensor: TensorProto): Reading {
  const weights: WeightUse[] = [];
  const others: OtherUse[] = [];
  const whole = shapeOf(tensor);
  const count = sizeOf(whole);
  const seen = new Set<Value>([value]);
  const start = storedAxes(whole);
  const stack: Place[] = [{ readers: readers(ground, value, start), axes: start, via: null }];
  for (let place = stack.at(-1); place; place = stack.at(-1)) {
    const { axes, via } = place;
    const step = place.readers.next();
    if (step.done) {
      stack.pop();
      continue;
    }
    const reader = step.value;
    const passed = 'axes' in reader ? [reader] : passOn(ground, reader, axes);
    if (passed) {
      for (const next of passed.filter((each) => !seen.has(each.value)).toReversed()) {
        seen.add(next.value);
        stack.push({ readers: readers(ground, next.value, next.axes), axes: next.axes, via: { value: next.value, before: via } });
      }
    } else if (!('axes' in reader)) {
      const { node, input } = reader;
      const shape = sizesOf(axes);
      const port = weightPort(node, input);
      const channels = port?.outputs(shape, node);
      const reads = <Port>(as: Port, along: readonly number[]): Reads<Port> => {
        const stored = along.flatMap((axis) => axes[axis] ?? []);
        return { ...reader, port: as, view: storedView(stored, count), shape, inOrder: inStoredOrder(axes, count), via };
      };
      if (port && channels) {
        if (axes.every((axis) => axis.whole)) checkWeight(node, input, shape);
        weights.push(reads(port, channels));
      } else {
        const other = parameterPort(node, input, shape);
        others.push({ ...reader, quiet: isUnremarked(node, input), parameter: other && reads(other, other.channels(shape)) });
      }
    }
  }
  return { weights, others, isReturned: [...seen].some((each) => each.isOutput && each.scope.parent === null) };
}

/** Who reads a value, and what it is called where branches of an If return it. */
function* readers({ index }: Ground, value: Value, axes: readonly Axis[]): Generator<Use | Moved> {
  yield* value.uses;
  for (const { scope, position } of value.returns) {
    if (!scope.owner || !scope.parent || operatorOf(scope.owner)?.control !== 'branches') continue;
    const given = index.find(scope.parent, scope.owner.output[position] ?? '');
    // Another branch may give another weight in its place.
    if (given) yield { value: given, axes: axes.map((axis) => ({ ...axis, whole: false })) };
  }
}
