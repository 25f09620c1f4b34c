import { WhittleError } from '../../base/errors';
import type { Handle, Kernel, Operation, Task } from '../types';
import { SHARE_OF_WORKGROUP } from './shared/share';
import { type Span, spansOf, whole } from './shared/spans';

/** Equal bins of [lo, hi], in the weights' unit. */
export interface HistogramBins {
  readonly lo: number;
  readonly hi: number;
  /**
   * counts[k] covers [lo + k*w, lo + (k+1)*w), w = (hi-lo)/counts.length; the last bin includes hi. Outside values clamp to the end bins.
   */
  readonly counts: Uint32Array;
}

/** Size of the kernel's workgroup memory, in bins. */
const MAX_BINS = 2048;

const KERNEL: Kernel = { name: 'histogram', source: ['prelude/linear', 'histogram'] };

type Part = Omit<HistogramBins, 'counts'> & { readonly w: Float32Array; readonly bins: number; readonly span: Span };

const task: Task<Part, Uint32Array> = { name: KERNEL.name, run: ({ w, lo, hi, bins, span }) => histogramOf(w, lo, hi, bins, span).counts };

/** Counts in equal bins of [lo, hi]. @param bins 1 to 2,048. */
export const binCounts: Operation<[w: Handle, lo: number, hi: number, bins: number], HistogramBins> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  task,
  async cpu(host, handle, lo, hi, bins) {
    const w = host.valuesOf(handle);
    const parts = spansOf(w.length, 4).map((span) => ({ w, lo, hi, bins, span }));
    const counts = new Uint32Array(bins);
    for (const part of await host.each(task, parts)) {
      for (let bin = 0; bin < bins; bin++) counts[bin] = (counts[bin] ?? 0) + (part[bin] ?? 0);
    }
    return { lo: Math.fround(lo), hi: Math.fround(hi), counts };
  },
  async gpu(device, w, lo, hi, bins) {
    if (bins < 1 || bins > MAX_BINS) throw new WhittleError('internal', `A histogram has 1 to ${MAX_BINS} bins, not ${bins}.`);
    const low = Math.fround(lo);
    const high = Math.fround(hi);
    const perUnit = high > low ? Math.fround(bins / Math.fround(high - low)) : 0;
    const words = Uint32Array.of(w.length, bins, ...new Uint32Array(Float32Array.of(low, perUnit).buffer), SHARE_OF_WORKGROUP);
    const result = device.scratch(bins * 4);
    device.dispatch(KERNEL, words, [w, result], { workgroups: Math.ceil(w.length / SHARE_OF_WORKGROUP) });
    return { lo: low, hi: high, counts: new Uint32Array(await device.read(result, bins * 4)) };
  },
};

/** Bin of x in `bins` equal bins of [lo, hi]; outside values clamp. Float32 throughout, so that the shader can equal it. */
function binOf(x: number, lo: number, hi: number, bins: number): number {
  if (hi <= lo) return 0;
  const position = Math.floor(Math.fround(Math.fround(x - lo) * Math.fround(bins / Math.fround(hi - lo))));
  return Math.min(bins - 1, Math.max(0, position));
}

/** The reference of `binCounts`: values outside [lo, hi] count in the first or last bin. */
export function histogramOf(w: Float32Array, lo: number, hi: number, bins: number, { from, to }: Span = whole(w)): HistogramBins {
  const low = Math.fround(lo);
  const high = Math.fround(hi);
  const counts = new Uint32Array(bins);
  for (let e = from; e < to; e++) {
    const bin = binOf(w[e] ?? 0, low, high, bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { lo: low, hi: high, counts };
}
