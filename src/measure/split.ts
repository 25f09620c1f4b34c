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
 * class. A smaller limit gives some of those that a larger one gives. One that has no other is scored all the same.
 */
export function scoredSamples(total: number, limit: number | null, leftOut: readonly number[]): number[] {
  const out = new Set(leftOut);
  const rest = Array.from({ length: total }, (_, i) => i).filter((i) => !out.has(i));
  const from = rest.length === 0 ? [...leftOut] : rest;
  return limit === null || limit >= from.length ? from : draw(from.length, limit, SCORE_SEED).map((i) => from[i] ?? 0);
}

/** Scored unless more or fewer are asked for: at least so many ... */
const LEAST_SCORED = 1000;
/** ... and more where they are small: values of the inputs of all of them together. */
const SCORED_VALUES = 1.5e8;

/**
 * What becomes of the samples: fixed when they are added, whatever recipe is scored, so that the original has one score.
 * @param sampleValues of one sample's inputs; null where that is not known.
 * @param scored how many are to be scored; null: as many as are run within the time that a person waits for a score after a move.
 */
export function splitOf(
  total: number,
  sampleValues: number | null,
  calibration: number,
  scored: number | null,
): { readonly calibration: number; readonly heldOut: number; readonly scored: number } {
  const used = calibrationSamples(total, calibration).length;
  const heldOut = Math.max(total - used, Math.min(total, 1));
  const usual = Math.max(LEAST_SCORED, Math.floor(SCORED_VALUES / (sampleValues ?? SCORED_VALUES)));
  return { calibration: used, heldOut, scored: Math.min(heldOut, scored ?? usual) };
}
