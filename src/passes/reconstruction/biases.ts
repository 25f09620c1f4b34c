import { findLayers } from '../../onnx/layers';
import { factorsOf, geometryOf, productOf } from '../../onnx/operators/weights';
import { removeUnread } from '../../onnx/unread';
import { indexValues } from '../../onnx/values';
import { readBias, replaceBias } from '../layer-bias';
import type { Edited } from '../replace-parameter';
import type { InputGram } from './gram';

/** A layer's bias that may take what its weights lose of the mean. */
export interface ShiftableBias {
  /** One value an output channel; zeros where there is no bias yet. */
  readonly values: Float64Array;
  readonly replace: (values: Float64Array) => void;
}

/** The biases of these layers that can be changed; layers without one are left out. */
export function biasesOf(context: Edited, ids: readonly string[]): Map<string, ShiftableBias> {
  const { model } = context;
  const index = indexValues(model.proto);
  const found = new Map<string, ShiftableBias>();
  for (const { layer, uses } of findLayers(model).sources) {
    const [use] = uses;
    if (!ids.includes(layer.id) || use === undefined || uses.length > 1 || use.input !== 1 || layer.inSubgraph || !productOf(use.node))
      continue;
    const geometry = geometryOf(use.node, use.input, use.shape);
    // Where inputs scatter, an output channel is several rows of the weight's matrix.
    if (typeof geometry !== 'string' && geometry.scatters) continue;
    // A node may scale its product; what its weights lose is then scaled too.
    if (factorsOf(use.node).product !== 1) continue;
    const bias = readBias(index, use.scope, use.node, layer.view.channels);
    if (typeof bias === 'string') continue;
    found.set(layer.id, {
      values: bias.values,
      replace: (values) => removeUnread(model.proto, replaceBias(context, use.scope, bias, values)),
    });
  }
  return found;
}

/**
 * The bias that keeps the mean of the layer's output: b + w x0 - q x, x0 and x the means of its inputs in the original network and in the
 * present one (empirical bias correction, Nagel et al. 2019, arXiv 1906.04721). Null where no means were taken.
 * @param weights the layer's own, @param rounded what they became.
 */
export function shiftedBias(
  bias: Float64Array,
  weights: Float32Array,
  rounded: Float32Array,
  { matrix, centred }: InputGram,
): Float64Array | null {
  if (centred === null) return null;
  const { means } = centred;
  const { rows, columns, groupStride, rowStride, columnStride } = matrix;
  return bias.map((b, channel) => {
    const g = Math.floor(channel / rows);
    let sum = b;
    for (let c = 0; c < columns; c++) {
      const at = g * groupStride + (channel - g * rows) * rowStride + c * columnStride;
      sum += (weights[at] ?? 0) * (means.original[g * columns + c] ?? 0) - (rounded[at] ?? 0) * (means.present[g * columns + c] ?? 0);
    }
    return sum;
  });
}
