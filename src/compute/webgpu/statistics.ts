import { WhittleError } from '../../base/errors';
import type { ErrorSums, Handle, HistogramBins } from '../types';
import { WORKGROUP, type Runner } from './runner';

/** Size of the histogram kernels' workgroup memory, in bins. */
const MAX_BINS = 2048;
/** Elements one workgroup of a histogram kernel takes. */
export const SHARE_OF_WORKGROUP = WORKGROUP * 256;

/** Threads of a kernel that strides over all elements: at least 64 elements each, at most 65,536 threads. */
function threadsOf(length: number): number {
  return Math.min(2 ** 16, Math.ceil(length / 64));
}

export async function errorSums(gpu: Runner, reference: Handle, w: Handle): Promise<ErrorSums> {
  gpu.check();
  if (reference.length === 0) return { signal: 0, noise: 0 };
  const threads = threadsOf(reference.length);
  const partials = gpu.scratch(threads * 8);
  return gpu.within([partials], async () => {
    const buffers = [gpu.tensors.of(reference).buffer, gpu.tensors.of(w).buffer, partials];
    gpu.dispatch('error-sums', Uint32Array.of(reference.length, threads), buffers, Math.ceil(threads / WORKGROUP));
    const parts = new Float32Array(await gpu.read(partials, threads * 8));
    let signal = 0;
    let noise = 0;
    for (let i = 0; i < parts.length; i += 2) {
      signal += parts[i] ?? 0;
      noise += parts[i + 1] ?? 0;
    }
    return { signal, noise };
  });
}

/** Elements of all tensors whose magnitude bits are below `bits`. */
export async function countBelowBits(gpu: Runner, tensors: readonly Handle[], bits: number): Promise<number> {
  gpu.check();
  const counter = gpu.scratch(4);
  return gpu.within([counter], async () => {
    for (const w of tensors) {
      if (w.length === 0) continue;
      const threads = threadsOf(w.length);
      gpu.dispatch('count-below', Uint32Array.of(w.length, threads, bits), [gpu.tensors.of(w).buffer, counter], Math.ceil(threads / WORKGROUP));
    }
    return new Uint32Array(await gpu.read(counter, 4))[0] ?? 0;
  });
}

export async function histogram(gpu: Runner, w: Handle, lo: number, hi: number, bins: number): Promise<HistogramBins> {
  gpu.check();
  if (bins < 1 || bins > MAX_BINS) throw new WhittleError('internal', `A histogram has 1 to ${MAX_BINS} bins, not ${bins}.`);
  const low = Math.fround(lo);
  const high = Math.fround(hi);
  const perUnit = high > low ? Math.fround(bins / Math.fround(high - low)) : 0;
  const floats = Float32Array.of(low, perUnit);
  const [lowBits = 0, perUnitBits = 0] = new Uint32Array(floats.buffer);
  const result = gpu.scratch(bins * 4);
  return gpu.within([result], async () => {
    if (w.length > 0) {
      const words = Uint32Array.of(w.length, bins, lowBits, perUnitBits, SHARE_OF_WORKGROUP);
      gpu.dispatch('histogram', words, [gpu.tensors.of(w).buffer, result], Math.ceil(w.length / SHARE_OF_WORKGROUP));
    }
    return { lo: low, hi: high, counts: new Uint32Array(await gpu.read(result, bins * 4)) };
  });
}
