import { bytesOf, DataType, sizeOf } from '../tensor';
import type { Emitter } from './emitter';
import { blocksPerChannel, type Grid, type Groups, isAsymmetric } from '../../base/grids';
import { sameDims } from './packed';
import { packPlane } from './planes';

/** What the operator set and file format of a model allow. */
export interface Versions {
  readonly opset: number;
  readonly ir: number;
}

/** Operator sets in which DequantizeLinear gained what is used here. */
const SINCE = { tensor: 10, channel: 13, block: 21, int4: 21 } as const;
const INT4_IR = 10;

interface Form {
  /** Shape in which the codes are stored: the weight's own, or the groups' view with a Reshape after it. */
  readonly dims: readonly number[];
  readonly axis: number | null;
  readonly blockSize: number | null;
  /** Scales by axis order; for blocks [blocks, channels] where the blocks run down the columns. */
  readonly scaleDims: readonly number[];
  readonly transposeScales: boolean;
}

/** The form in which DequantizeLinear can hold these groups, or why it cannot. */
export function dequantizeForm(dims: readonly number[], groups: Groups, { opset }: Versions): Form | string {
  const { outer, channels, inner, block } = groups;
  const blocks = blocksPerChannel(groups);
  if (opset < SINCE.tensor) return `DequantizeLinear needs opset ${SINCE.tensor}; the model has ${opset}.`;
  if (channels * blocks === 1) return { dims, axis: null, blockSize: null, scaleDims: [], transposeScales: false };
  if (blocks === 1) {
    if (opset < SINCE.channel) return `DequantizeLinear takes one scale a channel from opset ${SINCE.channel}; the model has ${opset}.`;
    // Axes of size 1 may stand before the channels' own.
    const direct = dims.findIndex((size, axis) => size === channels && sizeOf(dims.slice(0, axis)) === outer);
    return {
      dims: direct === -1 ? [outer, channels, inner] : dims,
      axis: direct === -1 ? 1 : direct,
      blockSize: null,
      scaleDims: [channels],
      transposeScales: false,
    };
  }
  if (opset < SINCE.block) return `DequantizeLinear takes blocks from opset ${SINCE.block}; the model has ${opset}.`;
  if (outer === 1) return { dims: [channels, inner], axis: 1, blockSize: block, scaleDims: [channels, blocks], transposeScales: false };
  if (inner === 1) return { dims: [outer, channels], axis: 0, blockSize: block, scaleDims: [blocks, channels], transposeScales: true };
  return 'DequantizeLinear cannot hold blocks that run over two axes.';
}

/**
 * Stores codes in the smallest integer type that the model's versions allow (4 or 8 bits), read by DequantizeLinear.
 * @param codes One byte each, in tensor order. Kept where they are stored as bytes.
 * @param output Name for the float32 result, of shape `dims`; null for a new one.
 */
export function emitDequantize(
  emit: Emitter,
  versions: Versions,
  dims: readonly number[],
  grid: Grid,
  codes: Uint8Array<ArrayBuffer>,
  output: string | null,
): string {
  const form = dequantizeForm(dims, grid.groups, versions);
  if (typeof form === 'string') throw new RangeError(form);
  const nibbles = grid.bits <= 4 && versions.opset >= SINCE.int4 && versions.ir >= INT4_IR;
  const signed = grid.qMin < 0;
  const type = nibbles ? (signed ? DataType.INT4 : DataType.UINT4) : signed ? DataType.INT8 : DataType.UINT8;
  const store = (values: Uint8Array<ArrayBuffer>, shape: readonly number[]): string =>
    emit.constant(type, shape, nibbles ? packPlane(values, { width: 4, shift: 0 }, values.length + (values.length % 2)) : values);

  const order = form.transposeScales ? transposed(grid.groups) : null;
  const scales = order ? Float32Array.from(order, (group) => grid.scales[group] ?? 0) : grid.scales;
  const inputs = [store(codes, form.dims), emit.constant(DataType.FLOAT, form.scaleDims, bytesOf(scales))];
  if (isAsymmetric(grid)) {
    const zeros = Uint8Array.from(order ?? grid.zeroPoints, (entry) => (order ? (grid.zeroPoints[entry] ?? 0) : entry));
    inputs.push(store(zeros, form.scaleDims));
  }
  const attributes = {
    ...(form.axis === null ? {} : { axis: form.axis }),
    ...(form.blockSize === null ? {} : { block_size: form.blockSize }),
  };
  const last = output === null ? [] : [output];
  if (sameDims(form.dims, dims)) return emit.node('DequantizeLinear', inputs, attributes, ...last);
  return emit.node('Reshape', [emit.node('DequantizeLinear', inputs, attributes), emit.integers(dims)], {}, ...last);
}

/** Group numbers of [blocks, channels]. */
function transposed(groups: Groups): Uint32Array {
  const blocks = blocksPerChannel(groups);
  return Uint32Array.from(
    { length: blocks * groups.channels },
    (_, at) => (at % groups.channels) * blocks + Math.floor(at / groups.channels),
  );
}
