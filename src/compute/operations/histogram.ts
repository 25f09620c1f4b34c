import { WhittleError } from '../../base/errors';
import type { Handle, Kernel, Operation } from '../types';
import { SHARE_OF_WORKGROUP } from './shared/share';

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

/** Counts in equal bins of [lo, hi]. @param bins 1 to 2,048. */
export const binCounts: Operation<[w: Handle, lo: number, hi: number, bins: number], HistogramBins> = {
  kernels: [KERNEL],
  compiled: 'at-start',
  cpu: (host, w, lo, hi, bins) => histogramOf(host.valuesOf(w), lo, hi, bins),
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
export function histogramOf(w: Float32Array, lo: number, hi: number, bins: number): HistogramBins {
  const low = Math.fround(lo);
  const high = Math.fround(hi);
  const counts = new Uint32Array(bins);
  for (const x of w) {
    const bin = binOf(x, low, high, bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { lo: low, hi: high, counts };
}
