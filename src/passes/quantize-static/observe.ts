import { WhittleError } from '../../base/errors';
import { cloneForEdit } from '../../onnx/clone';
import { uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { openCut } from '../../onnx/probe';
import { indexShapes } from '../../onnx/shapes';
import { sizeOf } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import { probeWeights } from '../calibration';
import type { Calibration, Observed, PassContext, Probe } from '../types';
import { ActivationHistogram } from './histogram';

/** Floats that one sample may bring back in a run: a batch of 8 then takes at most 128 MB. */
const FLOATS_PER_SAMPLE = 4 * 2 ** 20;

/**
 * Hands on float32 values of the main graph over all samples, with the weights as earlier passes left them. One run over the samples, or
 * several where the values are too large to hold at once.
 * @param names of nodes' outputs or of inputs.
 */
export async function observeValues(
  { model, weights, job }: Pick<PassContext, 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  names: readonly string[],
  visit: (name: string, observed: Observed, samples: number) => void,
): Promise<void> {
  const layerIds = weights.layers.map((layer) => layer.id);
  for (const part of parts(model, names)) {
    const { probe, seenAs } = probeOf(model, layerIds, part);
    await calibration.observe(
      probe,
      (outputs, samples) => {
        for (const [name, seen] of seenAs) {
          const observed = outputs[seen];
          if (observed && observed.data.length > 0) visit(name, observed, samples);
        }
      },
      job,
    );
  }
}

/**
 * Extremes and, where they are counted, histograms of values over all samples.
 * @throws WhittleError `bad-data` naming a value that is not finite.
 */
export async function observeActivations(
  context: Pick<PassContext, 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  names: readonly string[],
  counting: boolean,
): Promise<Map<string, ActivationHistogram>> {
  const histograms = new Map(names.map((name) => [name, new ActivationHistogram(counting)]));
  await observeValues(context, calibration, names, (name, { data }, samples) => {
    if (histograms.get(name)?.add(data, samples) !== false) return;
    throw new WhittleError(
      'bad-data',
      `"${name}" holds values that are not finite on the calibration samples.`,
      'Check the data card’s scale, mean and std.',
    );
  });
  return histograms;
}

/** The names in their order, cut where the values of one part would grow too large. */
function parts(model: OnnxModel, names: readonly string[]): string[][] {
  const index = indexValues(model.proto);
  const shapes = indexShapes(index);
  const [main] = index.scopes;
  const result: string[][] = [];
  let room = 0;
  for (const name of names) {
    const floats = sizeOf((main && shapes.find(main, name)) ?? []);
    if (floats > room || result.length === 0) {
      result.push([]);
      room = FLOATS_PER_SAMPLE;
    }
    result.at(-1)?.push(name);
    room -= floats;
  }
  return result;
}

function probeOf(
  model: OnnxModel,
  layerIds: readonly string[],
  names: readonly string[],
): { probe: Probe; seenAs: ReadonlyMap<string, string> } {
  const copy = cloneForEdit(model);
  const fresh = uniqueNames(copy.proto);
  // Outputs of their own: one that is an input by name alone is not computed by every runtime, and onnxruntime's fusion of Conv, Add and
  // Relu forgets that a convolution's result was asked for.
  const seenAs = new Map(names.map((name) => [name, fresh('seen')]));
  for (const [name, seen] of seenAs) copy.proto.graph?.node.push(makeNode('Identity', [name], [seen]));
  const cut = openCut(copy, [...seenAs.values()], layerIds);
  return { probe: { model: cut.model, weights: probeWeights(cut.inputs, 'present') }, seenAs };
}
