import { type Codebook, groupOf } from '../../base/grids';
import { dampedHessian, solveSymmetric } from '../reconstruction/factor';
import type { InputGram } from '../reconstruction/gram';

/** Part of the mean of the diagonal by which old values are held to: those that no weight uses stay. */
const HOLD = 1e-6;

/** A codebook, and codes in it: one byte a weight, in tensor order. */
export interface Coding {
  readonly codebook: Codebook;
  readonly codes: Uint8Array<ArrayBuffer>;
}

/**
 * The values that change the layer's output least while every weight keeps its code: least squares, one system a table. With M the codes of
 * a row as a 0/1 matrix [columns, size], A = sum of M^T H M and b = sum of M^T H w over the rows that use the table; A c = b. H has the
 * damping of the rounding.
 * @param target what the weights should be. @param keepZeros a value of 0 stays 0.
 */
export function refitCodebook(target: Float32Array, { codebook, codes }: Coding, { matrix, gram }: InputGram, keepZeros: boolean): Coding {
  const { groups, size } = codebook;
  const { columns } = matrix;
  const tables = codebook.values.length / size;
  const a = new Float64Array(tables * size * size);
  const b = new Float64Array(tables * size);
  const own = new Uint8Array(columns);
  const row = new Float64Array(columns);
  for (let g = 0; g < matrix.groups; g++) {
    const h = dampedHessian(gram.subarray(g * columns * columns, (g + 1) * columns * columns), columns);
    for (let r = 0; r < matrix.rows; r++) {
      const first = g * matrix.groupStride + r * matrix.rowStride;
      const table = groupOf(first, groups);
      for (let c = 0; c < columns; c++) {
        own[c] = codes[first + c * matrix.columnStride] ?? 0;
        row[c] = target[first + c * matrix.columnStride] ?? 0;
      }
      addRow(a.subarray(table * size * size, (table + 1) * size * size), b.subarray(table * size, (table + 1) * size), h, own, row);
    }
  }
  const values = codebook.values.slice();
  for (let t = 0; t < tables; t++) {
    const solved = solveTable(
      a.subarray(t * size * size, (t + 1) * size * size),
      b.subarray(t * size, (t + 1) * size),
      codebook.values.subarray(t * size, (t + 1) * size),
      keepZeros,
    );
    if (solved) values.set(solved, t * size);
  }
  return inOrder({ codebook: { groups, size, values }, codes });
}

/** Adds one row's M^T H M and M^T H w. */
function addRow(a: Float64Array, b: Float64Array, h: Float64Array, codes: Uint8Array, w: Float64Array): void {
  const size = b.length;
  const columns = codes.length;
  for (let i = 0, at = 0; i < columns; i++) {
    const code = codes[i] ?? 0;
    let sum = 0;
    for (let j = 0; j < columns; j++, at++) {
      const value = h[at] ?? 0;
      const place = code * size + (codes[j] ?? 0);
      a[place] = (a[place] ?? 0) + value;
      sum += value * (w[j] ?? 0);
    }
    b[code] = (b[code] ?? 0) + sum;
  }
}

/** A c = b with a light hold on the old values and, where asked for, zero fixed; null where A cannot be factored. Changes A and b. */
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

/** The same with each table's values ascending. */
function inOrder({ codebook: { groups, size, values }, codes }: Coding): Coding {
  const table = new Float32Array(values.length);
  const codeOf = new Uint8Array(values.length);
  for (let first = 0; first < values.length; first += size) {
    const order = Array.from({ length: size }, (_, k) => k).toSorted((x, y) => (values[first + x] ?? 0) - (values[first + y] ?? 0));
    for (const [code, k] of order.entries()) {
      table[first + code] = values[first + k] ?? 0;
      codeOf[first + k] = code;
    }
  }
  return { codebook: { groups, size, values: table }, codes: codes.map((code, e) => codeOf[groupOf(e, groups) * size + code] ?? 0) };
}
