import { WhittleError } from '../../base/errors';
import type { Handle } from '../types';
import { spread, WORKGROUP, type Runner } from './runner';
import type { Kernel } from './shaders';

/** Edge of the tile of C that a workgroup makes (shaders/matmul.wgsl). */
const TILE = 64;

export function matmulWorkgroups(m: number, n: number): [number, number] {
  return spread(Math.ceil(m / TILE) * Math.ceil(n / TILE));
}

/** The int8 kernel for this device: the built-in dot product where WGSL has it. */
export function int8Kernel(features: readonly string[]): Kernel {
  return features.includes('packed_4x8_integer_dot_product') ? 'matmul-int8' : 'matmul-int8-shifts';
}

export function requireF16(gpu: Runner): void {
  if (gpu.device.features.has('shader-f16')) return;
  throw new WhittleError('runtime-failed', 'This GPU has no half precision (shader-f16).', 'Use float32 on this device.');
}

export async function matmul(gpu: Runner, a: Handle, b: Handle, m: number, k: number, n: number): Promise<Float32Array<ArrayBuffer>> {
  await gpu.pipelines.prepare('matmul-f32');
  return product(gpu, 'matmul-f32', gpu.tensors.of(a).buffer, gpu.tensors.of(b).buffer, m, k, n);
}

export async function matmulF16(gpu: Runner, a: Handle, b: Handle, m: number, k: number, n: number): Promise<Float32Array<ArrayBuffer>> {
  requireF16(gpu);
  await gpu.pipelines.prepare('matmul-f16');
  const halves = [toHalf(gpu, a), toHalf(gpu, b)] as const;
  return gpu.within(halves, () => product(gpu, 'matmul-f16', halves[0], halves[1], m, k, n));
}

async function product(gpu: Runner, kernel: Kernel, a: GPUBuffer, b: GPUBuffer, m: number, k: number, n: number): Promise<Float32Array<ArrayBuffer>> {
  const result = gpu.scratch(m * n * 4);
  return gpu.within([result], async () => {
    if (m * n > 0) gpu.dispatch(kernel, Uint32Array.of(m, k, n), [a, b, result], matmulWorkgroups(m, n));
    return new Float32Array(await gpu.read(result, m * n * 4));
  });
}

/** A float16 copy of a tensor, two values a word. The caller destroys it. */
export function toHalf(gpu: Runner, w: Handle): GPUBuffer {
  const words = Math.ceil(w.length / 2);
  const result = gpu.scratch(words * 4);
  if (words > 0) gpu.dispatch('to-half', Uint32Array.of(w.length), [gpu.tensors.of(w).buffer, result], spread(Math.ceil(words / WORKGROUP)));
  return result;
}

export async function matmulInt8(gpu: Runner, kernel: Kernel, a: Int8Array, bTransposed: Int8Array, m: number, k: number, n: number): Promise<Int32Array<ArrayBuffer>> {
  gpu.check();
  await gpu.pipelines.prepare(kernel);
  const inputs = [gpu.constant(padRows(a, m, k)), gpu.constant(padRows(bTransposed, n, k))];
  const result = gpu.scratch(m * n * 4);
  return gpu.within([...inputs, result], async () => {
    if (m * n > 0) gpu.dispatch(kernel, Uint32Array.of(m, Math.ceil(k / 4), n), [...inputs, result], matmulWorkgroups(m, n));
    return new Int32Array(await gpu.read(result, m * n * 4));
  });
}

/** Rows padded with zeros to whole words of four values. */
function padRows(rows: Int8Array, count: number, length: number): Int8Array {
  const padded = Math.ceil(length / 4) * 4;
  if (padded === length) return rows;
  const out = new Int8Array(count * padded);
  for (let i = 0; i < count; i++) out.set(rows.subarray(i * length, (i + 1) * length), i * padded);
  return out;
}
