/** Rows side by side: where each sum waits for its last addition, eight of them keep a processor busy. Rows lie as [column, lane]. */

export const LANES = 8;

/**
 * Into `into`, [LANES]: for each lane the sum over k of line[from + k] x[start + k, lane], for `count` k in their order. Sums in float64.
 * @param x [columns, LANES].
 */
export function sumLanes(
  line: Float32Array | Float64Array,
  from: number,
  x: Float64Array,
  start: number,
  count: number,
  into: Float64Array,
): void {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = from, at = start * LANES; k < from + count; k++, at += LANES) {
    const v = line[k] ?? 0;
    a += v * (x[at] ?? 0);
    b += v * (x[at + 1] ?? 0);
    c += v * (x[at + 2] ?? 0);
    d += v * (x[at + 3] ?? 0);
    e += v * (x[at + 4] ?? 0);
    f += v * (x[at + 5] ?? 0);
    g += v * (x[at + 6] ?? 0);
    h += v * (x[at + 7] ?? 0);
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
  into[4] = e;
  into[5] = f;
  into[6] = g;
  into[7] = h;
}
