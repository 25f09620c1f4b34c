/**
 * Runs `work` for all items, side by side as long as their sizes together stay within `budget`; a larger one runs alone. A wave starts when
 * the one before is over, so that what its members ask of a device at the same step comes in the same turn of the event loop.
 * @returns results in the order of the items. Throws the first failure, after all of its wave have ended.
 */
export async function inWaves<T, R>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  budget: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length;) {
    const until = endOfWave(items, from, sizeOf, budget);
    for (const ended of await Promise.allSettled(items.slice(from, until).map(work))) {
      if (ended.status === 'rejected') throw ended.reason;
      results.push(ended.value);
    }
    from = until;
  }
  return results;
}

function endOfWave<T>(items: readonly T[], from: number, sizeOf: (item: T) => number, budget: number): number {
  let size = 0;
  for (let at = from; at < items.length; at++) {
    const item = items[at];
    size += item === undefined ? 0 : sizeOf(item);
    if (size > budget) return Math.max(at, from + 1);
  }
  return items.length;
}
