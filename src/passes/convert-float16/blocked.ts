import type { NodeProto } from 'onnx-buf';
import { isOnnx, subgraphsOf } from '../../onnx/nodes';
import { DataType } from '../../onnx/tensor';
import type { Value, ValueIndex } from '../../onnx/values';

/** Standard operators with no float16 form in their definition, or none that runtimes have. */
const NO_HALF: ReadonlySet<string> = new Set(
  'LSTM GRU RNN Range CumSum NonMaxSuppression DynamicQuantizeLinear QLinearConv QLinearMatMul Multinomial MelWeightMatrix TfIdfVectorizer ImageDecoder'.split(' '),
);

/** Operators whose scales may be float16 since opset 19 only. */
const HALF_SINCE_19: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);

/** Inputs that the definition fixes to float32 whatever the data's type: scales and regions of resampling. */
const FIXED_INPUTS: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2], Upsample: [1] };

/** Whether this input of this operator stays float32 although the node computes in float16. */
export function isFixedInput(node: NodeProto, input: number): boolean {
  return isOnnx(node.domain) && (FIXED_INPUTS[node.opType]?.includes(input) ?? false);
}

/**
 * The nodes that go on computing in float32: asked-for op types, operators without a float16 form, foreign domains,
 * arithmetic on shapes, where float16 cannot even count beyond 2048, and on constants (decoding packed weights), which runtimes
 * fold at load in float32 only. Control flow is never among them: its bodies are converted.
 */
export function blockedNodes(index: ValueIndex, blockOps: ReadonlySet<string>, opset: number): Set<NodeProto> {
  const originOf = createOrigins(index);
  const blocked = new Set<NodeProto>();
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      // Constants follow their readers.
      if (subgraphsOf(node).length > 0 || node.opType === 'Constant') continue;
      const foreign = !isOnnx(node.domain) && node.opType !== 'MatMulNBits';
      const noHalf = NO_HALF.has(node.opType) || (HALF_SINCE_19.has(node.opType) && opset < 19);
      const output = index.find(scope, node.output[0] ?? '');
      if (foreign || noHalf || blockOps.has(node.opType) || (output && originOf(output) !== null)) blocked.add(node);
    }
  }
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      const output = index.find(scope, node.output[0] ?? '');
      // A weight stored in float16 and widened at load is read in float16 here: without this it would go there and back.
      const widens = node.opType === 'Cast' && index.find(scope, node.input[0] ?? '')?.constant?.dataType === DataType.FLOAT16;
      if (widens && output && !output.uses.some((use) => blocked.has(use.node))) blocked.delete(node);
    }
  }
  return blocked;
}

/**
 * Whether a value is worked out from constants alone, or from constants and shapes; null where data goes in. What random makers
 * and graphs inside nodes give counts as data, and so does a tensor filled to a shape.
 */
function createOrigins(index: ValueIndex): (value: Value) => 'constant' | 'shape' | null {
  const known = new Map<Value, 'constant' | 'shape' | null>();
  const answer = (value: Value): 'constant' | 'shape' | null => {
    const kept = known.get(value);
    if (kept !== undefined) return kept;
    known.set(value, null);
    const result = work(value);
    known.set(value, result);
    return result;
  };
  const work = ({ producer, constant, scope }: Value): 'constant' | 'shape' | null => {
    if (constant !== null || producer?.opType === 'Constant') return 'constant';
    if (!producer || producer.opType.startsWith('Random') || subgraphsOf(producer).length > 0) return null;
    if (producer.opType === 'Shape' || producer.opType === 'Size') return 'shape';
    const origins = producer.input.flatMap((name) => {
      const input = index.find(scope, name);
      return input ? [answer(input)] : [];
    });
    if (origins.length === 0 || origins.includes(null)) return null;
    if (!origins.includes('shape')) return 'constant';
    return producer.opType === 'ConstantOfShape' ? null : 'shape';
  };
  return answer;
}
