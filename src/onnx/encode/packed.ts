import type { Emitter } from './emitter';
import { emitCodes } from './codes';
import type { Grid } from '../../base/grids';
import { emitGroupValues } from './groupvalues';
import { layoutOf } from './layout';
import { DataType } from '../tensor';

/**
 * Stores codes at exactly `grid.bits` bits each, with standard nodes in front that every runtime folds once at load: what `emitCodes`
 * makes, Sub zero point, Mul scale.
 * @param codes One byte each, in tensor order. Kept where the grid has 8 bits: they are the file's bytes.
 * @param output Name for the float32 result, of shape `dims`; null for a new one.
 */
export function emitPacked(
  emit: Emitter,
  opset: number,
  dims: readonly number[],
  grid: Grid,
  codes: Uint8Array<ArrayBuffer>,
  output: string | null,
): string {
  const layout = layoutOf(dims, grid.groups);
  const code = emitCodes(emit, opset, layout.codeDims, grid, codes, DataType.FLOAT);
  const { scale, zero } = emitGroupValues(emit, grid, layout);
  const centred = zero === null ? code : emit.node('Sub', [code, zero]);
  return emitShaped(emit, 'Mul', [centred, scale], layout.codeDims, dims, output);
}

/** A node whose result has the shape `made`, and a Reshape behind it where `dims` is wanted. */
export function emitShaped(
  emit: Emitter,
  opType: string,
  inputs: readonly string[],
  made: readonly number[],
  dims: readonly number[],
  output: string | null,
): string {
  const last = output === null ? [] : [output];
  if (sameDims(made, dims)) return emit.node(opType, inputs, {}, ...last);
  return emit.node('Reshape', [emit.node(opType, inputs), emit.integers(dims)], {}, ...last);
}

/** Whether two shapes are equal, axis for axis; a scalar is []. */
export function sameDims(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
