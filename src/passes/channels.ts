import type { Groups } from '../base/grids';

/** The elements of one channel of a tensor seen as [outer, channels, inner], in memory order: a copy, unless there is one channel only. */
export function channelValues(
  values: Float32Array,
  { outer, channels, inner }: Pick<Groups, 'outer' | 'channels' | 'inner'>,
  channel: number,
): Float32Array {
  if (channels === 1) return values;
  const out = new Float32Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    const from = (o * channels + channel) * inner;
    out.set(values.subarray(from, from + inner), o * inner);
  }
  return out;
}
