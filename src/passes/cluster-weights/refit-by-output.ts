import { groupOf } from '../../compute/groups';
import type { Codebook } from '../../compute/types';
import { solveSymmetric } from '../hessian/factor';
import type { InputGram } from '../hessian/gram';

/** Part of the mean of the diagonal by which old values are held to: those that no weight uses stay. */
const HOLD = 1e-6;

/**
 * The values that change the layer's output least while every weight keeps its code: least squares, one system a table. With M the codes of a
 * row as a 0/1 matrix [columns, size], A = sum of M^T H M and b = sum of M^T H w over the rows that use the table; A c = b.
 * @param target what the weights should be. @param codes one byte each.
 */
export function refitByOutput(target: Float32Array, codes: Uint8Array, codebook: Codebook, { matrix, gram }: InputGram, keepZeros: boolean): Codebook {
  const { groups, size } = codebook;
  const { columns } = matrix;
  const tables = codebook.values.length / size;
  const products = Array.from({ length: tables }, () => new Float64Array(size * size));
  const wanted = Array.from({ length: tables }, () => new Float64Array(size));
  const own = new Uint8Array(columns);
  const row = new Float64Array(columns);
  for (let g = 0; g < matrix.groups; g++) {
    for (let r = 0; r < matrix.rows; r++) {
      const first = g * matrix.groupStride + r * matrix.rowStride;
      const table = groupOf(first, groups);
      const [a, b] = [products[table], wanted[table]];
      if (!a || !b) continue;
      for (let c = 0; c < columns; c++) {
        const e = first + c * matrix.columnStride;
        own[c] = codes[e] ?? 0;
        row[c] = target[e] ?? 0;
      }
      addRow(a, b, gram.subarray(g * columns * columns), own, row, size);
    }
  }
  const refitted = codebook.values.slice();
  for (let t = 0; t < tables; t++) {
    const old = codebook.values.subarray(t * size, (t + 1) * size);
    const solved = solveTable(products[t] ?? new Float64Array(0), wanted[t] ?? new Float64Array(0), old, keepZeros);
    // Values may have changed places: codes are found anew from them.
    if (solved) refitted.set(Float32Array.from(solved).toSorted(), t * size);
  }
  return { groups, size, values: refitted };
}

/** Adds one row's M^T H M and M^T H w. */
function addRow(a: Float64Array, b: Float64Array, h: Float64Array, codes: Uint8Array, w: Float64Array, size: number): void {
  const columns = codes.length;
  for (let i = 0, at = 0; i < columns; i++) {
    const line = (codes[i] ?? 0) * size;
    let sum = 0;
    for (let j = 0; j < columns; j++, at++) {
      const value = h[at] ?? 0;
      const place = line + (codes[j] ?? 0);
      a[place] = (a[place] ?? 0) + value;
      sum += value * (w[j] ?? 0);
    }
    b[codes[i] ?? 0] = (b[codes[i] ?? 0] ?? 0) + sum;
  }
}

/** A c = b with a light hold on the old values and, where asked for, zero fixed; null where A cannot be factored. */
function solveTable(a: Float64Array, b: Float64Array, old: Float32Array, keepZeros: boolean): Float64Array | null {
  const size = old.length;
  let mean = 0;
  for (let k = 0; k < size; k++) mean += (a[k * size + k] ?? 0) / size;
  const hold = mean > 0 ? HOLD * mean : 1;
  for (let k = 0; k < size; k++) {
    a[k * size + k] = (a[k * size + k] ?? 0) + hold;
    b[k] = (b[k] ?? 0) + hold * (old[k] ?? 0);
    if (!keepZeros || old[k] !== 0) continue;
    for (let j = 0; j < size; j++) a[k * size + j] = a[j * size + k] = 0;
    a[k * size + k] = 1;
    b[k] = 0;
  }
  return solveSymmetric(a, b, size);
}
