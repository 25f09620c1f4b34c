/** What channels of inner values look like over the user's samples, reduced in the graph itself so that little comes back. */
import type { NodeProto } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { cloneForEdit, cloneNode } from '../onnx/clone';
import { uniqueNames } from '../onnx/graph';
import { makeNode, opsetOf } from '../onnx/nodes';
import { openCut } from '../onnx/probe';
import { DataType, encodeFloats, FLOAT_TYPES, int64Tensor, makeTensor } from '../onnx/tensor';
import type { OnnxModel, WeightType } from '../onnx/types';
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
  readonly min: Float64Array;
  readonly meanSquare: Float64Array;
}

const KINDS = ['mean', 'min', 'meanSquare'] as const;
type Kind = (typeof KINDS)[number];

/**
 * Runs the samples through the model and gives the statistics of these values, in their order.
 * @param which weights the graph runs with: those that the weight passes started from, or what has become of them.
 */
export async function observeChannels(
  { model, weights, job }: Pick<PassContext, 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  values: readonly ChannelValue[],
  which: ProbeWeight['which'],
): Promise<ChannelStatistics[]> {
  const { probe, outputs } = statisticsProbe(model, weights.layers.map((l) => l.id), values, which, KINDS);
  const found = values.map(({ channels }) => ({
    mean: new Float64Array(channels),
    min: new Float64Array(channels).fill(Number.POSITIVE_INFINITY),
    meanSquare: new Float64Array(channels),
  }));
  await calibration.observe(
    probe,
    (seen, samples) => {
      for (const [v, names] of outputs.entries()) {
        for (const [k, kind] of KINDS.entries()) add(found[v]?.[kind], kind, seen[names[k] ?? '']?.data, samples / calibration.samples);
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
  const nodes = copy.proto.graph?.node ?? [];
  const reducer = new ChannelReducer(nodes, opsetOf(copy.proto), uniqueNames(copy.proto));
  const outputs = values.map(({ name, channels, layout }) => {
    const rows = reducer.rows(reducer.node('Cast', [name], { to: DataType.FLOAT }), { channels, layout });
    return kinds.map((kind) => reducer.reduce(kind === 'min' ? 'ReduceMin' : 'ReduceMean', kind === 'meanSquare' ? reducer.node('Mul', [rows, rows]) : rows, layout));
  });
  const cut = openCut(copy, outputs.flat(), layerIds);
  return { probe: { model: cut.model, weights: cut.inputs.map(({ inputName, shape, layerId }) => ({ inputName, shape, layerId, which })) }, outputs };
}

/** Adds nodes that reduce values to one number a channel, in the forms of the operator set. */
export class ChannelReducer {
  private readonly nodes: NodeProto[];
  private readonly opset: number;
  private readonly names: (prefix: string) => string;

  constructor(nodes: NodeProto[], opset: number, names: (prefix: string) => string) {
    this.nodes = nodes;
    this.opset = opset;
    this.names = names;
  }

  node(opType: string, inputs: readonly string[], attributes: Parameters<typeof makeNode>[3] = {}): string {
    const output = this.names('cs');
    this.nodes.push(makeNode(opType, inputs, [output], attributes));
    return output;
  }

  /** The same node on other inputs. */
  copy(node: NodeProto, inputs: readonly string[]): string {
    const output = this.names('cs');
    this.nodes.push(Object.assign(cloneNode(node), { name: '', input: [...inputs], output: [output] }));
    return output;
  }

  scalar(value: number, type: WeightType): string {
    return this.node('Constant', [], { value: makeTensor('', FLOAT_TYPES[type], [1], encodeFloats(type, Float32Array.of(value))) });
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.node('Reshape', [name, this.integers(shape)]);
  }

  /** A value with one axis of channels: [N, C, positions] for planes, [rows, C] for columns. */
  rows(name: string, { channels, layout }: Omit<ChannelValue, 'name'>): string {
    return this.reshape(name, layout === 'planes' ? [0, channels, -1] : [-1, channels]);
  }

  /** `rows` to [C], by ReduceMean or ReduceMin. */
  reduce(opType: 'ReduceMean' | 'ReduceMin', rows: string, layout: ChannelValue['layout']): string {
    const axes = layout === 'planes' ? [0, 2] : [0];
    return this.opset >= AXES_INPUT ? this.node(opType, [rows, this.integers(axes)], { keepdims: 0 }) : this.node(opType, [rows], { axes, keepdims: 0 });
  }

  private integers(values: readonly number[]): string {
    return this.node('Constant', [], { value: int64Tensor('', values) });
  }
}

/** The operator set in which axes of these reductions became an input. */
const AXES_INPUT = 18;
