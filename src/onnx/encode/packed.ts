import { bytesOf, DataType, sizeOf } from '../tensor';
import type { Emitter } from './emitter';
import type { Grid } from './grid';
import { emitGroupValues } from './groupvalues';
import { layoutOf } from './layout';
import type { Plane } from './planes';
import { codesPerByte, packPlane, planesOf, planeTable } from './planes';

/** Axes of Slice became inputs with operator set 10. */
const SLICE_INPUTS_OPSET = 10;

/**
 * Stores codes at exactly `grid.bits` bits each, with standard nodes in front that every runtime folds once at load: bytes, Cast
 * to indices, Gather from a table of what each byte stands for, Reshape, Sub zero point, Mul scale.
 * @param codes One byte each, in tensor order. Kept where the grid has 8 bits: they are the file's bytes.
 * @param output Name for the float32 result, of shape `dims`; null for a new one.
 */
export function emitPacked(emit: Emitter, opset: number, dims: readonly number[], grid: Grid, codes: Uint8Array<ArrayBuffer>, output: string | null): string {
  const layout = layoutOf(dims, grid.groups);
  const code = emitCodes(emit, opset, layout.codeDims, grid, codes);
  const { scale, zero } = emitGroupValues(emit, grid, layout);
  const centred = zero === null ? code : emit.node('Sub', [code, zero]);
  const last = output === null ? [] : [output];
  if (sameDims(layout.codeDims, dims)) return emit.node('Mul', [centred, scale], {}, ...last);
  return emit.node('Reshape', [emit.node('Mul', [centred, scale]), emit.integers(dims)], {}, ...last);
}

export function sameDims(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The codes as float32 values of shape `dims`. */
function emitCodes(emit: Emitter, opset: number, dims: readonly number[], grid: Grid, codes: Uint8Array<ArrayBuffer>): string {
  if (grid.bits === 8) {
    const type = grid.qMin < 0 ? DataType.INT8 : DataType.UINT8;
    return emit.node('Cast', [emit.constant(type, dims, codes)], { to: DataType.FLOAT });
  }
  const planes = planesOf(grid.bits, grid.qMin);
  const count = sizeOf(dims);
  const step = Math.max(...planes.map(codesPerByte));
  const padded = Math.ceil(count / step) * step;
  const shape = emit.integers(padded === count ? dims : [-1]);
  const parts = planes.map((plane) => {
    const packed = packPlane(codes, plane, padded, grid.qMin);
    const index = emit.node('Cast', [emit.constant(DataType.UINT8, [packed.length], packed)], { to: DataType.INT32 });
    return emit.node('Reshape', [emit.node('Gather', [emitTable(emit, plane), index]), shape]);
  });
  const [first = ''] = parts;
  const sum = parts.length === 1 ? first : emit.node('Sum', parts);
  return padded === count ? sum : emit.node('Reshape', [emitHead(emit, opset, sum, count), emit.integers(dims)]);
}

function emitTable(emit: Emitter, plane: Plane): string {
  return emit.shared(`table ${plane.width} ${plane.shift} ${plane.offset}`, () => {
    const table = emit.constant(DataType.INT8, [256, codesPerByte(plane)], bytesOf(planeTable(plane)));
    return emit.node('Cast', [table], { to: DataType.FLOAT });
  });
}

/** The first `count` elements of a list. */
function emitHead(emit: Emitter, opset: number, list: string, count: number): string {
  if (opset < SLICE_INPUTS_OPSET) return emit.node('Slice', [list], { starts: [0], ends: [count] });
  return emit.node('Slice', [list, emit.integers([0]), emit.integers([count])]);
}
