import { percentile } from '../../base/stats';
import type { Binding, Device, GpuClock, Kernel, Operation } from '../types';
import { MATMUL_KERNELS, matmulInt8Of, matmulOf, tilesOf, type MatmulKind } from './shared/matmul';

/** The rate of one kind of matrix product. */
export interface MatmulTiming {
  readonly kind: MatmulKind;
  /** Edge of the square matrices. */
  readonly size: number;
  /** Billions of multiply-adds x2 per second over `runs` measured repeats; null with `reason` where the device cannot. */
  readonly gops: { readonly median: number; readonly p10: number; readonly p90: number; readonly runs: number } | null;
  readonly clock: 'timestamp-query' | 'queue' | 'cpu';
  readonly reason: string;
}

/** A timed batch lasts about this long: Chrome rounds timestamps to 0.1 ms, and a queue's own latency must not show. */
const BATCH_MS = 20;
const MAX_REPEATS = 500;
/** Without a GPU, beyond this edge the plain loops take longer than a person waits. */
const LARGEST_ON_CPU = 256;

export const HALF_KERNEL: Kernel = { name: 'to-half', source: ['prelude/linear', 'to-half'] };

/**
 * Rate of a size^3 product: a warm-up that also sizes the batch, then `runs` timed batches; kinds are interleaved by the caller. The clock
 * is timestamp-query where the device has it, else the time from submit until the queue is done.
 */
export const timeMatmul: Operation<[kind: MatmulKind, size: number, runs: number, signal: AbortSignal], MatmulTiming> = {
  kernels: [],
  compiled: 'on-use',
  cpu: (_host, kind, size, runs, signal) => timeOnCpu(kind, size, runs, signal),
  async gpu(device, kind, size, runs, signal) {
    const clock = device.features.includes('timestamp-query') ? 'timestamp-query' : 'queue';
    const cannot = kind === 'f16' && !device.features.includes('shader-f16');
    if (cannot) return notTimed(kind, size, clock, 'This GPU has no half precision (shader-f16).');
    const kernel = kernelOf(kind, device.features);
    await device.prepare([kernel, HALF_KERNEL]);
    const words = Uint32Array.of(size, kind === 'int8' ? Math.ceil(size / 4) : size, size);
    const bindings = [...inputsOf(device, kind, size), device.scratch(size * size * 4)];
    const workgroups = tilesOf(size, size);
    const time = (repeats: number, by: GpuClock): Promise<number> => device.time(kernel, words, bindings, { workgroups }, repeats, by);
    const repeats = Math.min(MAX_REPEATS, Math.max(1, Math.ceil(BATCH_MS / Math.max(await time(1, 'queue'), 0.01))));
    const milliseconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      signal.throwIfAborted();
      milliseconds.push((await time(repeats, clock)) / repeats);
    }
    return matmulTiming(kind, size, clock, milliseconds);
  },
};

/** The int8 kernel has the built-in dot product where WGSL does. */
function kernelOf(kind: MatmulKind, features: readonly string[]): Kernel {
  return MATMUL_KERNELS[kind === 'int8' && !features.includes('packed_4x8_integer_dot_product') ? 'int8-shifts' : kind];
}

/** Values that fill the type's range, so that no kernel can profit from zeros. */
function inputsOf(device: Device, kind: MatmulKind, size: number): Binding[] {
  const floats = filled(size * size);
  if (kind === 'f32') return [device.constant(floats), device.constant(floats)];
  if (kind === 'f16') return [toHalf(device, floats), toHalf(device, floats)];
  const bytes = filledBytes(size * Math.ceil(size / 4) * 4);
  return [device.constant(bytes), device.constant(bytes)];
}

/** Records a float16 copy of values, two a word. */
export function toHalf(device: Device, values: Float32Array): GPUBuffer {
  const words = Math.ceil(values.length / 2);
  const result = device.scratch(words * 4);
  device.dispatch(HALF_KERNEL, Uint32Array.of(values.length), [values, result], { threads: words });
  return result;
}

function timeOnCpu(kind: MatmulKind, size: number, runs: number, signal: AbortSignal): MatmulTiming {
  if (kind === 'f16') return notTimed(kind, size, 'cpu', 'The CPU has no half-precision loop.');
  if (size > LARGEST_ON_CPU) return notTimed(kind, size, 'cpu', `Without WebGPU only sizes up to ${LARGEST_ON_CPU} are timed.`);
  const [floats, bytes] = [filled(size * size), filledBytes(size * size)];
  const once = (): unknown => (kind === 'f32' ? matmulOf(floats, floats, size, size, size) : matmulInt8Of(bytes, bytes, size, size, size));
  once();
  const milliseconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    signal.throwIfAborted();
    const start = performance.now();
    once();
    milliseconds.push(performance.now() - start);
  }
  return matmulTiming(kind, size, 'cpu', milliseconds);
}

function filled(length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => ((i * 7919) % 255) / 128 - 1);
}

function filledBytes(length: number): Int8Array<ArrayBuffer> {
  return Int8Array.from({ length }, (_, i) => ((i * 7919) % 255) - 127);
}

/** GOPS of repeats of a size^3 product (two operations a multiply-add) from each repeat's milliseconds. */
function matmulTiming(kind: MatmulKind, size: number, clock: MatmulTiming['clock'], milliseconds: readonly number[]): MatmulTiming {
  const rates = milliseconds.map((ms) => (2 * size ** 3) / (ms * 1e6));
  const gops = { median: percentile(rates, 0.5), p10: percentile(rates, 0.1), p90: percentile(rates, 0.9), runs: rates.length };
  return { kind, size, gops, clock, reason: '' };
}

function notTimed(kind: MatmulKind, size: number, clock: MatmulTiming['clock'], reason: string): MatmulTiming {
  return { kind, size, gops: null, clock, reason };
}
