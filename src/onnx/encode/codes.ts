import { bytesOf, DataType, sizeOf } from '../tensor';
import type { Emitter } from './emitter';
import type { Grid } from '../../base/grids';
import type { Plane } from './planes';
import { codesPerByte, packPlane, planesOf, planeTable } from './planes';

/** Axes of Slice became inputs with operator set 10. */
const SLICE_INPUTS_OPSET = 10;

/**
 * Stores codes of `bits` bits each and gives them as numbers of shape `dims`: bytes, Cast to indices, Gather from a table of what each byte
 * stands for, Reshape. Codes of 8 bits are a Cast alone.
 * @param codes One byte each, counted from `qMin`. Kept where there are 8 bits: they are the file's bytes.
 * @param type FLOAT, or INT32 for indices.
 */
export function emitCodes(
  emit: Emitter,
  opset: number,
  dims: readonly number[],
  { bits, qMin }: Pick<Grid, 'bits' | 'qMin'>,
  codes: Uint8Array<ArrayBuffer>,
  type: number,
): string {
  if (bits === 8) {
    return emit.node('Cast', [emit.constant(qMin < 0 ? DataType.INT8 : DataType.UINT8, dims, codes)], { to: type });
  }
  const planes = planesOf(bits, qMin);
  const count = sizeOf(dims);
  const step = Math.max(...planes.map(codesPerByte));
  const padded = Math.ceil(count / step) * step;
  const shape = emit.integers(padded === count ? dims : [-1]);
  const parts = planes.map((plane) => {
    const packed = packPlane(codes, plane, padded, qMin);
    const index = emit.node('Cast', [emit.constant(DataType.UINT8, [packed.length], packed)], { to: DataType.INT32 });
    return emit.node('Reshape', [emit.node('Gather', [emitTable(emit, plane, type), index]), shape]);
  });
  // Add rather than Sum, which takes floats only.
  const sum = parts.reduce((total, part) => emit.node('Add', [total, part]));
  return padded === count ? sum : emit.node('Reshape', [emitHead(emit, opset, sum, count), emit.integers(dims)]);
}

function emitTable(emit: Emitter, plane: Plane, type: number): string {
  const shape = `${plane.width} ${plane.shift} ${plane.offset}`;
  const bytes = (): string => emit.constant(DataType.INT8, [256, codesPerByte(plane)], bytesOf(planeTable(plane)));
  return emit.shared(`table ${shape} as ${type}`, () => emit.node('Cast', [emit.shared(`table ${shape}`, bytes)], { to: type }));
}

/** The first `count` elements of a list. */
function emitHead(emit: Emitter, opset: number, list: string, count: number): string {
  if (opset < SLICE_INPUTS_OPSET) return emit.node('Slice', [list], { starts: [0], ends: [count] });
  return emit.node('Slice', [list, emit.integers([0]), emit.integers([count])]);
}
