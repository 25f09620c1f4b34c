import type { Binding, Device, Handle, Kernel, Operation, Task } from '../types';
import type { FeedbackShape } from './round-with-feedback';
import { MATMUL_KERNELS, tilesOf } from './shared/matmul';
import { type Span, spansOf } from './shared/spans';

const KERNEL: Kernel = { name: 'gram-product', source: ['prelude/linear', 'gram-product'] };

interface Part {
  readonly gram: Float32Array;
  readonly b: Float32Array;
  readonly shape: FeedbackShape;
  /** Columns. */
  readonly span: Span;
}

const task: Task<Part, Float32Array> = { name: KERNEL.name, run: ({ gram, b, shape, span }) => gramProductOf(gram, b, shape, span) };

/** What `recordGramProduct` runs. */
export const GRAM_KERNELS: readonly Kernel[] = [KERNEL, MATMUL_KERNELS.f32];

/** Gram matrices, [groups, columns, columns], times what the rows of their groups hold, H B. b and the result are [columns, rows]. */
export const gramProduct: Operation<[gram: Handle, b: Float32Array, shape: FeedbackShape], Float32Array<ArrayBuffer>> = {
  kernels: GRAM_KERNELS,
  compiled: 'on-use',
  task,
  async cpu(host, gram, b, shape) {
    const spans = spansOf(shape.columns, b.length);
    const parts = spans.map((span) => ({ gram: host.valuesOf(gram), b, shape, span }));
    const products = await host.each(task, parts);
    const all = new Float32Array(b.length);
    for (const [k, { from }] of spans.entries()) all.set(products[k] ?? [], from * shape.rows);
    return all;
  },
  async gpu(device, gram, b, shape) {
    const product = device.scratch(b.byteLength);
    recordGramProduct(device, [gram, b, product], shape);
    return new Float32Array(await device.read(product, b.byteLength));
  },
};

/** Records one product. @param bindings Gram matrices, B and the result. */
export function recordGramProduct(device: Device, bindings: readonly [Handle, Binding, GPUBuffer], shape: FeedbackShape): void {
  const { groups, rows, columns } = shape;
  const product = Uint32Array.of(columns, columns, rows);
  if (groups === 1) device.dispatch(MATMUL_KERNELS.f32, product, bindings, { workgroups: tilesOf(columns, rows) });
  else device.dispatch(KERNEL, Uint32Array.of(rows, columns, rows / groups), bindings, { threads: rows * columns });
}

/** The reference of `gramProduct`, summed in float64. */
export function gramProductOf(
  gram: Float32Array,
  b: Float32Array,
  shape: FeedbackShape,
  { from, to }: Span = { from: 0, to: shape.columns },
): Float32Array<ArrayBuffer> {
  const product = new Float32Array((to - from) * shape.rows);
  const line = new Float64Array(shape.rows);
  for (let column = from; column < to; column++) {
    gramTimes(gram, b, shape, column, line);
    product.set(line, (column - from) * shape.rows);
  }
  return product;
}

/** One column of H B: line `column` of each group's Gram matrix times what the group's rows hold. @param into [rows]. */
export function gramTimes(gram: Float32Array, b: Float32Array, shape: FeedbackShape, column: number, into: Float64Array): void {
  const { groups, rows, columns } = shape;
  into.fill(0);
  for (let group = 0; group < groups; group++) {
    const line = (group * columns + column) * columns;
    const from = (group * rows) / groups;
    const to = ((group + 1) * rows) / groups;
    let k = 0;
    // Four lines at a time: sums are read and written a quarter as often.
    for (; k + 3 < columns; k += 4) {
      const [p, q, r, s] = [gram[line + k] ?? 0, gram[line + k + 1] ?? 0, gram[line + k + 2] ?? 0, gram[line + k + 3] ?? 0];
      const [i, j, l, m] = [k * rows, (k + 1) * rows, (k + 2) * rows, (k + 3) * rows];
      for (let row = from; row < to; row++) {
        into[row] = (into[row] ?? 0) + p * (b[i + row] ?? 0) + q * (b[j + row] ?? 0) + r * (b[l + row] ?? 0) + s * (b[m + row] ?? 0);
      }
    }
    for (; k < columns; k++) {
      for (let row = from; row < to; row++) into[row] = (into[row] ?? 0) + (gram[line + k] ?? 0) * (b[k * rows + row] ?? 0);
    }
  }
}
