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
