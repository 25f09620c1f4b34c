/** Repeatable numbers: xorshift32, seeded. */
export function noise(length: number, seed = 1, scale = 1): Float32Array<ArrayBuffer> {
  let state = seed * 2654435761 || 1;
  return Float32Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 31 - 1) * scale;
  });
}

export function bytes(length: number, seed = 1): Int8Array<ArrayBuffer> {
  return Int8Array.from(noise(length, seed, 128), (x) => Math.max(-128, Math.min(127, Math.round(x))));
}
