import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../../onnx/graph';
import { findAttribute, intAttribute } from '../../onnx/nodes';
import { productOf } from '../../onnx/operators/weights';
import type { ShapeIndex } from '../../onnx/shapes';
import { readFloats } from '../../onnx/tensor';
import type { ChannelMoments } from '../../onnx/types';
import type { ValueIndex } from '../../onnx/values';
import { floatConstant } from '../layer-bias';

/** A batch norm with the node whose weights can take it in. */
export interface FoldMatch {
  readonly scope: Scope;
  readonly norm: NodeProto;
  readonly producer: NodeProto;
  /** y = x * scale + shift per channel, in float64. */
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  /** Of its output. */
  readonly moments: ChannelMoments;
}

/** The match of a BatchNormalization node, or the reason why there is none. */
export function matchNorm(
  { index, shapes }: { readonly index: ValueIndex; readonly shapes: ShapeIndex },
  scope: Scope,
  norm: NodeProto,
): FoldMatch | string {
  if (intAttribute(norm, 'training_mode', 0) === 1 || norm.output.slice(1).some((name) => name !== '')) return 'It is in training form.';
  if (intAttribute(norm, 'spatial', 1) === 0) return 'It normalizes each position on its own (spatial = 0).';
  const input = index.find(scope, norm.input[0] ?? '');
  const producer = input?.producer;
  if (!input || !producer || input.scope.graph !== scope.graph) return 'Its input is not computed in the same graph.';
  const product = productOf(producer);
  if (!product) return `It follows ${producer.opType}, which has no weights to fold into.`;
  if (input.uses.length > 1 || input.isOutput) return `Its input "${input.name}" is used elsewhere too.`;
  if (product.bias === null && shapes.find(scope, input.name)?.length !== 2) {
    return `The ${producer.opType} before it is not known to give a matrix, so its channels may not be the columns.`;
  }
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => constantFloats(index, scope, norm.input[i] ?? ''));
  if (!gamma || !beta || !mean || !variance) return 'Its parameters are not constants.';
  const epsilon = findAttribute(norm, 'epsilon')?.f ?? 1e-5;
  const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] ?? 0) + epsilon));
  const shift = scale.map((s, c) => (beta[c] ?? 0) - (mean[c] ?? 0) * s);
  if (![...scale, ...shift].every((v) => Number.isFinite(v))) return 'Its parameters give values that are not finite.';
  return { scope, norm, producer, scale, shift, moments: { mean: Float64Array.from(beta), deviation: Float64Array.from(gamma, Math.abs) } };
}

/** Values of a float constant that this graph can read; undefined for anything else. */
function constantFloats(index: ValueIndex, scope: Scope, name: string): Float32Array | undefined {
  const constant = floatConstant(index, scope, name);
  return constant && readFloats(constant);
}
