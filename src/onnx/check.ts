import type { ModelProto, TensorProto } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { tensorsOf } from './graph';
import { opsetOf } from './nodes';
import { byteLength, DataType, elementBits, shapeOf, sizeOf, typeName } from './tensor';

export const MIN_OPSET = 7;
export const MAX_OPSET = 25;

const RE_EXPORT = 'The file is damaged or was cut short. Download or export it again.';

/**
 * Checks that a decoded message is a model that this studio can work with.
 * @throws WhittleError 'bad-model' where parts are missing or a tensor's data does not fit its shape (the tensor is named);
 *   'unsupported-opset' outside 7..25.
 */
export function checkModel(proto: ModelProto, name: string): void {
  const fail = (what: string): never => {
    throw new WhittleError('bad-model', `"${name}" ${what}.`, RE_EXPORT);
  };
  const { graph } = proto;
  if (!graph) return fail('has no graph');
  if (graph.node.length === 0) fail('has a graph without nodes');
  if (graph.output.length === 0) fail('has a graph without outputs');
  const opset = opsetOf(proto);
  if (opset === 0) fail('does not say which ONNX operator set it uses');
  if (opset < MIN_OPSET || opset > MAX_OPSET) {
    throw new WhittleError(
      'unsupported-opset',
      `"${name}" uses ONNX operator set ${opset}; ${MIN_OPSET} to ${MAX_OPSET} are supported.`,
      opset < MIN_OPSET ? 'Convert it with onnx.version_converter, or export it again at a later opset.' : 'Export it again at an earlier opset.',
    );
  }
  for (const tensor of tensorsOf(proto)) checkTensor(tensor);
}

function checkTensor(tensor: TensorProto): void {
  const problem = tensorProblem(tensor);
  if (problem) throw new WhittleError('bad-model', `Tensor "${tensor.name}" [${shapeOf(tensor).join(', ')}] ${problem}.`, RE_EXPORT);
}

function tensorProblem(tensor: TensorProto): string | null {
  const { dataType, rawData } = tensor;
  if (tensor.dims.some((dim) => dim < 0n)) return 'has a negative dimension';
  const count = sizeOf(tensor.dims);
  if (dataType === DataType.STRING) {
    return tensor.stringData.length === count ? null : `has ${tensor.stringData.length} strings instead of ${count}`;
  }
  const bytes = byteLength(dataType, count);
  if (bytes === undefined) return `has a data type that is not known (${typeName(dataType)})`;
  if (rawData.length > 0) return rawData.length === bytes ? null : `has ${rawData.length} bytes of data instead of ${bytes}`;
  const { entries, expected } = typedEntries(tensor, count);
  return entries === expected ? null : `has ${entries} values instead of ${expected}`;
}

/** How many entries the typed field of the tensor's type holds, and should hold. */
function typedEntries(tensor: TensorProto, count: number): { entries: number; expected: number } {
  switch (tensor.dataType) {
    case DataType.FLOAT:
      return { entries: tensor.floatData.length, expected: count };
    case DataType.COMPLEX64:
      return { entries: tensor.floatData.length, expected: 2 * count };
    case DataType.DOUBLE:
      return { entries: tensor.doubleData.length, expected: count };
    case DataType.COMPLEX128:
      return { entries: tensor.doubleData.length, expected: 2 * count };
    case DataType.INT64:
      return { entries: tensor.int64Data.length, expected: count };
    case DataType.UINT32:
    case DataType.UINT64:
      return { entries: tensor.uint64Data.length, expected: count };
    default:
      // Types narrower than a byte share an entry, as many as fit in 8 bits.
      return { entries: tensor.int32Data.length, expected: Math.ceil((count * Math.min(8, elementBits(tensor.dataType) ?? 8)) / 8) };
  }
}
