/** Matrix products of shaders/matmul.wgsl, by what they multiply. */
import type { Kernel } from '../../types';

export type MatmulKind = 'f32' | 'f16' | 'int8';

/** Edge of the tile of C that a workgroup makes. */
const TILE = 64;

/** C = A x B in float32 sums from f32 or f16, or in int32 sums from int8 with the built-in dot product or, as shifts, without. */
export const MATMUL_KERNELS = {
  f32: { name: 'matmul-f32', source: ['prelude/f32', 'prelude/matmul-floats', 'matmul'] },
  f16: { name: 'matmul-f16', source: ['prelude/f16', 'prelude/matmul-floats', 'matmul'] },
  int8: { name: 'matmul-int8', source: ['prelude/dot4-builtin', 'prelude/matmul-int8', 'matmul'] },
  'int8-shifts': { name: 'matmul-int8-shifts', source: ['prelude/dot4-shifts', 'prelude/matmul-int8', 'matmul'] },
} as const satisfies Readonly<Record<string, Kernel>>;

/** Workgroups of an m x n result. */
export function tilesOf(m: number, n: number): number {
  return Math.ceil(m / TILE) * Math.ceil(n / TILE);
}

/** C[m,n] = sum over k of A[m,k] * B[k,n] in float64, rounded once to float32. */
export function matmulOf(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += (a[i * k + p] ?? 0) * (b[p * n + j] ?? 0);
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** Exact integer product; B is transposed [n,k]. Sums fit int32 for k <= 131,071. */
export function matmulInt8Of(a: Int8Array, bTransposed: Int8Array, m: number, k: number, n: number): Int32Array<ArrayBuffer> {
  const out = new Int32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += (a[i * k + p] ?? 0) * (bTransposed[j * k + p] ?? 0);
      out[i * n + j] = sum;
    }
  }
  return out;
}
