import type { ModelProto } from 'onnx-buf';
import { addInitializer, uniqueNames } from '../../onnx/graph';
import { productOf } from '../../onnx/operators/weights';
import { encodeFloats, FLOAT_TYPES, holdsFloats, makeTensor } from '../../onnx/tensor';
import type { ValueIndex } from '../../onnx/values';
import { floatTypeOf, readBias, writeBias } from '../layer-bias';
import type { FoldMatch } from './match';

export interface FoldedBias {
  /** Names of constants that this node reads no more. */
  readonly unused: readonly string[];
  /** The batch norm's place in the graph is still used (by an Add, where the product has no bias input). */
  readonly keepsNode: boolean;
}

/** How to give the producer the bias b * scale + shift, in the type that it computes in, or why it cannot have it. */
export function foldBias(proto: ModelProto, index: ValueIndex, match: FoldMatch): (() => FoldedBias) | string {
  const { producer, norm, scope, scale, shift } = match;
  if (productOf(producer)?.bias === null) {
    const type = floatTypeOf(index, scope, norm.input[0] ?? '');
    if (type === null) return 'The type that it computes in is not known.';
    if (!holdsFloats(type, shift)) return `Its folded bias has values that ${type} does not hold.`;
    return () => {
      const tensor = makeTensor(
        uniqueNames(proto)('bias'),
        FLOAT_TYPES[type],
        [shift.length],
        encodeFloats(type, Float32Array.from(shift)),
      );
      addInitializer(proto, scope.graph, tensor);
      norm.opType = 'Add';
      norm.input = [producer.output[0] ?? '', tensor.name];
      norm.output = norm.output.slice(0, 1);
      norm.attribute = [];
      return { unused: [], keepsNode: true };
    };
  }
  const bias = readBias(index, scope, producer, scale.length);
  if (typeof bias === 'string') return bias;
  const folded = bias.values.map((b, c) => b * (scale[c] ?? 1) + (shift[c] ?? 0));
  if (!holdsFloats(bias.type, folded)) return `Its folded bias has values that ${bias.type} does not hold.`;
  return () => ({ unused: writeBias(proto, scope, bias, folded), keepsNode: false });
}
