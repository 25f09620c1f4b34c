import { indexChannels } from '../../onnx/channels/index';
import { inputsOf, sumOverInputs } from '../../onnx/operators/geometry';
import { factorsOf, geometryOf } from '../../onnx/operators/weights';
import { indexShapes } from '../../onnx/shapes';
import { indexValues } from '../../onnx/values';
import { readWeights } from '../read-weights';
import type { PassContext } from '../types';
import { expectedMean } from './expected';
import type { Target } from './targets';

/**
 * By how much the rounded weights make each target's output too high on inputs with the means that batch norms give them, by channel, or
 * why that is not known. What a fitting pass has already moved in a bias counts. Zeros that pad an input are taken for inputs, as in the
 * paper. Source: Nagel et al. 2019 (arXiv 1906.04721, 4.2.1: E[y'] - E[y] = (W' - W) E[x]).
 */
export async function shiftsByNorms(context: PassContext, targets: readonly Target[]): Promise<readonly (Float64Array | string)[]> {
  const index = indexValues(context.model.proto);
  const around = { index, channels: indexChannels(index, indexShapes(index), false) };
  const { moments } = context.model.annotations;
  const shifts: (Float64Array | string)[] = [];
  for (const { layerId, node, scope, bias, shape, output } of targets) {
    context.job.signal.throwIfAborted();
    const geometry = geometryOf(node, 1, shape);
    if (typeof geometry === 'string' || geometry.scatters) {
      shifts.push(`${node.opType} does not give each output all of its kernel.`);
      continue;
    }
    const means = expectedMean(around, scope, moments, node.input[0] ?? '', inputsOf(geometry), output.layout);
    if (means === null) {
      shifts.push(
        moments.size === 0 ? 'No batch norm was folded that would tell of its inputs.' : 'Its inputs do not come from a batch norm alone.',
      );
      continue;
    }
    const [present, original] = await Promise.all([readWeights(context, layerId), readWeights(context, layerId, 'original')]);
    const factor = factorsOf(node).product;
    const errors = present.map((w, i) => w - (original[i] ?? 0));
    const biasId = bias.node.input[bias.input] ?? '';
    const before = context.weights.isChanged(biasId) ? await readWeights(context, biasId, 'original') : null;
    shifts.push(
      sumOverInputs(
        geometry,
        errors,
        means.map((m) => m * factor),
      ).map((shift, c) => shift + (before ? (bias.values[c] ?? 0) - (before[c] ?? 0) : 0)),
    );
  }
  return shifts;
}
