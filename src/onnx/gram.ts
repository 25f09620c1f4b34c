/** Nodes that compute what a layer's inputs have in common: the Gram matrix of the columns that its weights are multiplied with. */
import { intsAttribute, stringAttribute } from './nodes';
import { NodeWriter } from './node-writer';
import type { WeightMatrix } from './operators/geometry';
import type { ColumnLayer, Columns } from './operators/types';
import { sizeOf } from './tensor';
import type { WeightUse } from './weights';

/** Operator sets in which forms changed. */
const SINCE = { padInputs: 11, sliceInputs: 10, sumInputs: 13, squareInputs: 18 } as const;

/** Adds the nodes that make Gram matrices, in the forms of the operator set. */
export class GramBuilder extends NodeWriter implements ColumnLayer {
  /**
   * The columns of this use's input: [samples, groups, columns, places], float32. Null where the node's form is not covered (automatic
   * pads, which only a run could tell).
   */
  columns({ node, shape, port }: WeightUse, { groups, columns }: WeightMatrix, from: string): string | null {
    return port.columns?.(this, { node, shape, groups, columns }, from) ?? null;
  }

  /**
   * The columns with a row of ones below them, so that their products hold sums and the count too: [samples, groups, columns + 1, places].
   */
  withOnes(columns: string): string {
    const first =
      this.opset >= SINCE.sliceInputs
        ? this.node('Slice', [columns, this.integers([0]), this.integers([1]), this.integers([2])])
        : this.node('Slice', [columns], { starts: [0], ends: [1], axes: [2] });
    // Of the right shape whatever the samples; inputs that are not finite are refused later by what they do to the products.
    const zero = this.node('Sub', [first, first]);
    return this.node('Concat', [columns, this.node('Exp', [zero])], { axis: 2 });
  }

  /** Whether a weight lies in its tensor row by row or column by column. */
  liesAsRows({ groups, rows, columns, groupStride, rowStride, columnStride }: WeightMatrix): boolean {
    const byRows = columnStride === 1 && rowStride === columns && (groups === 1 || groupStride === rows * columns);
    return byRows || (groups === 1 && rowStride === 1 && columnStride === rows);
  }

  /** Such a weight as rows that multiply columns: [1, groups, rows, columns]. */
  rows({ groups, rows, columns, columnStride }: WeightMatrix, from: string): string {
    if (columnStride === 1) return this.reshape(from, [1, groups, rows, columns]);
    return this.transposed(this.reshape(from, [1, 1, columns, rows]));
  }

  /** Of [samples, groups, rows, places] the sums over samples and places, of values or of their squares: [groups, rows]. */
  sumPlaces(from: string, of: 'values' | 'squares'): string {
    const [opType, since] =
      of === 'values' ? (['ReduceSum', SINCE.sumInputs] as const) : (['ReduceSumSquare', SINCE.squareInputs] as const);
    if (this.opset >= since) return this.node(opType, [from, this.integers([0, 3])], { keepdims: 0 });
    return this.node(opType, [from], { axes: [0, 3], keepdims: 0 });
  }

  /** a b^T summed over samples: [groups, columns, columns]. */
  product(a: string, b: string): string {
    return this.sumFirst(this.node('MatMul', [a, this.transposed(b)]));
  }

  /** Rows of kernel places, as a convolution sees them: each place a strided part of the padded input. */
  patches({ node, shape, groups, columns }: Columns, from: string): string | null {
    const kernel = shape.slice(2);
    const auto = stringAttribute(node, 'auto_pad', 'NOTSET');
    const strides = intsAttribute(node, 'strides') ?? kernel.map(() => 1);
    if (auto !== 'NOTSET' && auto !== 'VALID' && !(strides.every((s) => s === 1) && kernel.every((k) => k % 2 === 1))) return null;
    const dilations = intsAttribute(node, 'dilations') ?? kernel.map(() => 1);
    const pads =
      auto === 'NOTSET'
        ? (intsAttribute(node, 'pads') ?? kernel.flatMap(() => [0, 0]))
        : auto === 'VALID'
          ? kernel.flatMap(() => [0, 0])
          : samePads(kernel, dilations);
    const padded = pads.some((p) => p > 0) ? this.pad(from, pads) : from;
    const places = sizeOf(kernel);
    const parts = Array.from({ length: places }, (_, place) => {
      let rest = place;
      const at = kernel.toReversed().map((k) => {
        const i = rest % k;
        rest = Math.floor(rest / k);
        return i;
      });
      const part = this.strided(padded, at.toReversed(), kernel, strides, dilations);
      return this.reshape(part, [0, groups * (shape[1] ?? 1), 1, -1]);
    });
    const [only = ''] = parts;
    return this.reshape(places === 1 ? only : this.node('Concat', parts, { axis: 2 }), [0, groups, columns, -1]);
  }

  private strided(
    from: string,
    at: readonly number[],
    kernel: readonly number[],
    strides: readonly number[],
    dilations: readonly number[],
  ): string {
    const axes = at.map((_, axis) => axis + 2);
    const starts = at.map((i, axis) => i * (dilations[axis] ?? 1));
    const ends = at.map((i, axis) => {
      const left = ((kernel[axis] ?? 1) - 1 - i) * (dilations[axis] ?? 1);
      return left === 0 ? END : -left;
    });
    const whole = starts.every((s) => s === 0) && ends.every((e) => e === END);
    const steps = strides.some((s) => s > 1);
    if (whole && !steps) return from;
    if (this.opset >= SINCE.sliceInputs)
      return this.node('Slice', [from, this.integers(starts), this.integers(ends), this.integers(axes), this.integers(strides)]);
    const cut = whole ? from : this.node('Slice', [from], { starts, ends, axes });
    // Slice had no steps: a window of one takes every n-th value.
    return steps ? this.node('MaxPool', [cut], { kernel_shape: strides.map(() => 1), strides }) : cut;
  }

  private pad(from: string, pads: readonly number[]): string {
    const half = pads.length / 2;
    const all = [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)];
    return this.opset >= SINCE.padInputs ? this.node('Pad', [from, this.integers(all)]) : this.node('Pad', [from], { pads: all });
  }

  private sumFirst(from: string): string {
    if (this.opset >= SINCE.sumInputs) return this.node('ReduceSum', [from, this.integers([0])], { keepdims: 0 });
    return this.node('ReduceSum', [from], { axes: [0], keepdims: 0 });
  }

  transposed(from: string): string {
    return this.node('Transpose', [from], { perm: [0, 1, 3, 2] });
  }
}

/** Beyond any axis. */
const END = 2 ** 31 - 1;

function samePads(kernel: readonly number[], dilations: readonly number[]): number[] {
  const each = kernel.map((k, axis) => ((k - 1) / 2) * (dilations[axis] ?? 1));
  return [...each, ...each];
}
