const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Above the bits of every float's magnitude. */
export const ABOVE_ALL = 0x80000000;

/** Bits of |x| as an unsigned integer: ordered like the magnitudes themselves, NaN last. */
export function magnitudeBits(x: number): number {
  float[0] = x;
  return (word[0] ?? 0) & 0x7fffffff;
}

/** The float32 of these bits; for bits without a sign they rise as the floats do. */
export function floatOfBits(bits: number): number {
  word[0] = bits;
  return float[0] ?? 0;
}
