import { own } from '../base/own';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { intAttribute, intsAttribute, isOnnx } from './nodes';
import { DataType, readInts, sizeOf } from './tensor';

type Numbers = readonly number[];

/** Shape arithmetic is short; anything longer is data. */
const MAX_ELEMENTS = 64;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => Math.trunc(a / b),
};

/** Values of a small int32 or int64 constant; null for others. */
export function constantIntegers(tensor: TensorProto): Numbers | null {
  const whole = tensor.dataType === DataType.INT64 || tensor.dataType === DataType.INT32;
  return whole && sizeOf(tensor.dims) <= MAX_ELEMENTS ? readInts(tensor) : null;
}

/**
 * The integers that a node of shape arithmetic makes (Shape, Gather, Slice, Concat, ... as exporters write them before Reshape
 * and Expand); null for other nodes or unknown inputs. Rank 0 and 1 are not told apart.
 */
export function inferIntegers(node: NodeProto, inputs: readonly (Numbers | null)[], firstShape: Numbers | null): Numbers | null {
  if (!isOnnx(node.domain)) return null;
  const [a, b] = inputs;
  const arithmetic = own(ARITHMETIC, node.opType);
  if (arithmetic) return a && b ? elementwise(a, b, arithmetic) : null;
  switch (node.opType) {
    case 'Shape': {
      const start = intAttribute(node, 'start', 0);
      return firstShape?.slice(start, intAttribute(node, 'end', firstShape.length)) ?? null;
    }
    case 'Cast':
    case 'Identity':
    case 'Unsqueeze':
    case 'Squeeze':
      return a ?? null;
    case 'Gather':
      return a && b ? b.map((index) => a.at(index) ?? 0) : null;
    case 'Concat':
      return inputs.every((part) => part !== null) ? inputs.flat() : null;
    case 'Slice': {
      const starts = intsAttribute(node, 'starts') ?? b;
      const ends = intsAttribute(node, 'ends') ?? inputs[2];
      return a && starts?.length === 1 && ends?.length === 1 && (inputs[4]?.[0] ?? 1) === 1 ? a.slice(starts[0], ends[0]) : null;
    }
    default:
      return null;
  }
}

function elementwise(a: Numbers, b: Numbers, apply: (a: number, b: number) => number): Numbers {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => apply(a[a.length === 1 ? 0 : i] ?? 0, b[b.length === 1 ? 0 : i] ?? 0));
}
