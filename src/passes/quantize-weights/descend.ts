import type { FeedbackShape, GridLevels } from '../../compute/operations/round-with-feedback';

/** Rounds over all columns at most; nearly all rows are at rest before. */
const MOST_SWEEPS = 20;
/** Of a row's error: gains below it are rounding noise. */
const LEAST_GAIN = 1e-7;

/**
 * Coordinate descent on d H d^T: one weight of a row after another goes to its best level while the others stay, until none gains (as
 * CDQuant, Nair & Suggala 2024, arXiv 2406.17542, in cyclic order).
 * @param values [columns, rows], on the levels; changed in place. @param weights what is aimed at. @param hessian [groups, columns,
 * columns].
 * @param product the Hessian times (values - weights), [columns, rows].
 */
export function descendRow(
  row: number,
  values: Float32Array,
  weights: Float32Array,
  hessian: Float32Array,
  product: Float32Array,
  { groups, rows, columns }: FeedbackShape,
  { qMin, qMax, scales, zeroPoints, blockOf }: GridLevels,
): void {
  const first = Math.floor((row * groups) / rows) * columns;
  const slopes = Float64Array.from({ length: columns }, (_, c) => product[c * rows + row] ?? 0);
  let error = slopes.reduce((sum, p, c) => sum + p * ((values[c * rows + row] ?? 0) - (weights[c * rows + row] ?? 0)), 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = false;
    for (let c = 0; c < columns; c++) {
      const at = c * rows + row;
      const own = hessian[(first + c) * columns + c] ?? 1;
      const value = values[at] ?? 0;
      const level = (blockOf[c] ?? 0) * rows + row;
      const scale = scales[level] ?? 1;
      const zero = zeroPoints[level] ?? 0;
      const code = Math.min(qMax, Math.max(qMin, Math.round((value - (slopes[c] ?? 0) / own) / scale) + zero));
      const next = Math.fround((code - zero) * scale);
      const change = next - value;
      const gain = -change * (2 * (slopes[c] ?? 0) + change * own);
      if (gain <= LEAST_GAIN * error) continue;
      moved = true;
      error -= gain;
      values[at] = next;
      for (let k = 0, line = (first + c) * columns; k < columns; k++, line++) slopes[k] = (slopes[k] ?? 0) + change * (hessian[line] ?? 0);
    }
    if (!moved) return;
  }
}
