import type { Codebook } from '../../compute/types';

/**
 * The codebook whose values are the means of the weights that have their codes, and the codes in it (values are put in order again).
 * Values without weights stay.
 * @param codes One byte each, however they were chosen.
 * @param importance What a squared error at each weight costs; null: all the same.
 * @param keepZeros A value of 0 stays 0.
 */
export function refitCodebook(values: Float32Array, codes: Uint8Array, codebook: Codebook, importance: Float32Array | null, keepZeros: boolean): { codebook: Codebook; codes: Uint8Array<ArrayBuffer> } {
  const { groups, size } = codebook;
  const tableOf = (e: number): number => (Math.floor(e / groups.inner) % groups.channels) * size;
  const mass = new Float64Array(codebook.values.length);
  const moment = new Float64Array(codebook.values.length);
  for (let e = 0; e < values.length; e++) {
    const at = tableOf(e) + (codes[e] ?? 0);
    const m = importance?.[e] ?? 1;
    mass[at] = (mass[at] ?? 0) + m;
    moment[at] = (moment[at] ?? 0) + m * (values[e] ?? 0);
  }
  const means = codebook.values.map((old, at) => ((keepZeros && old === 0) || !((mass[at] ?? 0) > 0) ? old : (moment[at] ?? 0) / (mass[at] ?? 1)));
  const table = new Float32Array(means.length);
  const codeOf = new Uint8Array(means.length);
  for (let first = 0; first < means.length; first += size) {
    const order = Array.from({ length: size }, (_, k) => k).toSorted((a, b) => (means[first + a] ?? 0) - (means[first + b] ?? 0));
    for (const [code, k] of order.entries()) {
      table[first + code] = means[first + k] ?? 0;
      codeOf[first + k] = code;
    }
  }
  return { codebook: { groups, size, values: table }, codes: Uint8Array.from(codes, (code, e) => codeOf[tableOf(e) + code] ?? 0) };
}
