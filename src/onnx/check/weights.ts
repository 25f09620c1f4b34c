import { own } from '../../base/own';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { intAttribute, intsAttribute, isOnnx } from '../nodes';
import { shapeOf } from '../tensor';
import { badModel, nodeLabel, quoted } from './problem';
import { shapeText } from './tensors';

/** The constant that a node reads as an input; undefined for values that are computed or left out. */
type Constants = (input: number) => TensorProto | undefined;

/**
 * Checks that the constants which a node reads as its weights have shapes that its operator can take.
 * @throws WhittleError 'bad-model' naming the tensor and the node.
 */
export function checkWeights(node: NodeProto, constant: Constants): void {
  if (!isOnnx(node.domain)) return;
  for (const input of node.input.keys()) {
    const tensor = constant(input);
    if (tensor) checkWeight(node, input, shapeOf(tensor), constant);
  }
}

/** As `checkWeights`, for one input whose shape is known, also where the constant was reshaped on the way. */
export function checkWeight(node: NodeProto, input: number, shape: readonly number[], constant: Constants = () => undefined): void {
  const problem = own(RULES, node.opType)?.(shape, input, node, constant);
  if (problem) throw badModel(`Tensor ${quoted(node.input[input] ?? '')} ${shapeText(shape)} does not fit ${nodeLabel(node)}: ${problem}.`);
}

type Shape = readonly number[];
type Rule = (shape: Shape, input: number, node: NodeProto, constant: Constants) => string | null;

function convolution(shape: Shape, input: number, node: NodeProto, constant: Constants): string | null {
  const transposed = node.opType === 'ConvTranspose';
  const group = intAttribute(node, 'group', 1);
  const weight = constant(1);
  if (input === 1) {
    if (shape.length < 3) return 'a weight has at least three dimensions';
    if ((shape[0] ?? 0) % group !== 0) return `its first dimension is not divided by ${group} groups`;
    const kernel = intsAttribute(node, 'kernel_shape') ?? [];
    if (kernel.length > 0 && (kernel.length !== shape.length - 2 || kernel.some((size, axis) => size !== shape[axis + 2]))) return `"kernel_shape" is [${kernel.join(', ')}]`;
    const strides = intsAttribute(node, 'strides') ?? [];
    if (strides.length > 0 && strides.length !== shape.length - 2) return `"strides" is [${strides.join(', ')}]`;
  }
  if (input === 2 && weight && weight.dims.length >= 3) {
    const [first = 0, second = 0] = shapeOf(weight);
    const channels = transposed ? second * group : first;
    if (shape.length !== 1 || shape[0] !== channels) return `a bias has one value for each of ${channels} channels`;
  }
  return null;
}

function recurrent(shape: Shape, input: number, node: NodeProto): string | null {
  const gates = { LSTM: 4, GRU: 3, RNN: 1 }[node.opType] ?? 1;
  const ranks: Readonly<Record<number, number>> = { 1: 3, 2: 3, 3: 2 };
  const rank = ranks[input];
  if (rank === undefined) return null;
  if (shape.length !== rank) return `it must have ${rank} dimensions`;
  const hidden = input === 2 ? (shape[2] ?? 0) : intAttribute(node, 'hidden_size', 0);
  const rows = hidden * gates * (input === 3 ? 2 : 1);
  return hidden > 0 && shape[1] !== rows ? `its second dimension must be ${rows}` : null;
}

const matrix: Rule = (shape, input) => (input < 2 && shape.length !== 2 ? 'it must be a matrix' : null);
const factor: Rule = (shape) => (shape.length === 0 ? 'it must have a dimension' : null);

function norm(shape: Shape, input: number, node: NodeProto, constant: Constants): string | null {
  if (input === 0 || intAttribute(node, 'spatial', 1) === 0) return null;
  const scale = constant(1);
  const channels = scale && shapeOf(scale)[0];
  if (shape.length !== 1) return 'it must have one dimension';
  return channels !== undefined && shape[0] !== channels ? `it must have ${channels} values` : null;
}

const RULES: Readonly<Record<string, Rule>> = {
  Conv: convolution,
  ConvTranspose: convolution,
  Gemm: matrix,
  MatMul: factor,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  BatchNormalization: norm,
};
