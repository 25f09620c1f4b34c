/** What channels of inner values look like over the user's samples, reduced in the graph itself so that little comes back. */
import { WhittleError } from '../base/errors';
import { cloneForEdit } from '../onnx/clone';
import { addInitializer, uniqueNames } from '../onnx/graph';
import { makeNode, opsetOf } from '../onnx/nodes';
import { openCut } from '../onnx/probe';
import { DataType, int64Tensor } from '../onnx/tensor';
import type { OnnxModel } from '../onnx/types';
import type { Calibration, PassContext, Probe, ProbeWeight } from './types';

/** A value of the main graph with channels on axis 1 ('planes': [N, C, ...]) or on the last axis ('columns': [..., C]). */
export interface ChannelValue {
  readonly name: string;
  readonly channels: number;
  readonly layout: 'planes' | 'columns';
}

/** Of each channel, over all samples and positions. */
export interface ChannelStatistics {
  readonly mean: Float64Array;
  /** Only where asked for. */
  readonly min: Float64Array;
  readonly meanSquare: Float64Array;
}

type Kind = 'mean' | 'min' | 'meanSquare';

/**
 * Runs the samples through the model and gives the statistics of these values, in their order.
 * @param which weights the graph runs with: those that the weight passes started from, or what has become of them.
 * @param kinds what is wanted: with 'mean', `min` and `meanSquare` stay empty.
 * @param limit how many samples are run at most.
 */
export async function observeChannels(
  { model, weights, job }: Pick<PassContext, 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  values: readonly ChannelValue[],
  which: ProbeWeight['which'],
  kinds: 'mean' | 'all',
  limit = calibration.samples,
): Promise<ChannelStatistics[]> {
  const wanted: readonly Kind[] = kinds === 'mean' ? ['mean'] : ['mean', 'min', 'meanSquare'];
  const { probe, outputs } = statisticsProbe(model, weights.layers.map((l) => l.id), values, which, wanted);
  const found = values.map(({ channels }) => ({
    mean: new Float64Array(channels),
    min: new Float64Array(wanted.includes('min') ? channels : 0).fill(Number.POSITIVE_INFINITY),
    meanSquare: new Float64Array(wanted.includes('meanSquare') ? channels : 0),
  }));
  const count = Math.min(limit, calibration.samples);
  await calibration.observe(
    { ...probe, limit: count },
    (seen, samples) => {
      for (const [v, names] of outputs.entries()) {
        for (const [k, kind] of wanted.entries()) add(found[v]?.[kind], kind, seen[names[k] ?? '']?.data, samples / count);
      }
    },
    job,
  );
  return found;
}

function add(into: Float64Array | undefined, kind: Kind, seen: Float32Array | undefined, weight: number): void {
  if (!into || seen?.length !== into.length) throw new WhittleError('internal', 'A probe gave no statistics.', 'Report this fault.');
  for (const [c, value] of seen.entries()) into[c] = kind === 'min' ? Math.min(into[c] ?? value, value) : (into[c] ?? 0) + value * weight;
}

/** The graph cut down to these values, with a vector over channels for each kind as its outputs. */
function statisticsProbe(model: OnnxModel, layerIds: readonly string[], values: readonly ChannelValue[], which: ProbeWeight['which'], kinds: readonly Kind[]): { probe: Probe; outputs: string[][] } {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) throw new WhittleError('internal', 'The model has no graph.', 'Open the model again.');
  const names = uniqueNames(copy.proto);
  const integers = (entries: readonly number[]): string => {
    const tensor = int64Tensor(names('statistics_shape'), entries);
    addInitializer(copy.proto, graph, tensor);
    return tensor.name;
  };
  const make = (op: string, input: readonly string[], attributes: Parameters<typeof makeNode>[3] = {}): string => {
    const output = names('statistics');
    graph.node.push(makeNode(op, input, [output], attributes));
    return output;
  };
  // From opset 18 on, axes are an input.
  const reduce = (op: string, input: string, axes: readonly number[]): string =>
    opsetOf(copy.proto) >= 18 ? make(op, [input, integers(axes)], { keepdims: 0 }) : make(op, [input], { axes, keepdims: 0 });
  const outputs = values.map(({ name, channels, layout }) => {
    const float = make('Cast', [name], { to: DataType.FLOAT });
    const flat = make('Reshape', [float, integers(layout === 'planes' ? [0, channels, -1] : [-1, channels])]);
    const axes = layout === 'planes' ? [0, 2] : [0];
    return kinds.map((kind) => reduce(kind === 'min' ? 'ReduceMin' : 'ReduceMean', kind === 'meanSquare' ? make('Mul', [flat, flat]) : flat, axes));
  });
  const cut = openCut(copy, outputs.flat(), layerIds);
  return { probe: { model: cut.model, weights: cut.inputs.map(({ inputName, shape, layerId }) => ({ inputName, shape, layerId, which })) }, outputs };
}
