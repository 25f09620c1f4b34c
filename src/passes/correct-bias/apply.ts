import { removeUnread } from '../../onnx/unread';
import { requireCalibration } from '../calibration';
import { writeBias } from '../layer-bias';
import type { Pass, PassResult } from '../types';
import { correctBiasMeta } from './meta';
import { meanShifts } from './shifts';
import { findTargets } from './targets';

/**
 * Bias correction: shifts each bias so that the mean of the layer's output (behind its ReLU, where it has one), per channel over the samples,
 * is again that of the model before the weight passes. Layers are corrected in the order of the graph, each on the inputs that those
 * corrected before give.
 * Source: Nagel et al. 2019 (arXiv 1906.04721, 4.2 and appendix D, empirical bias correction).
 */
export const correctBias: Pass = {
  meta: correctBiasMeta,
  async apply(context, options): Promise<PassResult> {
    if (context.only !== null) return { changed: [], skipped: [], note: 'Biases are corrected where the whole model is looked at.' };
    const changed = new Set(context.selected.flatMap(({ layer }) => (context.weights.isChanged(layer.id) ? [layer.id] : [])));
    const { targets, skipped } = findTargets(context.model, changed);
    if (targets.length === 0) return { changed: [], skipped, note: 'No changed layer whose bias can be corrected.' };
    const calibration = requireCalibration(context, 'Correcting biases');
    const shifts = await context.keep(
      JSON.stringify(['shifts', targets.map((t) => t.output.name)]),
      () => meanShifts(context, calibration, targets, Number(options['samples'])),
      () => 8 * targets.reduce((sum, t) => sum + t.output.channels, 0),
    );
    if (shifts === null) {
      const reason = 'The graph has branches or loops, beside which the original network cannot be run.';
      return { changed: [], skipped: [...skipped, ...[...new Set(targets.map((t) => t.layerId))].map((layer) => ({ layer, reason }))], note: 'No biases corrected.' };
    }
    const unread = targets.flatMap(({ scope, bias, type }, t) => writeBias(context.model.proto, scope, bias, bias.values.map((b, c) => b - (shifts[t]?.[c] ?? 0)), type));
    removeUnread(context.model.proto, unread);
    const layers = [...new Set(targets.map((t) => t.layerId))];
    return { changed: layers, skipped, note: `Biases of ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'} corrected.` };
  },
};
