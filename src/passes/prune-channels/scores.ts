import { uniform } from '../../base/random';
import type { ChannelGroup } from '../../onnx/channels/groups';
import type { ChannelMap } from '../../onnx/channels/map';
import { eachKernel } from '../../onnx/operators/geometry';

export type Criterion = 'l1' | 'l2' | 'random';

/**
 * How much each channel of a group matters, by its number: the norm of all weights that make it, over the mean of the group, so that groups
 * compare. Source: Li et al. 2017 (arXiv 1608.08710), over groups as Fang et al. 2023 (arXiv 2301.12900) have them.
 * @param weightOf the values of a product's weight, in the order of its tensor; null where they are not known.
 */
export async function scoresOf(
  group: ChannelGroup,
  map: ChannelMap,
  criterion: Criterion,
  weightOf: (maker: ChannelGroup['makers'][number]) => Promise<Float32Array | null>,
): Promise<Float64Array> {
  const numbers = new Map(group.roots.map((root, number) => [root, number]));
  const sums = new Float64Array(group.channels);
  if (criterion === 'random') {
    const draw = uniform(group.roots[0] ?? 0);
    return sums.map(() => draw());
  }
  for (const maker of group.makers) {
    const values = await weightOf(maker);
    if (values === null) continue;
    eachKernel(maker.geometry, (output, _, start) => {
      const number = numbers.get(map.sets.rootOf(maker.makes[output] ?? -1));
      if (number === undefined) return;
      let sum = 0;
      for (let e = start; e < start + maker.geometry.places; e++) {
        const w = values[e] ?? 0;
        sum += criterion === 'l1' ? Math.abs(w) : w * w;
      }
      sums[number] = (sums[number] ?? 0) + sum;
    });
  }
  const scores = criterion === 'l1' ? sums : sums.map(Math.sqrt);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return mean > 0 ? scores.map((score) => score / mean) : scores;
}
