/** Conversions between the house's tensors and onnxruntime's, and the few facts about tensor types that others need. */
import type * as Ort from 'onnxruntime-common';
import { WhittleError } from '../base/errors';
import type { GpuTensor, HeldTensor, HostTensor, TensorData, ValueInfo } from './types';

/**
 * A GPU buffer is taken as it is, not copied: it must outlive the run. Throws `runtime-failed` where length and shape differ or the type
 * cannot be fed.
 */
export function toOrt(ort: Pick<typeof Ort, 'Tensor'>, name: string, tensor: HostTensor | GpuTensor): Ort.Tensor {
  if ('gpuBuffer' in tensor) {
    const { type = 'float32' } = tensor;
    if (!isGpuType(type)) throw new WhittleError('runtime-failed', `Input "${name}" has the type ${type}, which no GPU holds.`);
    return ort.Tensor.fromGpuBuffer(tensor.gpuBuffer, { dataType: type, dims: [...tensor.dims] });
  }
  const { length } = tensor.data;
  if (length !== elements(tensor.dims)) {
    throw new WhittleError('runtime-failed', `Input "${name}" has ${length} values for the shape [${tensor.dims.join(', ')}].`);
  }
  if (!isTensorType(tensor.type)) {
    throw new WhittleError('runtime-failed', `Input "${name}" has the type ${tensor.type}, which cannot be fed here.`);
  }
  return new ort.Tensor(tensor.type, tensor.data, tensor.dims);
}

const TENSOR_TYPES: ReadonlySet<string> = new Set([
  'float32',
  'float16',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
]);

const GPU_TYPES: ReadonlySet<string> = new Set(['float32', 'float16', 'int32', 'int64', 'uint32', 'uint8', 'bool', 'uint4', 'int4']);

function isGpuType(type: string): type is Ort.Tensor.GpuBufferDataTypes {
  return GPU_TYPES.has(type);
}

function isTensorType(type: string): type is Ort.Tensor.Type {
  return TENSOR_TYPES.has(type);
}

/** Brings an output to main memory and frees onnxruntime's copy. float16 becomes its bits, whatever array the platform uses. */
export async function fromOrt(tensor: Ort.Tensor): Promise<HostTensor> {
  const host = hostOf(tensor, tensor.location === 'cpu' ? tensor.data : await tensor.getData());
  tensor.dispose();
  return host;
}

function hostOf(tensor: Ort.Tensor, data: TensorData = tensor.data): HostTensor {
  const bits =
    tensor.type === 'float16' && ArrayBuffer.isView(data) ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return { type: tensor.type, dims: [...tensor.dims], data: bits };
}

/**
 * An output where it is. @param free runs what frees a buffer when nothing that is under way reads it.
 */
export function heldFromOrt(tensor: Ort.Tensor, free: (end: () => void) => void): HeldTensor {
  if (tensor.location !== 'gpu-buffer') {
    const host = hostOf(tensor);
    return { tensor: host, read: () => Promise.resolve(host), release: () => {} };
  }
  const { gpuBuffer, dims, type } = tensor;
  return {
    tensor: { gpuBuffer, dims: [...dims], type },
    read: async () => hostOf(tensor, await tensor.getData(false)),
    release: () => free(() => tensor.dispose()),
  };
}

/** Product of the sizes; 1 for a scalar, 0 where an axis is empty. */
export function elements(dims: readonly number[]): number {
  return dims.reduce((n, d) => n * d, 1);
}

/** Input or output facts as onnxruntime gives them; a dimension without a name comes as 2^32 - 1 and is named "?". */
export function valueInfo(meta: { name: string; isTensor: boolean; type?: string; shape?: readonly (number | string)[] }): ValueInfo {
  const dims = (meta.shape ?? []).map((d) => (typeof d === 'number' && d >= 0xffffffff ? '?' : d));
  return { name: meta.name, type: meta.type ?? 'sequence', dims };
}

/** The values as float64, for comparing and scoring: halves decoded, integers and booleans as numbers; null for strings. */
export function toFloat64(tensor: HostTensor): Float64Array | null {
  const { data } = tensor;
  if (Array.isArray(data)) return null;
  const out = new Float64Array(data.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < data.length; i++) out[i] = Number(data[i] ?? 0n);
  } else if (tensor.type === 'float16') {
    for (let i = 0; i < data.length; i++) out[i] = halfToNumber(data[i] ?? 0);
  } else {
    out.set(data);
  }
  return out;
}

/** IEEE 754 binary16 bits to a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
