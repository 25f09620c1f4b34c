import { LANES, sumLanes } from '../../base/lanes';
import type { Handle, Kernel, Operation, Task } from '../types';
import { roundHalfEven } from './shared/grid';
import { type Span, spansOf } from './shared/spans';

/** Weights as a matrix of rows that are rounded for themselves. Rows fall into equal runs, one an input group. */
export interface FeedbackShape {
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
}

/** What weights may become. Blocks are runs of columns with scales of their own. */
export type FeedbackLevels =
  | {
      readonly kind: 'grid';
      readonly qMin: number;
      readonly qMax: number;
      /** [blocks, rows]. */
      readonly scales: Float32Array;
      readonly zeroPoints: Int32Array;
      /** The block of each column. */
      readonly blockOf: Uint32Array;
    }
  | {
      readonly kind: 'codebook';
      /** Values of one book; [books, size], each ascending. */
      readonly size: number;
      readonly values: Float32Array;
      /** The book of each row. */
      readonly bookOf: Uint32Array;
    };

/** Levels of a uniform grid. */
export type GridLevels = FeedbackLevels & { readonly kind: 'grid' };

export interface Rounded<Values> {
  /** Like the weights: [columns, rows]. */
  readonly values: Values;
  /** [rows]. */
  readonly losses: Float32Array<ArrayBuffer>;
}

const SOURCE = ['prelude/linear', 'round-with-feedback'] as const;
const KERNELS: Readonly<Record<FeedbackLevels['kind'], Kernel>> = {
  grid: { name: 'round-with-feedback', source: SOURCE, constants: { codebook: 0 } },
  codebook: { name: 'round-with-feedback', source: SOURCE, constants: { codebook: 1 } },
};

interface Part {
  readonly w: Float32Array;
  readonly factor: Float32Array;
  readonly shape: FeedbackShape;
  readonly levels: FeedbackLevels;
  /** Rows. */
  readonly span: Span;
  /** Where their values go: like the weights. */
  readonly values: Float32Array;
}

const task: Task<Part, Float32Array> = { name: KERNELS.grid.name, run: roundRows };

/**
 * Rounds each row to its levels one column after another; a column aims at its weight plus what the errors d (weight - rounded) of earlier
 * ones call for: sum over j < i of F[i, j] d[j]. The loss of a row is the sum of (F[i, i] (aim - rounded))^2. With F from the Cholesky
 * factor of a layer's input Hessian this is GPTQ (Frantar et al. 2022, arXiv 2210.17323), and the loss is the layer's squared output error.
 * Weights of exactly 0 are pruned: they are rounded as they are, and others make up for them. w is [columns, rows]; factor is F, [groups,
 * columns, columns], see src/passes/reconstruction/factor.ts. The caller destroys the values. float32 sums on a GPU: near ties may fall the
 * other way.
 */
export const roundWithFeedback: Operation<[w: Handle, factor: Handle, shape: FeedbackShape, levels: FeedbackLevels], Rounded<Handle>> = {
  kernels: [KERNELS.grid, KERNELS.codebook],
  compiled: 'on-use',
  task,
  async cpu(host, w, factor, shape, levels) {
    const values = host.floats(w.length);
    const given = { w: host.valuesOf(w), factor: host.valuesOf(factor) };
    const spans = spansOf(shape.rows, shape.columns ** 2);
    const parts = spans.map((span): Part => ({ w: given.w, factor: given.factor, shape, levels, span, values }));
    const lost = await host.each(task, parts);
    const losses = new Float32Array(shape.rows);
    for (const [k, { from }] of spans.entries()) losses.set(lost[k] ?? [], from);
    return { values: host.tensor(values), losses };
  },
  async gpu(device, w, factor, { groups, rows, columns }, levels) {
    const isGrid = levels.kind === 'grid';
    const limits = Float32Array.of(isGrid ? levels.qMin : 0, isGrid ? levels.qMax : 0);
    const words = Uint32Array.of(rows, columns, rows / groups, isGrid ? 0 : levels.size, ...new Uint32Array(limits.buffer));
    const tables = isGrid ? [interleaved(levels.scales, levels.zeroPoints), levels.blockOf] : [levels.values, levels.bookOf];
    const errors = device.scratch(w.length * 4);
    const values = device.tensor(w.length);
    const losses = device.scratch(rows * 4);
    device.dispatch(KERNELS[levels.kind], words, [w, factor, ...tables, errors, values, losses], { threads: w.length === 0 ? 0 : rows });
    return { values, losses: new Float32Array(await device.read(losses, rows * 4)) };
  },
};

