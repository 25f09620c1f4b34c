import type { FeedbackShape } from '../../compute/operations/round-with-feedback';
import type { WeightMatrix } from '../../onnx/operators/geometry';
import { feedbackFactor, solverOf } from './factor';
import type { InputGram } from './gram';
import { LANES } from '../../base/lanes';
import { takeLanes, timesMatrix, transposed, type RowsAt } from './lanes';

/** A layer laid out for `roundWithFeedback`: which element of its tensor stands at each place. */
export interface FeedbackRows {
  readonly shape: FeedbackShape;
  /** [groups, columns, columns]. */
  readonly factor: Float32Array;
  /** The element at [column, row]. */
  readonly elementOf: (column: number, row: number) => number;
  /** The Hessian that `factor` is of, damping and order of columns included, scaled to a mean diagonal of 1: [groups, columns, columns]. */
  readonly hessian: () => Float32Array<ArrayBuffer>;
}

/**
 * @param sort whether columns may be taken in the order of their importance.
 * @returns in words why it cannot be done, where an input's Hessian cannot be factored.
 */
export function feedbackRows({ matrix, gram }: InputGram, sort: boolean): FeedbackRows | string {
  const { groups, rows, columns } = matrix;
  const size = columns * columns;
  const factor = new Float32Array(groups * size);
  const orders: Uint32Array[] = [];
  for (let g = 0; g < groups; g++) {
    const own = feedbackFactor(gram.subarray(g * size, (g + 1) * size), columns, sort);
    if (own === null) return 'its inputs on the samples are not finite';
    factor.set(own.factor, g * size);
    orders.push(own.order);
  }
  const elementOf = (column: number, row: number): number => {
    const g = Math.floor(row / rows);
    return g * matrix.groupStride + (row - g * rows) * matrix.rowStride + (orders[g]?.[column] ?? 0) * matrix.columnStride;
  };
  const hessian = (): Float32Array<ArrayBuffer> => {
    const scaled = new Float32Array(factor.length);
    for (const [g, order] of orders.entries())
      scaled.set(scaledHessian(gram.subarray(g * size, (g + 1) * size), order, factor[(g + 1) * size - 1] ?? 1), g * size);
    return scaled;
  };
  return { shape: { groups, rows: groups * rows, columns }, factor, elementOf, hessian };
}

/** @param corner the factor's last diagonal element: squared it is the Hessian's, for R is upper triangular. The excess is damping. */
function scaledHessian(gram: Float64Array, order: Uint32Array, corner: number): Float64Array {
  const n = order.length;
  const damping = Math.max(0, corner ** 2 - (gram[(order[n - 1] ?? 0) * (n + 1)] ?? 0));
  const mean = order.reduce((sum, c) => sum + (gram[c * (n + 1)] ?? 0) + damping, 0) / n;
  const scaled = new Float64Array(n * n);
  for (const [a, i] of order.entries())
    for (const [b, j] of order.entries()) scaled[a * n + b] = ((gram[i * n + j] ?? 0) + (a === b ? damping : 0)) / mean;
  return scaled;
}

/** Values of a tensor at their places, [columns, rows]. */
export function gather(values: Float32Array, { shape, elementOf }: FeedbackRows): Float32Array<ArrayBuffer> {
  const placed = new Float32Array(values.length);
  for (let c = 0, at = 0; c < shape.columns; c++) for (let r = 0; r < shape.rows; r++, at++) placed[at] = values[elementOf(c, r)] ?? 0;
  return placed;
}

/** Back from their places to the tensor. */
export function scatter(placed: Float32Array, { shape, elementOf }: FeedbackRows): Float32Array<ArrayBuffer> {
  const values = new Float32Array(placed.length);
  for (let c = 0, at = 0; c < shape.columns; c++) for (let r = 0; r < shape.rows; r++, at++) values[elementOf(c, r)] = placed[at] ?? 0;
  return values;
}

/**
 * The weights that give, on the inputs of the network as it is now, what the layer's own weights give on the original's, as nearly as least
 * squares can: w + w (C - H) (H + lambda I)^-1, C the sums of X0 X^T. Damping draws them back to w, which guards against what few samples
 * only seem to say. Where there is one network only, or nothing can be learned, they are the weights themselves. Pruned weights stay 0.
 * @param damping as a part of the Hessian's mean diagonal; 1 % unless given.
 */
export function targetWeights(weights: Float32Array, { matrix, gram, drift }: InputGram, damping?: number): Float32Array {
  if (drift === null) return weights;
  const { groups, rows, columns, groupStride } = matrix;
  const size = columns * columns;
  const target = weights.slice();
  const [own, moves] = [new Float64Array(columns * LANES), new Float64Array(columns * LANES)];
  for (let g = 0; g < groups; g++) {
    const hessian = gram.subarray(g * size, (g + 1) * size);
    const solve = solverOf(hessian, columns, damping);
    if (solve === null) continue;
    const shift = drift.of === 'columns' ? differenceOf(drift.cross.subarray(g * size, (g + 1) * size), hessian, columns) : null;
    for (let r = 0; r < rows; r += LANES) {
      const count = Math.min(LANES, rows - r);
      const first = g * groupStride + r * matrix.rowStride;
      takeLanes(weights, first, matrix, columns, count, own);
      if (shift !== null) timesMatrix(own, shift, columns, moves);
      else if (drift.of === 'outputs')
        takeLanes(drift.sums, (g * rows + r) * columns, { rowStride: columns, columnStride: 1 }, columns, count, moves);
      solve(moves);
      addLanes(target, first, matrix, moves, own, count);
    }
  }
  return target;
}

/** C - H, its columns one after another. */
function differenceOf(cross: Float64Array, hessian: Float64Array, n: number): Float64Array {
  return transposed(
    cross.map((c, i) => c - (hessian[i] ?? 0)),
    n,
  );
}

/** Adds what moves the rows to their elements, but for those of exactly 0. */
function addLanes(target: Float32Array, first: number, at: RowsAt, moves: Float64Array, own: Float64Array, count: number): void {
  for (let c = 0; c * LANES < moves.length; c++) {
    for (let lane = 0; lane < count; lane++) {
      if (own[c * LANES + lane] === 0) continue;
      const e = first + lane * at.rowStride + c * at.columnStride;
      target[e] = (target[e] ?? 0) + (moves[c * LANES + lane] ?? 0);
    }
  }
}

/** The mean square of each column of the input, one a tensor element: how much an error of the element weighs by itself. */
export function elementImportance(
  length: number,
  { matrix, gram }: { readonly matrix: WeightMatrix; readonly gram: Float64Array },
): Float32Array<ArrayBuffer> {
  const { groups, rows, columns, groupStride, rowStride, columnStride } = matrix;
  const importance = new Float32Array(length);
  for (let g = 0; g < groups; g++) {
    for (let c = 0; c < columns; c++) {
      const own = gram[(g * columns + c) * columns + c] ?? 0;
      for (let r = 0; r < rows; r++) importance[g * groupStride + r * rowStride + c * columnStride] = own;
    }
  }
  return importance;
}
