/** What channels of inner values look like over the user's samples, reduced in the graph itself so that little comes back. */
import type { NodeProto } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { cloneForEdit, cloneNode } from '../onnx/clone';
import { uniqueNames } from '../onnx/graph';
import { NodeWriter } from '../onnx/node-writer';
import { opsetOf } from '../onnx/nodes';
import { openCut } from '../onnx/probe';
import { DataType, encodeFloats, FLOAT_TYPES, makeTensor } from '../onnx/tensor';
import type { WeightType } from '../onnx/types';
import { probeWeights } from './calibration';
import type { Calibration, PassContext } from './types';

/** A value of the main graph with channels on axis 1 ('planes': [N, C, ...]) or on the last axis ('columns': [..., C]). */
export interface ChannelValue {
  readonly name: string;
  readonly channels: number;
  readonly layout: 'planes' | 'columns';
}

/** Least and largest value of each channel, over all samples and positions. */
export interface ChannelRanges {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Runs the samples through the model as the weight passes left it, and gives the ranges of these values, in their order. */
export async function observeRanges(
  { model, weights, job }: Pick<PassContext, 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  values: readonly ChannelValue[],
): Promise<ChannelRanges[]> {
  const copy = cloneForEdit(model);
  const reducer = new ChannelReducer(copy.proto.graph?.node ?? [], opsetOf(copy.proto), uniqueNames(copy.proto));
  const outputs = values.map(({ name, channels, layout }) => {
    const rows = reducer.rows(reducer.node('Cast', [name], { to: DataType.FLOAT }), { channels, layout });
    return { min: reducer.reduce('ReduceMin', rows, layout), max: reducer.reduce('ReduceMax', rows, layout) };
  });
  const cut = openCut(
    copy,
    outputs.flatMap(({ min, max }) => [min, max]),
    weights.layers.map((l) => l.id),
  );
  const found = values.map(({ channels }) => ({
    min: new Float64Array(channels).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(channels).fill(Number.NEGATIVE_INFINITY),
  }));
  await calibration.observe(
    { model: cut.model, weights: probeWeights(cut.inputs, 'present') },
    (seen) => {
      for (const [v, { min, max }] of outputs.entries()) {
        widen(found[v]?.min, seen[min]?.data, Math.min);
        widen(found[v]?.max, seen[max]?.data, Math.max);
      }
    },
    job,
  );
  return found;
}

function widen(into: Float64Array | undefined, seen: Float32Array | undefined, outer: (a: number, b: number) => number): void {
  if (!into || seen?.length !== into.length) throw new WhittleError('internal', 'A probe gave no ranges.', 'Report this fault.');
  for (const [c, value] of seen.entries()) into[c] = outer(into[c] ?? value, value);
}

/** Adds nodes that reduce values to one number a channel, in the forms of the operator set. */
export class ChannelReducer extends NodeWriter {
  /** The same node on other inputs. */
  copy(node: NodeProto, inputs: readonly string[]): string {
    const output = this.names('cs');
    this.nodes.push(Object.assign(cloneNode(node), { name: '', input: [...inputs], output: [output] }));
    return output;
  }

  scalar(value: number, type: WeightType): string {
    return this.node('Constant', [], { value: makeTensor('', FLOAT_TYPES[type], [1], encodeFloats(type, Float32Array.of(value))) });
  }

  /** A value with one axis of channels: [N, C, positions] for planes, [rows, C] for columns. */
  rows(name: string, { channels, layout }: Omit<ChannelValue, 'name'>): string {
    return this.reshape(name, layout === 'planes' ? [0, channels, -1] : [-1, channels]);
  }

  /** `rows` to [C]. */
  reduce(opType: 'ReduceMean' | 'ReduceMin' | 'ReduceMax', rows: string, layout: ChannelValue['layout']): string {
    return this.reduceOver(opType, rows, layout === 'planes' ? [0, 2] : [0]);
  }
}
