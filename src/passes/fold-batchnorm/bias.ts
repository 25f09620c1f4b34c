import { productOf } from '../../onnx/operators/weights';
import { holdsFloats } from '../../onnx/tensor';
import type { ValueIndex } from '../../onnx/values';
import { floatTypeOf, readBias, replaceBias } from '../layer-bias';
import { replaceParameter, type Edited } from '../replace-parameter';
import type { FoldMatch } from './match';

export interface FoldedBias {
  /** Names of constants that this node reads no more. */
  readonly unused: readonly string[];
  /** The batch norm's place in the graph is still used (by an Add, where the product has no bias input). */
  readonly keepsNode: boolean;
}

/** How to give the producer the bias b * scale + shift, in the type that it computes in, or why it cannot have it. */
export function foldBias(context: Edited, index: ValueIndex, match: FoldMatch): (() => FoldedBias) | string {
  const { producer, norm, scope, scale, shift } = match;
  if (productOf(producer)?.bias === null) {
    const type = floatTypeOf(index, scope, norm.input[0] ?? '');
    if (type === null) return 'The type that it computes in is not known.';
    if (!holdsFloats(type, shift)) return `Its folded bias has values that ${type} does not hold.`;
    return () => {
      norm.opType = 'Add';
      norm.input = [producer.output[0] ?? '', ''];
      norm.output = norm.output.slice(0, 1);
      norm.attribute = [];
      replaceParameter(context, scope, { node: norm, input: 1, values: shift.map(() => 0), dims: [shift.length], type }, 'bias', shift);
      return { unused: [], keepsNode: true };
    };
  }
  const bias = readBias(index, scope, producer, scale.length);
  if (typeof bias === 'string') return bias;
  const folded = bias.values.map((b, c) => b * (scale[c] ?? 1) + (shift[c] ?? 0));
  if (!holdsFloats(bias.type, folded)) return `Its folded bias has values that ${bias.type} does not hold.`;
  return () => ({ unused: replaceBias(context, scope, bias, folded), keepsNode: false });
}
