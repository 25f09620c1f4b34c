/** Scales of the charts: pure, so that they can be tested. */

/** From a domain to pixels and back. */
export interface LinearScale {
  readonly toPixels: (value: number) => number;
  readonly toValue: (pixels: number) => number;
}

/** @param domain, @param range their ends; the range may fall, as y axes do. A domain of one point is taken as 1 wide. */
export function linearScale([low, high]: readonly [number, number], [from, to]: readonly [number, number]): LinearScale {
  const span = high - low || 1;
  return {
    toPixels: (value) => from + ((value - low) / span) * (to - from),
    toValue: (pixels) => low + ((pixels - from) / (to - from || 1)) * span,
  };
}

/** Round numbers within [low, high], about `count` of them: 1, 2 or 5 times a power of ten apart. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiples of the step, rounded to its own digits: 0.1 + 0.2 would print as 0.30000000000000004.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Height of a count on a log axis that starts at half a weight, so that a single one is seen. 0 counts have no height. */
export function logHeight(count: number, largest: number, height: number): number {
  if (count <= 0) return 0;
  return (Math.log10(count / 0.5) / Math.log10(Math.max(1, largest) / 0.5)) * height;
}

/** Powers of ten up to the largest count. */
export function decades(largest: number): number[] {
  return Array.from({ length: Math.floor(Math.log10(Math.max(1, largest))) + 1 }, (_, i) => 10 ** i);
}

/**
 * Round numbers of a log axis within [low, high]: 1, 2 and 5 times the powers of ten, or the powers alone where those are more than `most`.
 */
export function logTicks(low: number, high: number, most: number): number[] {
  const within = (factors: readonly number[]): number[] => {
    const found: number[] = [];
    for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
      for (const factor of factors) if (factor * power >= low && factor * power <= high) found.push(factor * power);
    }
    return found;
  };
  const all = within([1, 2, 5]);
  return all.length <= most ? all : within([1]);
}
