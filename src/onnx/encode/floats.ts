import { bytesOf, DataType, encodeFloats } from '../tensor';
import type { Emitter } from './emitter';
import { areHalves } from './scales';

/** From this many values on, a Cast node takes fewer bytes than it saves. */
export const CAST_PAYS = 32;

/** A float32 constant, stored as float16 where that holds it exactly and is smaller. */
export function emitFloats(emit: Emitter, dims: readonly number[], values: Float32Array): string {
  if (!asHalves(values)) return emit.constant(DataType.FLOAT, dims, bytesOf(values));
  return emit.node('Cast', [emit.constant(DataType.FLOAT16, dims, encodeFloats('float16', values))], { to: DataType.FLOAT });
}

/** Bytes of the values that `emitFloats` stores. */
export function storedFloatBytes(values: Float32Array): number {
  return values.length * (asHalves(values) ? 2 : 4);
}

function asHalves(values: Float32Array): boolean {
  return values.length >= CAST_PAYS && areHalves(values);
}
