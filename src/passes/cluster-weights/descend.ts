import { createYielder } from '../../base/yielder';
import { groupOf } from '../../base/grids';
import { dampedHessian } from '../reconstruction/factor';
import type { InputGram } from '../reconstruction/gram';
import type { Coding } from './refit';

/** Rounds over a row's weights at most; most rows settle in a few. */
const MOST_SWEEPS = 20;
/**
 * A change must gain this part of what the weight's own square costs: sums are float64, so that less is not noise but not worth a sweep.
 */
const LEAST_GAIN = 1e-9;

/**
 * Coordinate descent on the codes: one weight after another takes the value that makes the row's output error d^T (H + lambda I) d least
 * while the others stay, until none moves. With g = (H + lambda I) d the best value is the nearest to w - d[i] + g[i] / H[i, i].
 * @param target what the weights should be; those of exactly 0 are pruned and keep their codes.
 * @returns the codes, and the error over all rows. @throws AbortError when stopped.
 */
export async function descendCodes(
  target: Float32Array,
  { codebook, codes: start }: Coding,
  { matrix, gram }: InputGram,
  signal: AbortSignal,
): Promise<{ readonly codes: Uint8Array<ArrayBuffer>; readonly loss: number }> {
  const { columns } = matrix;
  const yieldTurn = createYielder();
  const codes = start.slice();
  const table = new Float64Array(codebook.size);
  const row: Row = {
    target: new Float64Array(columns),
    codes: new Uint8Array(columns),
    errors: new Float64Array(columns),
    slopes: new Float64Array(columns),
  };
  let loss = 0;
  for (let g = 0; g < matrix.groups; g++) {
    const h = dampedHessian(gram.subarray(g * columns * columns, (g + 1) * columns * columns), columns);
    for (let r = 0; r < matrix.rows; r++) {
      await yieldTurn();
      signal.throwIfAborted();
      const first = g * matrix.groupStride + r * matrix.rowStride;
      const from = groupOf(first, codebook.groups) * codebook.size;
      table.set(codebook.values.subarray(from, from + codebook.size));
      for (let c = 0; c < columns; c++) {
        row.target[c] = target[first + c * matrix.columnStride] ?? 0;
        row.codes[c] = codes[first + c * matrix.columnStride] ?? 0;
      }
      loss += descendRow(row, h, table);
      for (let c = 0; c < columns; c++) codes[first + c * matrix.columnStride] = row.codes[c] ?? 0;
    }
  }
  return { codes, loss };
}

interface Row {
  readonly target: Float64Array;
  readonly codes: Uint8Array;
  /** d = target - value. */
  readonly errors: Float64Array;
  /** g = H d. */
  readonly slopes: Float64Array;
}

/** @returns the row's error afterwards. */
function descendRow({ target, codes, errors, slopes }: Row, h: Float64Array, table: Float64Array): number {
  const n = codes.length;
  for (let i = 0; i < n; i++) errors[i] = (target[i] ?? 0) - (table[codes[i] ?? 0] ?? 0);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++, at++) sum += (h[at] ?? 0) * (errors[j] ?? 0);
    slopes[i] = sum;
  }
  for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep++) {
    moved = false;
    for (let i = 0; i < n; i++) {
      const [w, d, g, own] = [target[i] ?? 0, errors[i] ?? 0, slopes[i] ?? 0, h[i * n + i] ?? 1];
      if (w === 0) continue;
      const code = nearestTo(table, w - d + g / own);
      const change = w - (table[code] ?? 0) - d;
      if (!(2 * change * g + change * change * own < -LEAST_GAIN * own * w * w)) continue;
      codes[i] = code;
      errors[i] = d + change;
      for (let j = 0, at = i * n; j < n; j++, at++) slopes[j] = (slopes[j] ?? 0) + (h[at] ?? 0) * change;
      moved = true;
    }
  }
  return errors.reduce((sum, d, i) => sum + d * (slopes[i] ?? 0), 0);
}

function nearestTo(table: Float64Array, wanted: number): number {
  let best = 0;
  for (let k = 1; k < table.length; k++) if (Math.abs((table[k] ?? 0) - wanted) < Math.abs((table[best] ?? 0) - wanted)) best = k;
  return best;
}
