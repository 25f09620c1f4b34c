import { create } from '@bufbuild/protobuf';
import type { TensorProto } from 'onnx-buf';
import { TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { newFloats, type FloatMaker } from '../base/scratch';
import { fromBfloat, halfTable, toBfloat, toHalf } from '../base/half';
import { StoredBytes } from '../base/stored-bytes';
import { rawBytes, rawOf, setRaw } from './raw';
import type { WeightType } from './types';

/** ONNX data types by name, as the plain numbers that messages hold. */
export const DataType: Readonly<Record<keyof typeof TensorProto_DataType, number>> = TensorProto_DataType;

/** Bits of one element by ONNX data type; types narrower than a byte are packed, low bits first. Strings have no fixed size. */
const ELEMENT_BITS: Readonly<Record<number, number>> = {
  [DataType.FLOAT]: 32,
  [DataType.UINT8]: 8,
  [DataType.INT8]: 8,
  [DataType.UINT16]: 16,
  [DataType.INT16]: 16,
  [DataType.INT32]: 32,
  [DataType.INT64]: 64,
  [DataType.BOOL]: 8,
  [DataType.FLOAT16]: 16,
  [DataType.DOUBLE]: 64,
  [DataType.UINT32]: 32,
  [DataType.UINT64]: 64,
  [DataType.COMPLEX64]: 64,
  [DataType.COMPLEX128]: 128,
  [DataType.BFLOAT16]: 16,
  [DataType.FLOAT8E4M3FN]: 8,
  [DataType.FLOAT8E4M3FNUZ]: 8,
  [DataType.FLOAT8E5M2]: 8,
  [DataType.FLOAT8E5M2FNUZ]: 8,
  [DataType.UINT4]: 4,
  [DataType.INT4]: 4,
  [DataType.FLOAT4E2M1]: 4,
  [DataType.FLOAT8E8M0]: 8,
  [DataType.UINT2]: 2,
  [DataType.INT2]: 2,
};

/** The ONNX data type of each weight type. */
export const FLOAT_TYPES: Readonly<Record<WeightType, number>> = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  float64: DataType.DOUBLE,
};

const WEIGHT_TYPES: readonly WeightType[] = ['float32', 'float16', 'bfloat16', 'float64'];

/** The weight type of an ONNX data type, or null where it is not one of the four float types. */
export function weightType(dataType: number): WeightType | null {
  return WEIGHT_TYPES.find((type) => FLOAT_TYPES[type] === dataType) ?? null;
}

/** "float32", "int64", ... as shown to people; ONNX numbers that are not known read "type 99". */
export function typeName(dataType: number): string {
  if (dataType === DataType.FLOAT) return 'float32';
  if (dataType === DataType.DOUBLE) return 'float64';
  return TensorProto_DataType[dataType]?.toLowerCase() ?? `type ${dataType}`;
}

