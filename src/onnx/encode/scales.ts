import { fromHalf, toHalf } from '../../base/half';

/** Normal float16 magnitudes: below, fewer bits of the scale survive than the codes deserve; above is infinity. */
const MIN_NORMAL = 2 ** -14;
const MAX_NORMAL = 65504;

/**
 * The scales rounded to float16, so that they can be stored in two bytes each; quantize with these. Null where a scale other
 * than 0 falls outside float16's normal range: then float32 is kept.
 */
export function roundScalesToHalf(scales: Float32Array): Float32Array | null {
  const rounded = Float32Array.from(scales, (scale) => fromHalf(toHalf(scale)));
  const fits = rounded.every((scale, group) => scales[group] === 0 || (Math.abs(scale) >= MIN_NORMAL && Math.abs(scale) <= MAX_NORMAL));
  return fits ? rounded : null;
}

/** Whether float16 holds every value without rounding. */
export function areHalves(values: Float32Array): boolean {
  return values.every((value) => fromHalf(toHalf(value)) === value);
}
