/** Differences in words, by one rule everywhere: what the measurement cannot tell from none is "no measurable change". */
import { formatChange } from './format';

/** Time over the original's, with its 95 % interval; below 1 is faster. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Changes of the median time within this part are no change, whatever their interval says. */
export const BAND = 0.05;

/** Level of a two-sided test from which a difference is called one. */
const LEVEL = 0.05;

const NO_CHANGE = 'no measurable change';
export const NO_CHANGE_OF_SIZE = 'no change';

/** Faster or slower only where the interval leaves out 1 and the median leaves the band. */
export function verdictOf({ median, low, high }: Ratio): 'faster' | 'slower' | 'same' {
  if (high < 1 && median < 1 - BAND) return 'faster';
  if (low > 1 && median > 1 + BAND) return 'slower';
  return 'same';
}

/** "faster, 0.79× the time", "slower, 1.10× the time" or "no measurable change": how fast something is, is said by its time everywhere. */
export function speedWords(ratio: Ratio): string {
  const verdict = verdictOf(ratio);
  return verdict === 'same' ? NO_CHANGE : `${verdict}, ${times(ratio.median)} the time`;
}

/** "0.79× the original's time (95 % interval 0.78–0.83)". */
export function timeWords({ median, low, high }: Ratio): string {
  return `${times(median)} the original's time (95 % interval ${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** "0.79×". */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** "3.8× smaller", "1.02× larger", or "no change" within half a percent. Bytes are counted, not sampled. */
export function sizeWords(before: number, after: number): string {
  const ratio = before / after;
  if (ratio > 1.005) return `${ratio.toFixed(ratio < 1.1 ? 2 : 1)}× smaller`;
  if (ratio < 0.995) return `${(1 / ratio).toFixed(2)}× larger`;
  return NO_CHANGE_OF_SIZE;
}

/** A change of accuracy in points by its paired test: "−0.8 pt, p = 0.021" or "no measurable change". */
export function accuracyWords({ difference, p }: { readonly difference: number; readonly p: number }): string {
  if (!isMeasured(p)) return NO_CHANGE;
  return `${formatChange(difference, 1)} pt, ${formatP(p)}`;
}

/** Whether a test of this p value tells the difference from none. */
export function isMeasured(p: number): boolean {
  return p < LEVEL;
}

/** "p = 0.021", "p < 0.001". */
export function formatP(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}
