import type { ModelProto } from 'onnx-buf';
import { addInitializer, uniqueNames } from '../../onnx/graph';
import { encodeFloats, FLOAT_TYPES, makeTensor } from '../../onnx/tensor';
import type { WeightType } from '../../onnx/types';
import type { ValueIndex } from '../../onnx/values';
import { readBias, writeBias } from '../layer-bias';
import type { FoldMatch } from './match';

export interface FoldedBias {
  /** Names of constants that this node reads no more. */
  readonly unused: readonly string[];
  /** The batch norm's place in the graph is still used (by an Add: MatMul has no bias input). */
  readonly keepsNode: boolean;
}

/** Gives the producer the bias b * scale + shift, of the weight's type, or says why it cannot. Nothing is edited in the latter case. */
export function foldBias(proto: ModelProto, index: ValueIndex, match: FoldMatch, type: WeightType): FoldedBias | string {
  const { producer, norm, scope, scale, shift } = match;
  if (producer.opType === 'MatMul') {
    const tensor = makeTensor(uniqueNames(proto)('bias'), FLOAT_TYPES[type], [shift.length], encodeFloats(type, Float32Array.from(shift)));
    addInitializer(proto, scope.graph, tensor);
    norm.opType = 'Add';
    norm.input = [producer.output[0] ?? '', tensor.name];
    norm.attribute = [];
    return { unused: [], keepsNode: true };
  }
  const bias = readBias(index, scope, producer, scale.length);
  if (typeof bias === 'string') return bias;
  const folded = bias.values.map((b, c) => b * (scale[c] ?? 1) + (shift[c] ?? 0));
  return { unused: writeBias(proto, scope, bias, folded, type), keepsNode: false };
}
