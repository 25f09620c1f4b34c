import type { ModelProto } from 'onnx-buf';
import { addInitializer, uniqueNames } from '../../onnx/graph';
import { findAttribute } from '../../onnx/nodes';
import { encodeFloats, FLOAT_TYPES, makeTensor } from '../../onnx/tensor';
import type { WeightType } from '../../onnx/types';
import type { ValueIndex } from '../../onnx/values';
import { constantFloats, type FoldMatch } from './match';

export interface FoldedBias {
  /** Names of constants that this node reads no more. */
  readonly unused: readonly string[];
  /** The batch norm's place in the graph is still used (by an Add: MatMul has no bias input). */
  readonly keepsNode: boolean;
}

/** Gives the producer the bias b * scale + shift, of the weight's type, or says why it cannot. Nothing is edited in the latter case. */
export function foldBias(proto: ModelProto, index: ValueIndex, match: FoldMatch, type: WeightType): FoldedBias | string {
  const { producer, norm, scope, scale, shift } = match;
  const old = producer.opType === 'MatMul' ? '' : (producer.input[2] ?? '');
  const bias = old === '' ? undefined : constantFloats(index, scope, old);
  if (old !== '' && bias === undefined) return `The bias "${old}" is not a constant.`;
  const dims = index.find(scope, old)?.constant?.dims ?? [];
  const channels = scale.length;
  // A Gemm's bias may broadcast; a full matrix differs by row, which a bias per channel cannot hold.
  if (bias && bias.length !== 1 && !(bias.length === channels && Number(dims.at(-1)) === channels)) return `The bias "${old}" is not one value a channel.`;
  const beta = producer.opType === 'Gemm' ? (findAttribute(producer, 'beta')?.f ?? 1) : 1;
  const folded = Float32Array.from(scale, (s, c) => (bias ? beta * ((bias.length === 1 ? bias[0] : bias[c]) ?? 0) * s : 0) + (shift[c] ?? 0));

  const tensor = makeTensor(uniqueNames(proto)('folded_bias'), FLOAT_TYPES[type], [channels], encodeFloats(type, folded));
  addInitializer(proto, scope.graph, tensor);
  if (producer.opType === 'MatMul') {
    norm.opType = 'Add';
    norm.input = [producer.output[0] ?? '', tensor.name];
    norm.attribute = [];
    return { unused: [], keepsNode: true };
  }
  producer.input[2] = tensor.name;
  producer.attribute = producer.attribute.filter((a) => producer.opType !== 'Gemm' || a.name !== 'beta');
  return { unused: old === '' ? [] : [old], keepsNode: false };
}
