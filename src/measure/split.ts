/** Which samples calibrate and which are scored: never the same ones, since a score on calibration samples flatters. */
import { draw } from '../base/random';

/** The product's draw: the same for every recipe, so that their scores can be compared. */
export const CALIBRATION_SEED = 4;
const SCORE_SEED = 5;

/**
 * Samples that calibrate, by a seeded shuffle: `count` of them, half of a small set, the only one of one. Ascending. Other seeds are
 * other draws: how far figures differ between them is how far one of them can be trusted.
 */
export function calibrationSamples(total: number, count: number, seed = CALIBRATION_SEED): number[] {
  return draw(total, Math.min(count, Math.max(1, Math.floor(total / 2))), seed);
}

/**
 * Samples that are scored, ascending: all but those left out, or `limit` of them by a seeded shuffle, since folders are often sorted by
 * class. One that has no other is scored all the same.
 */
export function scoredSamples(total: number, limit: number | null, leftOut: readonly number[]): number[] {
  const out = new Set(leftOut);
  const rest = Array.from({ length: total }, (_, i) => i).filter((i) => !out.has(i));
  const from = rest.length === 0 ? [...leftOut] : rest;
  return limit === null || limit >= from.length ? from : draw(from.length, limit, SCORE_SEED).map((i) => from[i] ?? 0);
}
