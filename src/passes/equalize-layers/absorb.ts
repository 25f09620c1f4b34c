import { observeChannels } from '../channel-statistics';
import type { PassContext } from '../types';
import type { Joint } from './types';

/** Standard deviations below the mean that an absorbed constant stays away, beside never exceeding the least value seen. */
const DEVIATIONS = 6;

/**
 * The constant of each channel of a joint that can be taken off before the activation and given to the next layer's bias,
 * relu(x - c) = relu(x) - c for x >= c: c = max(0, min(least x seen, mean - 6 deviations)); null where no channel has one. The paper takes
 * three deviations of the batch norm and accepts a loss; what samples never came near loses nothing.
 * Source: Nagel et al. 2019 (arXiv 1906.04721, 4.1.3).
 */
export async function absorbable(context: PassContext, joints: readonly Joint[]): Promise<(Float64Array | null)[]> {
  const { calibration } = context;
  const watched = joints.flatMap((joint) => (joint.activated.size === 1 && joint.producer.scope.parent === null ? [joint] : []));
  if (calibration === null || watched.length === 0) return joints.map(() => null);
  const values = watched.flatMap(({ activated }) => [...activated].map(([name, { total, layout }]) => ({ name, channels: total, layout })));
  const bytes = 8 * watched.reduce((sum, { channels }) => sum + channels, 0);
  const constants = await context.keep(
    JSON.stringify(['absorbable', values]),
    async () => {
      const seen = await observeChannels(context, calibration, values, 'present');
      return watched.map(({ activated, channels, ceilings }, w) => {
        const [place] = activated.values();
        // min(x, top) - c = min(x - c, top - c) holds for c <= top.
        const top = Math.min(...ceilings.map(({ max }) => max));
        const statistics = seen[w];
        return Float64Array.from({ length: channels }, (_, c) => {
          const at = (place?.offset ?? 0) + c;
          const mean = statistics?.mean[at] ?? 0;
          const deviation = Math.sqrt(Math.max(0, (statistics?.meanSquare[at] ?? 0) - mean ** 2));
          return Math.max(0, Math.min(statistics?.min[at] ?? 0, mean - DEVIATIONS * deviation, top));
        });
      });
    },
    () => bytes,
  );
  const of = new Map(watched.map((joint, w) => [joint, constants[w] ?? null]));
  return joints.map((joint) => {
    const found = of.get(joint) ?? null;
    return found?.some((c) => c > 0) === true ? found : null;
  });
}
