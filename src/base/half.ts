/** IEEE 754 binary16 and bfloat16 as 16-bit patterns. Both directions are exact up to the one rounding (to nearest, ties to even). */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The float16 pattern nearest to a float32 value; overflow becomes infinity, NaN stays NaN (quiet). */
export function toHalf(value: number): number {
  float[0] = value;
  const x = bits[0] ?? 0;
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent and round the 13 low bits; a carry into the exponent is what rounding up means.
    const rebased = magnitude - 0x38000000;
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  if (magnitude < 0x33000000) return sign;
  // Subnormal: the significand with its hidden bit, shifted to units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const floor = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (rest > half || (rest === half && (floor & 1) === 1) ? floor + 1 : floor);
}

/** The value of a float16 pattern (exact). */
export function fromHalf(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >>> 10) & 31;
  const fraction = pattern & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The bfloat16 pattern nearest to a float32 value. */
export function toBfloat(value: number): number {
  float[0] = value;
  const x = bits[0] ?? 0;
  if ((x & 0x7fffffff) > 0x7f800000) return (x >>> 16) | 0x40;
  return ((x + 0x7fff + ((x >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The value of a bfloat16 pattern (exact). */
export function fromBfloat(pattern: number): number {
  bits[0] = pattern << 16;
  return float[0] ?? 0;
}

let halfValues: Float32Array | undefined;

/** All 65,536 float16 values by pattern, made at first use: widening a large tensor by look-up is several times faster. */
export function halfTable(): Float32Array {
  halfValues ??= Float32Array.from({ length: 65536 }, (_, pattern) => fromHalf(pattern));
  return halfValues;
}
