import { observeRanges } from '../channel-statistics';
import type { PassContext } from '../types';
import type { ScalingSet } from './types';
import { doubles, listOf } from '../../base/codec';

/**
 * The constant of each channel of a scaling set that can be taken off before the activation and given to the next layer's bias,
 * relu(x - c) = relu(x) - c for x >= c; null where no channel has one. c = max(0, 2 min - max) of what samples show: a value that no sample
 * gave would have to lie below the least by more than all of them are apart to make a difference, so what is taken are the biases of
 * channels that hardly vary. The paper takes three deviations of the batch norm and accepts a loss (six, and never more than the least
 * seen, still moved outputs of mobilenet_v2 by 1 % of their range on samples it had not seen).
 * Source: Nagel et al. 2019 (arXiv 1906.04721, 4.1.3).
 */
export async function absorbable(context: PassContext, sets: readonly ScalingSet[]): Promise<(Float64Array | null)[]> {
  const { calibration } = context;
  const watched = sets.flatMap((set) => (set.activated.size === 1 && set.producer.scope.parent === null ? [set] : []));
  if (calibration === null || watched.length === 0) return sets.map(() => null);
  const values = watched.flatMap(({ activated }) => [...activated].map(([name, { total, layout }]) => ({ name, channels: total, layout })));
  const constants = await context.keep(
    JSON.stringify(['absorbable', values]),
    async () => {
      const seen = await observeRanges(context, calibration, values);
      return watched.map(({ activated, channels, clips }, w) => {
        const [place] = activated.values();
        // min(x, top) - c = min(x - c, top - c) holds for c <= top.
        const top = Math.min(...clips.map(({ max }) => max));
        const ranges = seen[w];
        return Float64Array.from({ length: channels }, (_, c) => {
          const at = (place?.offset ?? 0) + c;
          const [min, max] = [ranges?.min[at] ?? 0, ranges?.max[at] ?? 0];
          return Math.max(0, Math.min(2 * min - max, top));
        });
      });
    },
    listOf(doubles),
  );
  const of = new Map(watched.map((set, w) => [set, constants[w] ?? null]));
  return sets.map((set) => {
    const found = of.get(set) ?? null;
    return found?.some((c) => c > 0) === true ? found : null;
  });
}
