/** Reproducible random numbers: the same seed gives the same numbers everywhere. */

/** Uniform in [0, 1): mulberry32, a 32-bit counter through an integer hash. Enough for test inputs and for drawing samples. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * `count` different numbers of 0 .. total - 1 (all of them where there are fewer), ascending: every choice is equally likely, so that
 * data sorted by class give all classes. Partial Fisher-Yates shuffle.
 */
export function draw(total: number, count: number, seed: number): number[] {
  const random = uniform(seed);
  const order = Array.from({ length: total }, (_, i) => i);
  const taken = Math.min(count, total);
  for (let i = 0; i < taken; i++) {
    const j = i + Math.floor(random() * (total - i));
    [order[i], order[j]] = [order[j] ?? j, order[i] ?? i];
  }
  return order.slice(0, taken).toSorted((a, b) => a - b);
}
