import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { cloneForEdit } from '../../onnx/clone';
import { uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { openCut } from '../../onnx/probe';
import { indexShapes } from '../../onnx/shapes';
import { sizeOf } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import type { Calibration, Probe } from '../types';
import { ActivationHistogram } from './histogram';

/** Floats that one sample may bring back in a run: a batch of 8 then takes at most 128 MB. */
const FLOATS_PER_SAMPLE = 4 * 2 ** 20;

/**
 * Histograms of float32 values of the main graph over all samples, with the weights as earlier passes left them. One run over the samples,
 * or several where the values are too large to hold at once.
 * @param names of nodes' outputs or of inputs.
 * @throws WhittleError `bad-data` naming a value that is not finite.
 */
export async function observeActivations(model: OnnxModel, layerIds: readonly string[], calibration: Calibration, names: readonly string[], job: Job): Promise<Map<string, ActivationHistogram>> {
  const histograms = new Map(names.map((name) => [name, new ActivationHistogram()]));
  for (const part of parts(model, names)) {
    const { probe, seenAs } = probeOf(model, layerIds, part);
    await calibration.observe(
      probe,
      (outputs, samples) => {
        for (const [name, seen] of seenAs) {
          const observed = outputs[seen];
          if (observed && observed.data.length > 0 && !histograms.get(name)?.add(observed.data, samples)) {
            throw new WhittleError('bad-data', `"${name}" holds values that are not finite on the calibration samples.`, 'Check the data card’s scale, mean and std.');
          }
        }
      },
      job,
    );
  }
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

function probeOf(model: OnnxModel, layerIds: readonly string[], names: readonly string[]): { probe: Probe; seenAs: ReadonlyMap<string, string> } {
  const copy = cloneForEdit(model);
  const fresh = uniqueNames(copy.proto);
  const { graph } = copy.proto;
  const inputs = new Set(graph?.input.map((input) => input.name));
  const seenAs = new Map<string, string>();
  for (const name of names) {
    // An output that is an input by name alone is not computed by every runtime.
    const seen = inputs.has(name) ? fresh('seen') : name;
    if (seen !== name) graph?.node.push(makeNode('Identity', [name], [seen]));
    seenAs.set(name, seen);
  }
  const cut = openCut(copy, [...seenAs.values()], layerIds);
  return { probe: { model: cut.model, weights: cut.inputs.map(({ inputName, shape, layerId }) => ({ inputName, shape, layerId, which: 'present' as const })) }, seenAs };
}
