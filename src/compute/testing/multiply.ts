/** Products of the kernels that the benchmark times, with their results: what it multiplies is checked here. */
import type { DispatchSize, Operation } from '../types';
import { MATMUL_KERNELS, matmulInt8Of, matmulOf, tilesOf } from '../operations/shared/matmul';
import { HALF_KERNEL, toHalf } from '../operations/time-matmul';

type Sizes = readonly [m: number, k: number, n: number];

/** C = A x B of floats, [M,K] by [K,N]. @param size of the dispatch where it is not the kernel's own. */
export const multiplyFloats: Operation<
  [kind: 'f32' | 'f16', a: Float32Array, b: Float32Array, sizes: Sizes, size?: DispatchSize],
  Float32Array<ArrayBuffer>
> = {
  kernels: [MATMUL_KERNELS.f32],
  compiled: 'on-use',
  cpu: (_host, _kind, a, b, [m, k, n]) => matmulOf(a, b, m, k, n),
  async gpu(device, kind, a, b, [m, k, n], size = { workgroups: tilesOf(m, n) }) {
    await device.prepare(kind === 'f16' ? [HALF_KERNEL, MATMUL_KERNELS.f16] : []);
    const inputs = kind === 'f16' ? [toHalf(device, a), toHalf(device, b)] : [a, b];
    const result = device.scratch(m * n * 4);
    device.dispatch(MATMUL_KERNELS[kind], Uint32Array.of(m, k, n), [...inputs, result], size);
    return new Float32Array(await device.read(result, m * n * 4));
  },
};

/** C = A x B of int8, [M,K] by B transposed, [N,K]. */
export const multiplyInt8: Operation<
  [kind: 'int8' | 'int8-shifts', a: Int8Array, bTransposed: Int8Array, sizes: Sizes, size?: DispatchSize],
  Int32Array<ArrayBuffer>
> = {
  kernels: [],
  compiled: 'on-use',
  cpu: (_host, _kind, a, b, [m, k, n]) => matmulInt8Of(a, b, m, k, n),
  async gpu(device, kind, a, b, [m, k, n], size = { workgroups: tilesOf(m, n) }) {
    await device.prepare([MATMUL_KERNELS[kind]]);
    const result = device.scratch(m * n * 4);
    device.dispatch(MATMUL_KERNELS[kind], Uint32Array.of(m, Math.ceil(k / 4), n), [padded(a, m, k), padded(b, n, k), result], size);
    return new Int32Array(await device.read(result, m * n * 4));
  },
};

/** Rows padded with zeros to whole words of four values. */
function padded(rows: Int8Array, count: number, length: number): Int8Array {
  const whole = Math.ceil(length / 4) * 4;
  const out = new Int8Array(count * whole);
  for (let i = 0; i < count; i++) out.set(rows.subarray(i * length, (i + 1) * length), i * whole);
  return out;
}
