const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Longer texts are no number that anybody wrote. */
const LENGTH = 400;

/**
 * The number that a text is in decimal notation, blanks around it aside; null where it is none: hexadecimal, "Infinity", beyond the range
 * of float64 (1e999), or empty, all of which Number() takes.
 */
export function decimal(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed.length > LENGTH || !DECIMAL.test(trimmed)) return null;
  const value = Number(trimmed);
  // -0 is 0 to everybody but Object.is and 1 / x.
  return Number.isFinite(value) ? value + 0 : null;
}
