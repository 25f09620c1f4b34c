import { bytesOf, DataType, encodeFloats } from '../tensor';
import type { Emitter } from './emitter';
import type { Grid } from './grid';
import { isAsymmetric } from './grid';
import type { Layout } from './layout';
import { areHalves } from './scales';

/** From this many values on, a Cast node takes fewer bytes than it saves. */
const CAST_PAYS = 32;

/** The names of a grid's scales and, where any is not 0, zero points: float32, ready to be combined with the codes. */
export function emitGroupValues(emit: Emitter, grid: Grid, layout: Layout): { scale: string; zero: string | null } {
  const { groupDims } = layout;
  const scales = inOrder(grid.scales, layout);
  const many = scales.length >= CAST_PAYS;
  const float = (values: Float32Array): string => emit.constant(DataType.FLOAT, groupDims, bytesOf(values));
  const widen = (name: string): string => emit.node('Cast', [name], { to: DataType.FLOAT });

  const scale = many && areHalves(scales) ? widen(emit.constant(DataType.FLOAT16, groupDims, encodeFloats('float16', scales))) : float(scales);
  if (!isAsymmetric(grid)) return { scale: expanded(emit, layout, scale), zero: null };

  const zeros = inOrder(Float32Array.from(grid.zeroPoints), layout);
  const fitsByte = zeros.every((zero) => zero >= 0 && zero <= 255);
  const zero = many && fitsByte ? widen(emit.constant(DataType.UINT8, groupDims, Uint8Array.from(zeros))) : float(zeros);
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
