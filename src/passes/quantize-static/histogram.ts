/** Bins on either side of zero: at least 2,048 of them are in use, 8 for each of 256 codes, whatever the range. */
const HALF = 4096;

/**
 * What is known of an activation: extremes and a histogram, gathered in one pass and in constant memory. Bins are symmetric about zero;
 * when a value falls outside, the bin width doubles and neighbours are merged, so no range need be known beforehand.
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
  private counts = new Float64Array(2 * HALF);
  private readonly counting: boolean;

  /** @param counting false: extremes are all that is asked for, and bins stay empty. */
  constructor(counting = true) {
    this.counting = counting;
  }

  /**
   * Adds the values of a batch.
   * @param samples in the batch, of equally many values each.
   * @returns whether all values are finite; if not, they are not counted.
   */
  add(values: Float32Array, samples: number): boolean {
    const each = values.length % samples === 0 ? values.length / samples : values.length;
    for (let at = 0; at < values.length; at += each) {
      const own = values.subarray(at, at + each);
      const { min, max, finite } = extremes(own);
      if (!finite) return false;
      this.lows += min;
      this.highs += max;
      this.samples += 1;
      this.min = Math.min(this.min, min);
      this.max = Math.max(this.max, max);
      if (!this.counting) continue;
      this.cover(Math.max(max, -min));
      this.count(own);
    }
    return true;
  }

  /** Mean over samples of their extremes. */
  get meanRange(): { readonly min: number; readonly max: number } {
    return this.samples === 0 ? { min: 0, max: 0 } : { min: this.lows / this.samples, max: this.highs / this.samples };
  }

  /** The histogram over [-T, T] that holds all values: 2n bins, n at most `limit`, zeros in the first bin above zero. */
  symmetric(limit: number): { readonly counts: Float64Array; readonly width: number } {
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
    const used: number[] = [];
    for (let bin = 0; bin < this.counts.length; bin++) if ((this.counts[bin] ?? 0) > 0) used.push(bin);
    return {
      at: Float64Array.from(used, (bin) => (bin - HALF + 0.5) * this.width),
      counts: Float64Array.from(used, (bin) => this.counts[bin] ?? 0),
    };
  }

  /** Adds another's values: groups that share a scale share a histogram. */
  merge(other: ActivationHistogram): void {
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.lows = Math.min(this.lows, other.lows);
    this.highs = Math.max(this.highs, other.highs);
    this.samples = Math.max(this.samples, other.samples);
    this.zeros += other.zeros;
    if (other.width === 0) return;
    if (this.width === 0) this.width = other.width;
    while (this.width < other.width) this.widen();
    const factor = this.width / other.width;
    for (let bin = 0; bin < 2 * HALF; bin++) {
      const to = HALF + Math.floor((bin - HALF) / factor);
      this.counts[to] = (this.counts[to] ?? 0) + (other.counts[bin] ?? 0);
    }
  }

  private cover(magnitude: number): void {
    if (magnitude === 0) return;
    // The first values set the width so that they fit well inside.
    if (this.width === 0) this.width = 2 ** Math.ceil(Math.log2(magnitude / HALF) + 1e-9);
    while (magnitude >= this.width * HALF) this.widen();
  }

  private widen(): void {
    const merged = new Float64Array(2 * HALF);
    for (let bin = 0; bin < 2 * HALF; bin++) {
      const to = HALF + Math.floor((bin - HALF) / 2);
      merged[to] = (merged[to] ?? 0) + (this.counts[bin] ?? 0);
    }
    this.counts = merged;
    this.width *= 2;
  }

  private count(values: Float32Array): void {
    const { counts } = this;
    const inverse = this.width === 0 ? 0 : 1 / this.width;
    let zeros = 0;
    // Without a branch, which half of the values after a Relu would mispredict: zeros are taken out of their bin at the end.
    for (let at = 0; at < values.length; at++) {
      const value = values[at] ?? 0;
      zeros = (zeros + Number(value === 0)) | 0;
      const bin = (value * inverse + HALF) | 0;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    counts[HALF] = (counts[HALF] ?? 0) - zeros;
    this.zeros += zeros;
  }
}

function extremes(values: Float32Array): { min: number; max: number; finite: boolean } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    // Both keep what is not a number.
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max, finite: Number.isFinite(min) && Number.isFinite(max) };
}
