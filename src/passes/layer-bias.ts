/** Where the bias of a Conv, ConvTranspose, Gemm or MatMul is kept, and how another takes its place. */
import type { NodeProto, TensorProto } from 'onnx-buf';
import { indexTypes } from '../onnx/element-types';
import type { Scope } from '../onnx/graph';
import { operatorOf } from '../onnx/operators/table';
import { factorsOf, productOf } from '../onnx/operators/weights';
import { readFloats, weightType } from '../onnx/tensor';
import type { WeightType } from '../onnx/types';
import type { ValueIndex } from '../onnx/values';
import { replaceParameter, type Edited } from './replace-parameter';

export interface LayerBias {
  /** What is added to each output channel, in float64; zeros where there is no bias. */
  readonly values: Float64Array;
  /** The node whose input it is: the layer's own, or the Add after a MatMul. */
  readonly node: NodeProto;
  /** Which of the node's inputs. */
  readonly input: number;
  /** Of the tensor that takes its place. */
  readonly dims: readonly number[];
  /** What the node computes in, which a weight may be stored in another type than. */
  readonly type: WeightType;
}

/**
 * The bias of a node with this many output channels; the reason in words where there is none that can be changed channel by channel.
 * A MatMul has one only where its product is read by nothing but an Add of a constant.
 */
export function readBias(index: ValueIndex, scope: Scope, node: NodeProto, channels: number): LayerBias | string {
  const input = productOf(node)?.bias ?? null;
  if (input === null) return readAdded(index, scope, node, channels);
  const name = node.input[input] ?? '';
  const type = floatTypeOf(index, scope, node.input[1] ?? '');
  if (type === null) return 'The type that it computes in is not known.';
  if (name === '') return { values: new Float64Array(channels), node, input, dims: [channels], type };
  const constant = floatConstant(index, scope, name);
  if (constant === undefined) return `The bias "${name}" is not a constant.`;
  const factor = factorsOf(node).bias;
  const values = perChannel(constant, channels, 1);
  // A Gemm's bias may broadcast; a full matrix differs by row, which a bias per channel cannot hold.
  return values === null
    ? `The bias "${name}" is not one value a channel.`
    : { values: values.map((b) => b * factor), node, input, dims: [channels], type };
}

function readAdded(index: ValueIndex, scope: Scope, node: NodeProto, channels: number): LayerBias | string {
  const product = index.find(scope, node.output[0] ?? '');
  const [use] = product?.uses ?? [];
  if (!product || !use || product.uses.length > 1 || product.isOutput || operatorOf(use.node)?.adds !== true) {
    return 'This MatMul is not followed by an Add, and has no bias of its own.';
  }
  const input = 1 - use.input;
  const constant = floatConstant(index, use.scope, use.node.input[input] ?? '');
  const values = constant && perChannel(constant, channels, 1);
  if (!constant || !values) return 'The Add after this MatMul does not add a constant with one value a channel.';
  const type = weightType(constant.dataType);
  if (!type) return 'The type that it computes in is not known.';
  // A single value with more axes than the product gives the sum as many.
  return { values, node: use.node, input, dims: [...constant.dims.slice(0, -1).map(Number), channels], type };
}

/** As `replaceParameter`, of a layer's bias. */
export function replaceBias(context: Edited, scope: Scope, bias: LayerBias, values: ArrayLike<number>): string[] {
  const factor = productOf(bias.node)?.factors?.bias;
  if (factor !== undefined) bias.node.attribute = bias.node.attribute.filter((a) => a.name !== factor);
  return replaceParameter(context, scope, bias, 'bias', values);
}

/** The float type that a value has where it is read; null where it is none or nothing tells. */
export function floatTypeOf(index: ValueIndex, scope: Scope, name: string): WeightType | null {
  const value = index.find(scope, name);
  return value === undefined ? null : weightType(indexTypes(index).typeOf(value) ?? 0);
}

/** A float constant that a graph can read; undefined for anything else. */
export function floatConstant(index: ValueIndex, scope: Scope, name: string): TensorProto | undefined {
  const constant = index.find(scope, name)?.constant;
  return constant && weightType(constant.dataType) ? constant : undefined;
}

/**
 * The values of a constant that is added to channels, one for each; null where it holds anything else.
 * @param axis of the channels, counted from the last: 1 is the last itself, 3 for [N, C, H, W].
 */
export function perChannel(constant: TensorProto, channels: number, axis: number): Float64Array | null {
  const values = readFloats(constant);
  if (values.length === 1) return new Float64Array(channels).fill(values[0] ?? 0);
  return values.length === channels && Number(constant.dims.at(-axis)) === channels ? Float64Array.from(values) : null;
}
