import type { NodeProto } from 'onnx-buf';
import type { Grid } from '../../compute/types';
import { addInitializer, findConstant, prependNodes, removeConstant, uniqueNames } from '../../onnx/graph';
import { findAttribute, makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor, readFloats } from '../../onnx/tensor';
import type { OnnxModel, Skipped } from '../../onnx/types';
import type { Value } from '../../onnx/values';

/** Half of int32's range: the rest is left to the sums that the bias is added to. */
const LARGEST_CODE = 2 ** 30;

/** A constant bias of a node that computes on integers. */
export interface Bias {
  readonly node: NodeProto;
  /** One a channel. */
  readonly values: Float32Array;
}

/** The constant that a node adds to each output channel, where the integer kernel can take it over; null: none, or it stays float. */
export function biasOf(node: NodeProto, value: Value | undefined): Bias | null {
  const constant = value?.constant;
  if (!constant || constant.dataType !== DataType.FLOAT || constant.dims.length !== 1) return null;
  if (node.opType === 'Gemm' && ['alpha', 'beta'].some((name) => (findAttribute(node, name)?.f ?? 1) !== 1)) return null;
  return { node, values: readFloats(constant) };
}

/** Smallest weight scale of each group at which every bias code stays within 30 bits. */
export function scaleFloors({ values }: Bias, inputScale: number, groups: number): Float32Array {
  const floors = new Float32Array(groups);
  for (const [channel, value] of values.entries()) {
    const group = channel % groups;
    floors[group] = Math.max(floors[group] ?? 0, Math.abs(value) / (inputScale * LARGEST_CODE));
  }
  return floors;
}

/** The scale of each channel's products, in float32 as the runtime computes it; one where the weight has one. */
export function productScales(inputScale: number, weightScales: Float32Array): Float32Array {
  return weightScales.map((scale) => inputScale * scale);
}

export function biasCodes({ values }: Bias, scales: Float32Array): Int32Array<ArrayBuffer> {
  return Int32Array.from(values, (value, channel) => Math.round(value / (scales[channel % scales.length] ?? 1)));
}

/** Gives the node a bias constant of its own with the values that its integers will have; returns its name. */
export function roundBias({ proto }: OnnxModel, bias: Bias, value: Value, inputScale: number, grid: Grid): string {
  const { graph } = proto;
  const name = uniqueNames(proto)('b');
  if (!graph) return name;
  const scales = productScales(inputScale, grid.scales);
  const rounded = Float32Array.from(biasCodes(bias, scales), (code, channel) => code * (scales[channel % scales.length] ?? 1));
  addInitializer(proto, graph, makeTensor(name, DataType.FLOAT, [rounded.length], bytesOf(rounded)));
  bias.node.input[2] = name;
  const unread = value.uses.every(({ node, input }) => node.input[input] !== value.name);
  if (unread && !value.isOutput) removeConstant(graph, value.name);
  return name;
}

/**
 * In the written model: the bias as int32 with DequantizeLinear, on the scale of the input times that of the stored weight, without a zero
 * point (some runtimes refuse one). Where a later pass has stored the weight in another form, the bias stays float and is listed.
 */
export function storeBias({ proto }: OnnxModel, layerId: string, names: { readonly bias: string; readonly weight: string }, bias: Bias, inputScale: number): Skipped[] {
  const { graph } = proto;
  const decode = graph?.node.find((node) => node.opType === 'DequantizeLinear' && node.output[0] === names.weight);
  const stored = graph && decode && findConstant(graph, decode.input[1] ?? '');
  if (!graph || !stored) return [{ layer: layerId, reason: 'A later pass stores its weights in another form: it computes in float.' }];
  const fresh = uniqueNames(proto);
  const [codesName, scalesName] = [fresh('b'), fresh('b')];
  const scales = productScales(inputScale, readFloats(stored));
  const perChannel = stored.dims.length === 1;
  const spread = perChannel ? Float32Array.from(bias.values, (_, channel) => scales[channel % scales.length] ?? 1) : scales;
  removeConstant(graph, names.bias);
  addInitializer(proto, graph, makeTensor(codesName, DataType.INT32, [bias.values.length], bytesOf(biasCodes(bias, scales))));
  addInitializer(proto, graph, makeTensor(scalesName, DataType.FLOAT, perChannel ? [spread.length] : [], bytesOf(spread)));
  prependNodes(graph, [makeNode('DequantizeLinear', [codesName, scalesName], [names.bias], perChannel ? { axis: 0 } : {})]);
  return [];
}
