import type { FeedbackLevels, FeedbackShape } from '../types';
import { roundHalfEven } from './elementwise';

/** What `Compute.roundWithFeedback` does, row by row in float64. @param w [columns, rows]. @returns values [columns, rows], losses [rows]. */
export function roundWithFeedbackOf(w: Float32Array, factor: Float32Array, shape: FeedbackShape, levels: FeedbackLevels): { values: Float32Array<ArrayBuffer>; losses: Float32Array<ArrayBuffer> } {
  const { groups, rows, columns } = shape;
  const values = new Float32Array(w.length);
  const losses = new Float32Array(rows);
  const errors = new Float64Array(columns);
  const rowsOfGroup = rows / groups;
  for (let row = 0; row < rows; row++) {
    const group = Math.floor(row / rowsOfGroup) * columns * columns;
    let loss = 0;
    for (let i = 0; i < columns; i++) {
      const line = group + i * columns;
      let carried = 0;
      for (let j = 0; j < i; j++) carried += (factor[line + j] ?? 0) * (errors[j] ?? 0);
      const weight = w[i * rows + row] ?? 0;
      const wanted = weight + carried;
      const aim = weight === 0 ? 0 : wanted;
      const rounded = levels.kind === 'grid' ? nearestOnGrid(aim, levels, i, row, rows) : nearestInBook(aim, levels, row);
      errors[i] = weight - rounded;
      values[i * rows + row] = rounded;
      loss += ((factor[line + i] ?? 0) * (wanted - rounded)) ** 2;
    }
    losses[row] = loss;
  }
  return { values, losses };
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
