import { createYielder } from '../../base/yielder';
import { adaround, type AdaroundOptions } from '../../compute/operations/adaround';
import { gramProduct } from '../../compute/operations/gram-product';
import type { FeedbackShape, GridLevels } from '../../compute/operations/round-with-feedback';
import type { Compute, Handle } from '../../compute/types';
import type { FeedbackRows } from '../reconstruction/rows';
import { descendRow } from './descend';

/**
 * AdaRound on the grid that error feedback was given (Nagel et al. 2020, arXiv 2004.10568): each weight goes to one of the two levels
 * around it, or where feedback took it further, to that level or the next one back. Learning starts half way between the weight and
 * feedback's choice, on the Hessian of all samples. A row keeps its old rounding where the new one has no less output error, so that none
 * gets worse; from either, single weights then move on while that gains.
 * @param weights what is aimed at, [columns, rows]. @param start rounded with error feedback, on the levels. @returns values like `start`.
 */
export async function learnRounding(
  compute: Compute,
  weights: Float32Array,
  start: Float32Array,
  rows: FeedbackRows,
  levels: GridLevels,
  options: AdaroundOptions,
): Promise<Float32Array> {
  const { shape } = rows;
  const hessian = rows.hessian();
  const choices = choicesOf(weights, start, shape.rows, levels);
  const gram = compute.upload(hessian);
  try {
    const shares = await compute.run(adaround, gram, choices.planes, shape, options);
    const learned = shares.map((share, at) => (share >= 0.5 ? choices.upper[at] : choices.lower[at]) ?? 0);
    const [before, after] = [
      await productOf(compute, gram, start, weights, shape),
      await productOf(compute, gram, learned, weights, shape),
    ];
    const yieldTurn = createYielder();
    for (let row = 0; row < shape.rows; row++) {
      await yieldTurn();
      options.signal.throwIfAborted();
      const better = errorOf(row, learned, weights, after, shape) < errorOf(row, start, weights, before, shape);
      if (!better) for (let at = row; at < learned.length; at += shape.rows) learned[at] = start[at] ?? 0;
      descendRow(row, learned, weights, hessian, better ? after : before, shape, levels);
    }
    return learned;
  } finally {
    gram.destroy();
  }
}

/** The Hessian times the errors of values, [columns, rows]. */
function productOf(
  compute: Compute,
  gram: Handle,
  values: Float32Array,
  weights: Float32Array,
  shape: FeedbackShape,
): Promise<Float32Array> {
  return compute.run(
    gramProduct,
    gram,
    values.map((v, at) => v - (weights[at] ?? 0)),
    shape,
  );
}

/** d H d^T of a row. */
function errorOf(row: number, values: Float32Array, weights: Float32Array, product: Float32Array, { rows }: FeedbackShape): number {
  let sum = 0;
  for (let at = row; at < values.length; at += rows) sum += ((values[at] ?? 0) - (weights[at] ?? 0)) * (product[at] ?? 0);
  return sum;
}

interface Choices {
  /** [columns, rows]. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  /** What `adaround` takes. */
  readonly planes: Float32Array;
}

function choicesOf(
  weights: Float32Array,
  start: Float32Array,
  rows: number,
  { qMin, qMax, scales, zeroPoints, blockOf }: GridLevels,
): Choices {
  const size = weights.length;
  const [lower, upper, planes] = [new Float32Array(size), new Float32Array(size), new Float32Array(3 * size)];
  const blocks = scales.length / rows;
  // Of each row, the step that its errors are measured in.
  const units = new Float32Array(rows);
  for (const [at, scale] of scales.entries()) units[at % rows] = (units[at % rows] ?? 0) + Math.abs(scale) / blocks;
  for (const [at, weight] of weights.entries()) {
    const row = at % rows;
    const level = (blockOf[Math.floor(at / rows)] ?? 0) * rows + row;
    const scale = scales[level] ?? 1;
    const zero = zeroPoints[level] ?? 0;
    const place = weight / scale + zero;
    const fed = Math.round((start[at] ?? 0) / scale) + zero;
    let low = Math.min(qMax - 1, Math.max(qMin, Math.floor(place)));
    if (fed < low) low = fed;
    if (fed > low + 1) low = fed - 1;
    lower[at] = (low - zero) * scale;
    upper[at] = (low + 1 - zero) * scale;
    const unit = units[row] ?? 1;
    planes[at] = ((lower[at] ?? 0) - weight) / unit;
    planes[size + at] = ((upper[at] ?? 0) - (lower[at] ?? 0)) / unit;
    planes[2 * size + at] = (Math.min(1, Math.max(0, place - low)) + fed - low) / 2;
  }
  return { lower, upper, planes };
}
