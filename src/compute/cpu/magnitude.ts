import type { MagnitudeCut } from '../types';

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Bits of |x| as an unsigned integer: ordered like the magnitudes themselves, NaN last. */
export function magnitudeBits(x: number): number {
  float[0] = x;
  return (word[0] ?? 0) & 0x7fffffff;
}

export function floatOfBits(bits: number): number {
  word[0] = bits;
  return float[0] ?? 0;
}

/** The cut of the `count` smallest magnitudes: sort all magnitudes, read the threshold, then walk the ties in order. */
export function magnitudeCutOf(tensors: readonly Float32Array[], count: number): MagnitudeCut {
  const sorted = new Uint32Array(tensors.reduce((sum, w) => sum + w.length, 0));
  let filled = 0;
  for (const w of tensors) for (const x of w) sorted[filled++] = magnitudeBits(x);
  sorted.sort();
  const bits = sorted[count];
  // Everything is cut: a threshold above every float, so that no tie is left.
  if (bits === undefined) return { bits: ABOVE_ALL, threshold: Number.POSITIVE_INFINITY, tieTensor: 0, tieIndex: 0, count };
  let ties = count - sorted.indexOf(bits);
  for (const [tieTensor, w] of tensors.entries()) {
    for (let tieIndex = 0; tieIndex < w.length; tieIndex++) {
      if (magnitudeBits(w[tieIndex] ?? 0) === bits && ties-- === 0) {
        return { bits, threshold: floatOfBits(bits), tieTensor, tieIndex, count };
      }
    }
  }
  throw new Error('A sorted magnitude is in no tensor.');
}

/** Above the bits of every float's magnitude. */
const ABOVE_ALL = 0x80000000;

export function isCut(x: number, tensor: number, index: number, cut: MagnitudeCut): boolean {
  const bits = magnitudeBits(x);
  if (bits !== cut.bits) return bits < cut.bits;
  return tensor < cut.tieTensor || (tensor === cut.tieTensor && index < cut.tieIndex);
}
