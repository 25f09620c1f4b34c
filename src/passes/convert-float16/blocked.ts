import type { NodeProto } from 'onnx-buf';
import { isOnnx, subgraphsOf } from '../../onnx/nodes';
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
 * The nodes that go on computing in float32: asked-for op types, operators without a float16 form, foreign domains, and
 * arithmetic on shapes, where float16 cannot even count beyond 2048. Control flow is never among them: its bodies are converted.
 */
export function blockedNodes(index: ValueIndex, blockOps: ReadonlySet<string>, opset: number): Set<NodeProto> {
  const fromShape = createFromShape(index);
  const blocked = new Set<NodeProto>();
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      if (subgraphsOf(node).length > 0) continue;
      const foreign = !isOnnx(node.domain) && node.opType !== 'MatMulNBits';
      const noHalf = NO_HALF.has(node.opType) || (HALF_SINCE_19.has(node.opType) && opset < 19);
      const output = index.find(scope, node.output[0] ?? '');
      if (foreign || noHalf || blockOps.has(node.opType) || (output && fromShape(output))) blocked.add(node);
    }
  }
  return blocked;
}

/** Whether a value is worked out from shapes and constants alone. */
function createFromShape(index: ValueIndex): (value: Value) => boolean {
  const known = new Map<Value, boolean>();
  const answer = (value: Value): boolean => {
    const kept = known.get(value);
    if (kept !== undefined) return kept;
    known.set(value, false);
    const result = work(value);
    known.set(value, result);
    return result;
  };
  const work = ({ producer, scope }: Value): boolean => {
    if (!producer || producer.opType === 'ConstantOfShape' || subgraphsOf(producer).length > 0) return false;
    if (producer.opType === 'Shape' || producer.opType === 'Size') return true;
    const inputs = producer.input.map((name) => index.find(scope, name)).filter((v) => v !== undefined && v.constant === null);
    return inputs.length > 0 && inputs.every((v) => v !== undefined && answer(v));
  };
  return answer;
}
