import { WhittleError } from '../../base/errors';
import { cloneForEdit } from '../../onnx/clone';
import { uniqueNames } from '../../onnx/graph';
import { NodeWriter } from '../../onnx/node-writer';
import { opsetOf } from '../../onnx/nodes';
import { openCut } from '../../onnx/probe';
import { indexShapes } from '../../onnx/shapes';
import { sizeOf } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import { probeWeights } from '../calibration';
import type { Calibration, Counted, Observed, PassContext, Probe } from '../types';
import { ActivationHistogram } from './histogram';

/** Floats of one sample that are held at once to be counted: 64 MB. */
const FLOATS_PER_SAMPLE = 2 ** 24;

/** Outputs of a probe that tell of one value. */
interface Seen {
  /** Extremes and mean: of each position of the first axes where the shape is known, else of all. */
  readonly low: string;
  readonly high: string;
  readonly mean: string;
  /** The value itself; null where it is not counted. */
  readonly all: string | null;
}

/**
 * Extremes and, where they are counted, histograms of float32 values of the main graph over all samples, with the weights as earlier
 * passes left them. Extremes are taken in the graph and values counted where they are computed, so that nothing but counts comes back. One
 * run over the samples, or several where the values to count are too large to hold at once.
 * @param names of nodes' outputs or of inputs.
 * @throws WhittleError `bad-data` naming a value that is not finite, or too large to be summed in float32.
 */
export async function observeActivations(
  { model, weights, job }: Pick<PassContext, 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  names: readonly string[],
  counting: boolean,
): Promise<Map<string, ActivationHistogram>> {
  const histograms = new Map(names.map((name) => [name, new ActivationHistogram()]));
  const changed = await changedOf(weights);
  for (const part of counting ? parts(model, names) : [names]) {
    const { probe, seenAs } = probeOf(model, changed, part, counting);
    await calibration.observe(
      probe,
      async (outputs, samples, counted) => {
        for (const [name, seen] of seenAs) see(histograms.get(name), name, seen, outputs, samples);
        await Promise.all([...seenAs].map(([name, { all }]) => count(histograms.get(name), counted[all ?? ''])));
      },
      job,
    );
  }
  return histograms;
}

/** Layers whose values are fed, since the graph has those before; of the others it is checked that they can be computed with. */
async function changedOf(weights: PassContext['weights']): Promise<string[]> {
  const ids = weights.layers.map((layer) => layer.id);
  for (const id of ids) if (!weights.isChanged(id)) (await weights.acquire(id)).release();
  return ids.filter((id) => weights.isChanged(id));
}

function see(
  histogram: ActivationHistogram | undefined,
  name: string,
  { low, high, mean }: Seen,
  outputs: Readonly<Record<string, Observed>>,
  samples: number,
): void {
  const lows = outputs[low];
  const highs = outputs[high];
  const means = outputs[mean]?.data;
  // Of no values the extremes are infinite, the wrong way round.
  if (!histogram || !lows || !highs || !means || lows.data.every((value) => value === Number.POSITIVE_INFINITY)) return;
  // A maximum may lose what is not a number; a mean does not.
  if (means.every(Number.isFinite) && histogram.see(ofSamples(lows, samples, Math.min), ofSamples(highs, samples, Math.max), samples))
    return;
  throw new WhittleError(
    'bad-data',
    `"${name}" holds values that are not finite on the calibration samples.`,
    'Check the data card’s scale, mean and std.',
  );
}

async function count(histogram: ActivationHistogram | undefined, values: Counted | undefined): Promise<void> {
  if (histogram && values && values.length > 0) await histogram.count(values);
}

/** One extreme a sample where the first axis is the samples', else one of all. */
function ofSamples({ data, dims }: Observed, samples: number, outer: (a: number, b: number) => number): Float32Array {
  const rows = dims[0] === samples ? samples : 1;
  const each = data.length / rows;
  return Float32Array.from({ length: rows }, (_, row) => data.subarray(row * each, (row + 1) * each).reduce((a, b) => outer(a, b)));
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
  changed: readonly string[],
  names: readonly string[],
  counting: boolean,
): { probe: Probe; seenAs: ReadonlyMap<string, Seen> } {
  const index = indexValues(model.proto);
  const shapes = indexShapes(index);
  const [main] = index.scopes;
  const copy = cloneForEdit(model);
  const writer = new NodeWriter(copy.proto.graph?.node ?? [], opsetOf(copy.proto), uniqueNames(copy.proto));
  const seenAs = new Map(
    names.map((name): [string, Seen] => {
      const axes = innerAxes((main && shapes.find(main, name))?.length ?? 0);
      return [
        name,
        {
          low: writer.reduceOver('ReduceMin', name, axes),
          high: writer.reduceOver('ReduceMax', name, axes),
          mean: writer.reduceOver('ReduceMean', name, axes),
          // An output of its own: one that is an input by name alone is not computed by every runtime, and onnxruntime's fusion of Conv,
          // Add and Relu forgets that a convolution's result was asked for.
          all: counting ? writer.node('Identity', [name]) : null,
        },
      ];
    }),
  );
  const counted = [...seenAs.values()].flatMap(({ all }) => all ?? []);
  const outputs = [...seenAs.values()].flatMap(({ low, high, mean }) => [low, high, mean]);
  const cut = openCut(copy, [...outputs, ...counted], changed);
  return { probe: { model: cut.model, weights: probeWeights(cut.inputs, 'present'), counted, plain: true }, seenAs };
}

/** Reduced so that rows are left for all cores to share, in memory one after another; null: all, as where no axis is known. */
function innerAxes(rank: number): number[] | null {
  if (rank < 2) return null;
  return Array.from({ length: rank - (rank > 2 ? 2 : 1) }, (_, axis) => axis + (rank > 2 ? 2 : 1));
}
