/** How references cut their work into parts: by its size alone, so that results are the same on any number of threads. */

/** Units [from, to): elements, rows, columns or candidates. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Simple steps in a part: a few milliseconds, beside which a message to a thread (0.05 ms) is little. */
const STEPS = 2 ** 20;
/** Parts at most: beyond these nothing is shared out better. */
const MOST = 64;

/** Runs of units, of nearly the same length. @param steps of a unit. @param most parts at most. */
export function spansOf(units: number, steps: number, most = MOST): Span[] {
  const count = Math.min(units, most, Math.max(1, Math.ceil((units * steps) / STEPS)));
  return Array.from({ length: count }, (_, k) => ({ from: Math.floor((k * units) / count), to: Math.floor(((k + 1) * units) / count) }));
}

/** All of something. */
export function whole({ length }: { readonly length: number }): Span {
  return { from: 0, to: length };
}
