import { HALF } from '../../compute/operations/activation-bins';
import type { Counted } from '../types';

const NONE = new Float64Array(0);
const NO_COUNTS = new Uint32Array(0);

/**
 * What is known of an activation: extremes and a histogram, gathered in one pass over the samples and in constant memory. Bins are
 * symmetric about zero, at least 2,048 of them in use, 8 for each of 256 codes, whatever the range; where a batch's extremes lie outside,
 * the bin width doubles and neighbours are merged, so no range need be known beforehand.
 */
export class ActivationHistogram {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** Sums over samples of each sample's extremes. */
  private lows = 0;
  private highs = 0;
  private samples = 0;
  /** Values that are exactly zero: on every grid, so that they cost nothing. In no bin. */
  zeros = 0;
  /** Width of a bin, a power of two; 0 before the first value that is not zero. */
  width = 0;
  /** counts[HALF + k]: values in [k w, (k + 1) w). */
  private counts = NONE;
  /** Counted since `counts` were last brought up to date: whole numbers of 32 bits, which take half the time. */
  private fresh = NO_COUNTS;
  private freshValues = 0;

  /**
   * Adds the extremes of samples: of each, or of several together (fewer than `samples`), which then count alike.
   * @returns whether all are finite; if not, they are left out.
   */
  see(lows: Float32Array, highs: Float32Array, samples: number): boolean {
    if (!(lows.every(Number.isFinite) && highs.every(Number.isFinite))) return false;
    const share = samples / Math.max(1, lows.length);
    for (const [at, low] of lows.entries()) {
      const high = highs[at] ?? low;
      this.lows += low * share;
      this.highs += high * share;
      this.min = Math.min(this.min, low);
      this.max = Math.max(this.max, high);
    }
    this.samples += samples;
    return true;
  }

  /** Counts values whose extremes were seen. */
  async count(values: Counted): Promise<void> {
    const magnitude = Math.max(this.max, -this.min);
    if (magnitude === 0) {
      this.zeros += values.length;
      return;
    }
    // The first values set the width so that they fit well inside.
    if (this.width === 0) this.start(2 ** Math.ceil(Math.log2(magnitude / HALF) + 1e-9));
    while (magnitude >= this.width * HALF) this.widen();
    if (this.freshValues + values.length >= 2 ** 32) this.update();
    if (this.fresh.length === 0) this.fresh = new Uint32Array(2 * HALF);
    this.freshValues += values.length;
    this.zeros += await values.count(this.width, this.min < 0, this.fresh);
  }

  /** Mean over samples of their extremes. */
  get meanRange(): { readonly min: number; readonly max: number } {
    return this.samples === 0 ? { min: 0, max: 0 } : { min: this.lows / this.samples, max: this.highs / this.samples };
  }

  /** The histogram over [-T, T] that holds all values: 2n bins, n at most `limit`, zeros in the first bin above zero. */
  symmetric(limit: number): { readonly counts: Float64Array; readonly width: number } {
    this.update();
    const reach = this.width === 0 ? 1 : Math.floor(Math.max(this.max, -this.min) / this.width) + 1;
    const factor = 2 ** Math.max(0, Math.ceil(Math.log2(reach / limit)));
    const half = Math.ceil(reach / factor);
    const counts = new Float64Array(2 * half);
    for (let bin = HALF - reach; bin < HALF + reach; bin++) {
      const to = half + Math.floor((bin - HALF) / factor);
      counts[to] = (counts[to] ?? 0) + (this.counts[bin] ?? 0);
    }
    counts[half] = (counts[half] ?? 0) + this.zeros;
    return { counts, width: this.width * factor };
  }

  /** Middles of the bins that hold values, with their counts. Zeros are left out. */
  points(): { readonly at: Float64Array; readonly counts: Float64Array } {
    this.update();
    const used: number[] = [];
    for (let bin = 0; bin < this.counts.length; bin++) if ((this.counts[bin] ?? 0) > 0) used.push(bin);
    return {
      at: Float64Array.from(used, (bin) => (bin - HALF + 0.5) * this.width),
      counts: Float64Array.from(used, (bin) => this.counts[bin] ?? 0),
    };
  }

  /** Adds another's values: groups that share a scale share a histogram. */
  merge(other: ActivationHistogram): void {
    this.update();
    other.update();
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.lows = Math.min(this.lows, other.lows);
    this.highs = Math.max(this.highs, other.highs);
    this.samples = Math.max(this.samples, other.samples);
    this.zeros += other.zeros;
    if (other.width === 0) return;
    if (this.width === 0) this.start(other.width);
    while (this.width < other.width) this.widen();
    const factor = this.width / other.width;
    for (let bin = 0; bin < 2 * HALF; bin++) {
      const to = HALF + Math.floor((bin - HALF) / factor);
      this.counts[to] = (this.counts[to] ?? 0) + (other.counts[bin] ?? 0);
    }
  }

  private start(width: number): void {
    this.width = width;
    this.counts = new Float64Array(2 * HALF);
  }

  private widen(): void {
    this.update();
    const merged = new Float64Array(2 * HALF);
    for (let bin = 0; bin < 2 * HALF; bin++) {
      const to = HALF + Math.floor((bin - HALF) / 2);
      merged[to] = (merged[to] ?? 0) + (this.counts[bin] ?? 0);
    }
    this.counts = merged;
    this.width *= 2;
  }

  /** Brings `counts` up to date. */
  private update(): void {
    for (const [bin, count] of this.fresh.entries()) if (count > 0) this.counts[bin] = (this.counts[bin] ?? 0) + count;
    this.fresh.fill(0);
    this.freshValues = 0;
  }
}
