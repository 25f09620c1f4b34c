import { doubles, listOf, nullable } from '../../base/codec';
import { counted } from '../../base/plural';
import { holdsFloats } from '../../onnx/tensor';
import { removeUnread } from '../../onnx/unread';
import { requireCalibration } from '../calibration';
import { replaceBias } from '../layer-bias';
import type { Options } from '../options';
import type { Pass, PassContext, PassResult } from '../types';
import { correctBiasMeta } from './meta';
import { shiftsByNorms } from './norms';
import { meanShifts } from './shifts';
import { findTargets, type Target } from './targets';

/**
 * Bias correction: shifts each bias so that the mean of the layer's output, per channel, is again that of the model before the weight
 * passes. On samples it is the mean behind the ReLU, where there is one, and layers are corrected in the order of the graph, each on the
 * inputs that those corrected before give. By batch norms it is the mean that the rounded weights give on the inputs that the norms tell
 * of. Source: Nagel et al. 2019 (arXiv 1906.04721, 4.2 and appendices C and D: analytic and empirical bias correction).
 */
export const correctBias: Pass = {
  meta: correctBiasMeta,
  sketch: null,
  async apply(context, options): Promise<PassResult> {
    const changed = new Set(context.selected.flatMap(({ layer }) => (context.weights.isChanged(layer.id) ? [layer.id] : [])));
    const { targets, skipped } = findTargets(context.model, changed);
    if (targets.length === 0) return { changed: [], skipped, note: 'No changed layer whose bias can be corrected.' };
    const shifts = options['means'] === 'norms' ? await shiftsByNorms(context, targets) : await shiftsBySamples(context, targets, options);
    const unread: string[] = [];
    const corrected = new Set<string>();
    const left = new Map<string, string>();
    for (const [t, { layerId, scope, bias }] of targets.entries()) {
      const shift = shifts[t];
      if (shift === undefined) continue;
      if (typeof shift === 'string') {
        left.set(layerId, shift);
        continue;
      }
      const values = bias.values.map((b, c) => b - (shift[c] ?? 0));
      if (!holdsFloats(bias.type, values)) {
        left.set(layerId, `Its corrected bias has values that ${bias.type} does not hold.`);
        continue;
      }
      corrected.add(layerId);
      unread.push(...replaceBias(context, scope, bias, values));
    }
    removeUnread(context.model.proto, unread);
    const note = corrected.size === 0 ? 'No biases corrected.' : `Biases of ${counted(corrected.size, 'layer')} corrected.`;
    return { changed: [...corrected], skipped: [...skipped, ...[...left].map(([layer, reason]) => ({ layer, reason }))], note };
  },
};

/** For each target by how much its channels are too high, or why that is not known. */
async function shiftsBySamples(
  context: PassContext,
  targets: readonly Target[],
  options: Options,
): Promise<readonly (Float64Array | string)[]> {
  const calibration = requireCalibration(context, 'Correcting biases');
  const shifts = await context.keep(
    JSON.stringify(['shifts', targets.map((t) => t.output.name)]),
    () => meanShifts(context, calibration, targets, Number(options['samples'])),
    nullable(listOf(doubles)),
  );
  return shifts ?? targets.map(() => 'The graph has branches or loops, beside which the original network cannot be run.');
}
