import type { ModelProto, TensorProto } from 'onnx-buf';
import { weightReaders } from './derived';
import type { Ground } from './passages';
import { operatorOf } from './operators/table';
import { takesWeights, weightPort } from './operators/weights';
import { DataType, shapeOf, sizeOf, typeName, weightType } from './tensor';
import type { Use, Value } from './values';
import type { Reading } from './weights';

/** Constants below this size are never worth a line: they hold no weight that matters. */
export const NOTABLE_ELEMENTS = 64;

const CODES: ReadonlySet<number> = new Set([
  DataType.INT8,
  DataType.UINT8,
  DataType.INT4,
  DataType.UINT4,
  DataType.INT2,
  DataType.UINT2,
  DataType.FLOAT4E2M1,
  DataType.FLOAT8E4M3FN,
  DataType.FLOAT8E4M3FNUZ,
  DataType.FLOAT8E5M2,
  DataType.FLOAT8E5M2FNUZ,
]);

/** Says of constants that are no layers why; null where nobody would expect one: small ones, indices, biases, norms and scales. */
export function createReasons(
  proto: ModelProto,
  { index, derived }: Ground,
): (value: Value, tensor: TensorProto, reading: Reading) => string | null {
  const functions = new Set(proto.functions.map(({ domain, name }) => `${domain}:${name}`));
  let readers: ReturnType<typeof weightReaders> | null = null;
  return (value, tensor, { weights, others }) => {
    const count = sizeOf(tensor.dims);
    const isFloat = weightType(tensor.dataType) !== null;
    if (count < NOTABLE_ELEMENTS || (!isFloat && !CODES.has(tensor.dataType))) return null;
    const reader = weights[0] ?? others.find(({ quiet }) => !quiet);
    if (!reader)
      return isFloat && others.length === 0
        ? value.isOutput
          ? 'The model returns it, and nothing else reads it.'
          : 'Nothing reads it.'
        : null;
    const { node } = reader;
    if (!isFloat) return `Already quantized (${typeName(tensor.dataType)}, read by ${node.opType}).`;
    const held = `${count} ${typeName(tensor.dataType)} values`;
    if (functions.has(`${node.domain}:${node.opType}`))
      return `${node.opType} reads these ${held}, and what functions of the model do with them is not followed.`;
    if (weightPort(node, reader.input) || (takesWeights(node) && reader.input === 0)) return asData(reader, tensor, held);
    const operator = operatorOf(node);
    if (operator?.rounds === true) return `${node.opType} rounds these ${held} whenever the model runs: they are quantized already.`;
    if (operator?.control === 'loop' || operator?.control === 'scan')
      return `${node.opType} takes these ${held} in as a state or a sequence, which its body may change.`;
    readers ??= weightReaders(index, derived);
    for (const name of node.output) {
      const made = index.find(reader.scope, name);
      const weighted = made && readers.get(made);
      if (weighted)
        return (
          `${node.opType} makes the weight of ${weighted.opType} from these ${held} whenever ` +
          'the model runs; a model whose constants are folded holds the weight itself.'
        );
    }
    return `${node.opType} reads these ${held}, and weights of ${node.opType} are not quantized or pruned.`;
  };
}

/** An operator that takes weights reads this one in another way. */
function asData({ node, input }: Use, tensor: TensorProto, held: string): string {
  const shape = `[${shapeOf(tensor).join(', ')}]`;
  if (operatorOf(node)?.dynamic === 'rows')
    return `${node.opType} picks from these ${held} ${shape}, which are no rows of a matrix as embeddings are.`;
  return `${node.opType} reads these ${held} ${shape} as its input ${input}, in a form whose output channels are not known.`;
}