/** Bits of one element; undefined for strings and types that are not known. */
export function elementBits(dataType: number): number | undefined {
  return ELEMENT_BITS[dataType];
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(dims: readonly (number | bigint)[]): number {
  return dims.reduce<number>((product, dim) => product * Number(dim), 1);
}

/** Sizes as numbers (the file has int64); [] is a scalar. */
export function shapeOf(tensor: TensorProto): number[] {
  return tensor.dims.map(Number);
}

/** Bytes that `count` elements take as raw data; undefined for strings and types that are not known. */
export function byteLength(dataType: number, count: number): number | undefined {
  const width = ELEMENT_BITS[dataType];
  return width === undefined ? undefined : Math.ceil((count * width) / 8);
}

/**
 * A tensor of raw little-endian bytes, which it shares.
 * @param dims Whole numbers >= 0.
 */
export function makeTensor(name: string, type: number, dims: readonly number[], bytes: Uint8Array<ArrayBuffer>): TensorProto {
  return create(TensorProtoSchema, { name, dataType: type, dims: dims.map(BigInt), rawData: bytes });
}

/** A 1-D int64 tensor, as ONNX wants shapes, axes and limits. */
export function int64Tensor(name: string, values: readonly number[]): TensorProto {
  return makeTensor(name, DataType.INT64, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
}

/** The bytes under a typed array, without a copy. */
export function bytesOf(array: Float32Array | Float64Array | Uint16Array | Int32Array | Int8Array | Uint8Array): Uint8Array<ArrayBuffer> {
  if (array.buffer instanceof ArrayBuffer) return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
}

/** A tensor's elements as raw little-endian bytes, wherever it keeps them. Elements of parts of bytes are as packed. */
export function elementBytes(tensor: TensorProto): Uint8Array<ArrayBuffer> {
  const { dataType, floatData, doubleData, int32Data, int64Data, uint64Data } = tensor;
  if (rawOf(tensor).length > 0) return rawBytes(tensor);
  if (dataType === DataType.FLOAT) return bytesOf(Float32Array.from(floatData));
  if (dataType === DataType.DOUBLE) return bytesOf(Float64Array.from(doubleData));
  if (dataType === DataType.INT64) return new Uint8Array(BigInt64Array.from(int64Data).buffer);
  if (dataType === DataType.UINT64) return new Uint8Array(BigUint64Array.from(uint64Data).buffer);
  if (dataType === DataType.UINT32) return new Uint8Array(Uint32Array.from(uint64Data, Number).buffer);
  const width = ELEMENT_BITS[dataType];
  if (width === 32) return bytesOf(Int32Array.from(int32Data));
  return width === 16 ? bytesOf(Uint16Array.from(int32Data)) : Uint8Array.from(int32Data);
}

/** Raw bytes at an address fit for a typed array of `width` bytes an element: a view where it is aligned, else a copy. */
function aligned(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % width === 0 ? bytes : bytes.slice();
}

function words(tensor: TensorProto): Uint16Array {
  const bytes = rawBytes(tensor);
  if (bytes.length === 0) return Uint16Array.from(tensor.int32Data);
  const raw = aligned(bytes, 2);
  return new Uint16Array(raw.buffer, raw.byteOffset, raw.length >> 1);
}

function widened(patterns: Uint16Array, make: FloatMaker, value: (pattern: number) => number): Float32Array {
  // A plain loop: `Float32Array.from` with a mapping takes many times as long on large tensors.
  const result = make(patterns.length);
  for (let at = 0; at < patterns.length; at++) result[at] = value(patterns[at] ?? 0);
  return result;
}

/**
 * The values of a float tensor as float32, in row-major order. float32 raw data that is aligned in memory is a view of the file: do not
 * write to it. float16 and bfloat16 are widened exactly, float64 is rounded.
 * @param make where values that are no view go; a large model is read layer by layer into one scratch array.
 * @throws WhittleError 'bad-model' for a tensor that is not float.
 */
export function readFloats(tensor: TensorProto, make: FloatMaker = newFloats): Float32Array {
  const { dataType } = tensor;
  if (dataType === DataType.FLOAT) {
    const raw = rawOf(tensor);
    if (raw.length === 0) return Float32Array.from(tensor.floatData);
    if (raw instanceof StoredBytes) {
      const read = make(raw.length >> 2);
      raw.readInto(bytesOf(read));
      return read;
    }
    if (raw.byteOffset % 4 === 0) return new Float32Array(raw.buffer, raw.byteOffset, raw.length >> 2);
    const copy = make(raw.length >> 2);
    bytesOf(copy).set(raw.subarray(0, copy.byteLength));
    return copy;
  }
  if (dataType === DataType.FLOAT16) {
    const table = halfTable();
    return widened(words(tensor), make, (pattern) => table[pattern] ?? 0);
  }
  if (dataType === DataType.BFLOAT16) return widened(words(tensor), make, fromBfloat);
  if (dataType === DataType.DOUBLE) {
    const bytes = rawBytes(tensor);
    if (bytes.length === 0) return Float32Array.from(tensor.doubleData);
    const raw = aligned(bytes, 8);
    return Float32Array.from(new Float64Array(raw.buffer, raw.byteOffset, raw.length >> 3));
  }
  throw new WhittleError(
    'bad-model',
    `Tensor "${tensor.name}" is ${typeName(dataType)}, not float.`,
    'Export the model again with float weights.',
  );
}

const LARGEST: Readonly<Record<WeightType, number>> = {
  float32: (2 - 2 ** -23) * 2 ** 127,
  float16: 65504,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float64: Number.MAX_VALUE,
};

/**
 * Whether a float type holds all these values, none of them NaN or beyond its range. Values are kept as float32 on the way, whatever the
 * type.
 */
export function holdsFloats(type: WeightType, values: ArrayLike<number>): boolean {
  const limit = Math.min(LARGEST[type], LARGEST.float32);
  for (let at = 0; at < values.length; at++) if (!(Math.abs(values[at] ?? 0) <= limit)) return false;
  return true;
}

/** Raw bytes of float32 values in another float type, rounded to nearest, ties to even. float32 is shared, not copied. */
export function encodeFloats(type: WeightType, values: Float32Array): Uint8Array<ArrayBuffer> {
  if (type === 'float32') return bytesOf(values);
  if (type === 'float64') return bytesOf(Float64Array.from(values));
  const convert = type === 'float16' ? toHalf : toBfloat;
  const patterns = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at++) patterns[at] = convert(values[at] ?? 0);
  return bytesOf(patterns);
}

/** Gives a float tensor other values of the same shape, as its own type holds them. Data that it shared are left alone. */
export function putFloats(tensor: TensorProto, values: ArrayLike<number>): void {
  const type = weightType(tensor.dataType);
  if (type === null) throw new RangeError(`"${tensor.name}" holds no floats`);
  setRaw(tensor, encodeFloats(type, Float32Array.from(values)));
  Object.assign(tensor, { floatData: [], doubleData: [], int32Data: [] });
}

/**
 * The values of an integer or bool tensor, row-major. int64 values beyond 2^53 (open limits of Slice) are rounded.
 * @throws WhittleError 'bad-model' for a tensor that is not of integers.
 */
export function readInts(tensor: TensorProto): number[] {
  const { dataType } = tensor;
  const rawData = rawBytes(tensor);
  const count = sizeOf(tensor.dims);
  const width = ELEMENT_BITS[dataType];
  const signed = SIGNED.has(dataType);
  if (width === undefined || (!signed && !UNSIGNED.has(dataType))) {
    throw new WhittleError('bad-model', `Tensor "${tensor.name}" is ${typeName(dataType)}, not integers.`, 'Export the model again.');
  }
  if (rawData.length === 0 && width >= 8) {
    if (dataType === DataType.INT64) return tensor.int64Data.map(Number);
    if (dataType === DataType.UINT64 || dataType === DataType.UINT32) return tensor.uint64Data.map(Number);
    return [...tensor.int32Data];
  }
  const bytes = rawData.length === 0 ? Uint8Array.from(tensor.int32Data) : rawData;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, index) => readInt(view, index, width, signed));
}

const SIGNED: ReadonlySet<number> = new Set([DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, DataType.INT4, DataType.INT2]);
const UNSIGNED: ReadonlySet<number> = new Set([
  DataType.UINT8,
  DataType.UINT16,
  DataType.UINT32,
  DataType.UINT64,
  DataType.UINT4,
  DataType.UINT2,
  DataType.BOOL,
]);

function readInt(view: DataView, index: number, width: number, signed: boolean): number {
  if (width === 64) return Number(signed ? view.getBigInt64(index * 8, true) : view.getBigUint64(index * 8, true));
  if (width === 32) return signed ? view.getInt32(index * 4, true) : view.getUint32(index * 4, true);
  if (width === 16) return signed ? view.getInt16(index * 2, true) : view.getUint16(index * 2, true);
  const perByte = 8 / width;
  const byte = view.getUint8(Math.floor(index / perByte));
  const value = (byte >>> ((index % perByte) * width)) & ((1 << width) - 1);
  return signed && value >= 1 << (width - 1) ? value - (1 << width) : value;
}
