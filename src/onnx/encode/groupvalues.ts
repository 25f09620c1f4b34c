import { bytesOf, DataType } from '../tensor';
import type { Emitter } from './emitter';
import { CAST_PAYS, emitFloats } from './floats';
import { type Grid, isAsymmetric } from '../../base/grids';
import type { Layout } from './layout';

/** The names of a grid's scales and, where any is not 0, zero points: float32, ready to be combined with the codes. */
export function emitGroupValues(emit: Emitter, grid: Grid, layout: Layout): { scale: string; zero: string | null } {
  const { groupDims } = layout;
  const scale = emitFloats(emit, groupDims, inOrder(grid.scales, layout));
  if (!isAsymmetric(grid)) return { scale: expanded(emit, layout, scale), zero: null };

  const zeros = inOrder(Float32Array.from(grid.zeroPoints), layout);
  const fitsByte = zeros.every((zero) => zero >= 0 && zero <= 255);
  const asBytes = fitsByte && zeros.length >= CAST_PAYS;
  const zero = asBytes
    ? emit.node('Cast', [emit.constant(DataType.UINT8, groupDims, Uint8Array.from(zeros))], { to: DataType.FLOAT })
    : emit.constant(DataType.FLOAT, groupDims, bytesOf(zeros));
  return { scale: expanded(emit, layout, scale), zero: expanded(emit, layout, zero) };
}

function inOrder(values: Float32Array, { order }: Layout): Float32Array {
  return order ? Float32Array.from(order, (group) => values[group] ?? 0) : values;
}

/** One value an element: [channels, blocks] looked up by block to [channels, outer, inner], then channels between the two. */
function expanded(emit: Emitter, { expand, groupDims }: Layout, name: string): string {
  if (!expand) return name;
  const { blockOf, outer, inner } = expand;
  const index = emit.shared(`blocks ${blockOf.length} ${blockOf.lastIndexOf(0)} ${outer}`, () => {
    const dims = outer === 1 ? [inner] : [outer, inner];
    return (groupDims[1] ?? 0) <= 256
      ? emit.node('Cast', [emit.constant(DataType.UINT8, dims, Uint8Array.from(blockOf))], { to: DataType.INT32 })
      : emit.constant(DataType.INT32, dims, bytesOf(Int32Array.from(blockOf)));
  });
  const looked = emit.node('Gather', [name, index], { axis: 1 });
  return outer === 1 ? looked : emit.node('Transpose', [looked], { perm: [1, 0, 2] });
}
