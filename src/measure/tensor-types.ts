import { WhittleError } from '../base/errors';
import { toHalf } from '../base/half';
import type { TensorData, ValueInfo } from '../runtime/types';

/**
 * Values as the input's type: whole numbers are rounded and kept in the type's range, halves are bits, true is what is not 0.
 * Throws `bad-data` for types that numbers cannot be turned into.
 */
export function asType(values: Float32Array | Float64Array, { name, type }: ValueInfo): TensorData {
  switch (type) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'float16':
      return Uint16Array.from(values, toHalf);
    case 'bool':
      return Uint8Array.from(values, (v) => (v === 0 ? 0 : 1));
    case 'uint8':
      return Uint8Array.from(values, clampTo(0, 255));
    case 'int8':
      return Int8Array.from(values, clampTo(-128, 127));
    case 'uint16':
      return Uint16Array.from(values, clampTo(0, 2 ** 16 - 1));
    case 'int16':
      return Int16Array.from(values, clampTo(-(2 ** 15), 2 ** 15 - 1));
    case 'uint32':
      return Uint32Array.from(values, clampTo(0, 2 ** 32 - 1));
    case 'int32':
      return Int32Array.from(values, clampTo(-(2 ** 31), 2 ** 31 - 1));
    case 'int64':
      return BigInt64Array.from(Array.from(values, (v) => BigInt(Math.round(v))));
    case 'uint64':
      return BigUint64Array.from(Array.from(values, (v) => BigInt(Math.max(0, Math.round(v)))));
    default:
      throw new WhittleError(
        'bad-data',
        `The model's input "${name}" has the type ${type}, which samples cannot be turned into.`,
        'Export the model with float32 inputs.',
      );
  }
}

function clampTo(low: number, high: number): (value: number) => number {
  return (value) => Math.min(high, Math.max(low, Math.round(value)));
}
