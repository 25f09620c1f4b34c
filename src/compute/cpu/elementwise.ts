/**
 * The oracle: slow, obvious float32 arithmetic, one element at a time. Math.fround stands where a GPU would round to float32.
 */
import { checkGroups, groupOf } from '../groups';
import type { ErrorSums, Grid } from '../types';

/** Nearest integer, halves to the even one, as WGSL `round` and ONNX QuantizeLinear do. Exact for |x| < 2^52. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Code of one value: clip(round(value / scale) + zeroPoint, qMin, qMax). */
export function codeOf(value: number, scale: number, zeroPoint: number, grid: Pick<Grid, 'qMin' | 'qMax'>): number {
  const code = roundHalfEven(Math.fround(value / scale)) + zeroPoint;
  return Math.min(grid.qMax, Math.max(grid.qMin, code));
}

/** Value of one code: (code - zeroPoint) * scale in float32. */
export function valueOf(code: number, scale: number, zeroPoint: number): number {
  return Math.fround((code - zeroPoint) * scale);
}

export function fakeQuantize(w: Float32Array, grid: Grid, out: Float32Array): void {
  checkGroups(w.length, grid.groups);
  for (let e = 0; e < w.length; e++) {
    const g = groupOf(e, grid.groups);
    const scale = grid.scales[g] ?? 1;
    const zeroPoint = grid.zeroPoints[g] ?? 0;
    out[e] = valueOf(codeOf(w[e] ?? 0, scale, zeroPoint, grid), scale, zeroPoint);
  }
}

export function codesOf(w: Float32Array, grid: Grid): Uint8Array<ArrayBuffer> {
  checkGroups(w.length, grid.groups);
  const out = new Uint8Array(w.length);
  for (let e = 0; e < w.length; e++) {
    const g = groupOf(e, grid.groups);
    // Storing a negative code in a byte keeps its two's complement.
    out[e] = codeOf(w[e] ?? 0, grid.scales[g] ?? 1, grid.zeroPoints[g] ?? 0, grid);
  }
  return out;
}

export function sumErrors(reference: Float32Array, w: Float32Array): ErrorSums {
  let signal = 0;
  let noise = 0;
  for (let e = 0; e < reference.length; e++) {
    const r = reference[e] ?? 0;
    const d = r - (w[e] ?? 0);
    signal += r * r;
    noise += d * d;
  }
  return { signal, noise };
}
