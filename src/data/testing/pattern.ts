/** Bytes without smooth stretches, the same ones that the reference values were made from. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, k) => (k * k * 7 + k * 13) % 256);
}
