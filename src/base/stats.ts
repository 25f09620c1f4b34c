/** Statistics of small samples, in float64. */

/** NaN for no values. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const v of values) sum += v;
  return values.length === 0 ? Number.NaN : sum / values.length;
}

/** Standard deviation of a sample (n - 1 below the line). NaN for fewer than two values. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1));
}

/**
 * The p-quantile, 0 <= p <= 1, linearly interpolated between order statistics (Hyndman and Fan 1996, type 7; NumPy's default).
 * NaN for no values.
 */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const low = Math.floor(position);
  const a = sorted[low] ?? Number.NaN;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] ?? Number.NaN;
  return a + (b - a) * (position - low);
}

/** Of an even number the mean of the middle two, as `percentile` has it. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/**
 * Wilson score interval of a proportion: bounds in 0..1 for `successes` of `trials`, 95 % for the default z
 * (Wilson 1927). Holds near 0 and 1 where the normal interval does not. No trials: 0..1.
 */
export function wilson(successes: number, trials: number, z = 1.959963984540054): { low: number; high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const p = successes / trials;
  const z2 = z * z;
  const centre = p + z2 / (2 * trials);
  const half = z * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) };
}

/**
 * P(X >= successes) for X ~ Bin(trials, share), share in 0..1: exact, summed in logarithms so that terms of large counts do not underflow
 * before they meet.
 */
export function binomialTail(successes: number, trials: number, share: number): number {
  if (successes <= 0) return 1;
  if (successes > trials || share <= 0) return 0;
  if (share >= 1) return 1;
  const odds = Math.log(share) - Math.log1p(-share);
  let logTerm = trials * Math.log1p(-share);
  let sum = 0;
  for (let k = 0; k <= trials; k++) {
    if (k >= successes) sum += Math.exp(logTerm);
    logTerm += Math.log((trials - k) / (k + 1)) + odds;
  }
  return Math.min(1, sum);
}

/**
 * 95 % interval of the median of any distribution: the k-th smallest and the k-th largest value, k = floor((n + 1) / 2 - 0.98 sqrt(n))
 * (Conover 1999, 3.2, normal approximation of the binomial rank; from 6 to 30 values it is the exact rank). Fewer than six values cannot
 * give 95 %: their whole range is returned. NaN for no values.
 */
export function medianInterval(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.floor((sorted.length + 1) / 2 - 0.98 * Math.sqrt(sorted.length)));
  return { low: sorted[rank - 1] ?? Number.NaN, high: sorted.at(-rank) ?? Number.NaN };
}

/** Runs in order, of two sides that took turns: those with the same index stood beside each other. */
interface Runs {
  readonly samples: readonly number[];
}

/**
 * How many times as long `side` took as `reference`, from runs that stood beside each other: the median of the ratios of each pair,
 * and its 95 % interval. Below 1 is faster.
 */
export function pairedRatio(reference: Runs, side: Runs): { median: number; low: number; high: number } {
  const ratios = side.samples.flatMap((ms, i) => {
    const base = reference.samples[i];
    return base === undefined || base === 0 ? [] : [ms / base];
  });
  return { median: median(ratios), ...medianInterval(ratios) };
}
