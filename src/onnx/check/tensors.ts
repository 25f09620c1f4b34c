import type { TensorProto } from 'onnx-buf';
import { rawOf } from '../raw';
import { byteLength, DataType, elementBits, sizeOf, typeName } from '../tensor';

/** What is wrong with a tensor whose data are in the message, in words that follow its name; null where nothing is. */
export function tensorProblem(tensor: TensorProto): string | null {
  const { dataType } = tensor;
  const rawData = rawOf(tensor);
  if (tensor.dims.some((dim) => dim < 0n)) return 'has a negative dimension';
  const count = sizeOf(tensor.dims);
  if (!Number.isSafeInteger(count)) return 'has more elements than can be counted';
  const fields = Object.values(typedFields(tensor)).filter((entries) => entries > 0).length + (rawData.length > 0 ? 1 : 0);
  if (fields > 1) return 'holds data in more than one form';
  if (dataType === DataType.STRING) {
    return tensor.stringData.length === count ? null : `has ${tensor.stringData.length} strings instead of ${count}`;
  }
  const bytes = byteLength(dataType, count);
  if (bytes === undefined) return `has a data type that is not known (${typeName(dataType)})`;
  if (rawData.length > 0) return rawData.length === bytes ? null : `has ${rawData.length} bytes of data instead of ${bytes}`;
  const { entries, expected } = typedEntries(tensor, count);
  return entries === expected ? null : `has ${entries} values instead of ${expected}`;
}

/** A shape as an error names it. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.slice(0, 16).join(', ')}${shape.length > 16 ? ', …' : ''}]`;
}

function typedFields({ floatData, doubleData, int32Data, int64Data, uint64Data, stringData }: TensorProto): Record<string, number> {
  return {
    float: floatData.length,
    double: doubleData.length,
    int32: int32Data.length,
    int64: int64Data.length,
    uint64: uint64Data.length,
    string: stringData.length,
  };
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
