/** Which channels go, from how much each matters. */

/** A group that may lose channels. */
export interface Candidate {
  /** By the number of each channel. */
  readonly scores: Float64Array;
  /** The share of its channels that goes where it is ranked alone; null: it is ranked with the others. */
  readonly alone: number | null;
}

/** A ranking of all groups together leaves each so much of its channels, and at least one. */
const FLOOR = 0.1;

/**
 * The numbers of the channels that go, for each group.
 * @param ratio of all channels of groups that are ranked together. @param multiple what is left of a group is rounded up to one, where it
 * has as many.
 */
export function selectChannels(candidates: readonly Candidate[], ratio: number, multiple: number): number[][] {
  const orders = candidates.map(({ scores }) => Array.from(scores.keys()).toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0)));
  const counts = candidates.map(({ scores, alone }) => (alone === null ? 0 : Math.round(alone * scores.length)));
  const together = candidates.flatMap(({ scores, alone }, at) =>
    alone === null
      ? (orders[at] ?? []).slice(0, scores.length - floorOf(scores.length)).map((channel) => ({ at, score: scores[channel] ?? 0 }))
      : [],
  );
  const all = candidates.reduce((sum, { scores, alone }) => (alone === null ? sum + scores.length : sum), 0);
  for (const { at } of together.toSorted((a, b) => a.score - b.score).slice(0, Math.round(ratio * all))) counts[at] = (counts[at] ?? 0) + 1;
  return orders.map((order, at) => order.slice(0, rounded(order.length, counts[at] ?? 0, multiple)));
}

function floorOf(channels: number): number {
  return Math.max(1, Math.ceil(FLOOR * channels));
}

/** How many of them go, so that what is left is at least one and a multiple. */
function rounded(channels: number, gone: number, multiple: number): number {
  const left = Math.max(1, channels - gone);
  return Math.max(0, channels - Math.min(channels, Math.ceil(left / multiple) * multiple));
}