function interleaved(scales: Float32Array, zeroPoints: Int32Array): Float32Array {
  const pairs = new Float32Array(2 * scales.length);
  for (let i = 0; i < scales.length; i++) {
    pairs[2 * i] = scales[i] ?? 1;
    pairs[2 * i + 1] = zeroPoints[i] ?? 0;
  }
  return pairs;
}

/** The reference of `roundWithFeedback`. */
export function roundWithFeedbackOf(
  w: Float32Array,
  factor: Float32Array,
  shape: FeedbackShape,
  levels: FeedbackLevels,
): Rounded<Float32Array<ArrayBuffer>> {
  const values = new Float32Array(w.length);
  return { values, losses: roundRows({ w, factor, shape, levels, span: { from: 0, to: shape.rows }, values }) };
}

/** In float64, rows side by side, each summed in its own order. Gives the losses of the span's rows. */
function roundRows(part: Part): Float32Array<ArrayBuffer> {
  const { groups, rows, columns } = part.shape;
  const { from, to } = part.span;
  const losses = new Float32Array(to - from);
  const errors = new Float64Array(columns * LANES);
  const rowsOfGroup = rows / groups;
  for (let row = from; row < to;) {
    const group = Math.floor(row / rowsOfGroup);
    const count = Math.min(LANES, to - row, (group + 1) * rowsOfGroup - row);
    losses.set(roundLanes(part, row, count, group * columns * columns, errors), row - from);
    row += count;
  }
  return losses;
}

/** `count` rows from `row` on, of the group whose factor begins at `first`. @param errors [columns, LANES], to work in. */
function roundLanes(
  { w, factor, shape: { rows, columns }, levels, values }: Part,
  row: number,
  count: number,
  first: number,
  errors: Float64Array,
): Float64Array {
  const losses = new Float64Array(count);
  const carried = new Float64Array(LANES);
  for (let i = 0; i < columns; i++) {
    const line = first + i * columns;
    sumLanes(factor, line, errors, 0, i, carried);
    const own = factor[line + i] ?? 0;
    for (let lane = 0; lane < count; lane++) {
      const at = i * rows + row + lane;
      const weight = w[at] ?? 0;
      const wanted = weight + (carried[lane] ?? 0);
      const aim = weight === 0 ? 0 : wanted;
      const rounded = levels.kind === 'grid' ? nearestOnGrid(aim, levels, i, row + lane, rows) : nearestInBook(aim, levels, row + lane);
      errors[i * LANES + lane] = weight - rounded;
      values[at] = rounded;
      losses[lane] = (losses[lane] ?? 0) + (own * (wanted - rounded)) ** 2;
    }
  }
  return losses;
}

function nearestOnGrid(wanted: number, levels: FeedbackLevels & { kind: 'grid' }, column: number, row: number, rows: number): number {
  const at = (levels.blockOf[column] ?? 0) * rows + row;
  const scale = levels.scales[at] ?? 1;
  const zero = levels.zeroPoints[at] ?? 0;
  const code = Math.min(levels.qMax, Math.max(levels.qMin, roundHalfEven(wanted / scale) + zero));
  return Math.fround((code - zero) * scale);
}

function nearestInBook(wanted: number, { values, size, bookOf }: FeedbackLevels & { kind: 'codebook' }, row: number): number {
  const first = (bookOf[row] ?? 0) * size;
  let best = values[first] ?? 0;
  for (let k = first + 1; k < first + size; k++) if (Math.abs((values[k] ?? 0) - wanted) < Math.abs(best - wanted)) best = values[k] ?? 0;
  return best;
}
