import type { NodeProto, TensorProto } from 'onnx-buf';
import { addInitializer, findConstant, prependNodes, uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { factorsOf } from '../../onnx/operators/weights';
import { bytesOf, DataType, makeTensor, readFloats } from '../../onnx/tensor';
import type { OnnxModel, Skipped } from '../../onnx/types';
import { removeUnread } from '../../onnx/unread';
import { replaceParameter, type Edited } from '../replace-parameter';

/** Half of int32's range: the rest is left to the sums that the bias is added to. */
const LARGEST_CODE = 2 ** 30;

/** The values of a bias that an integer kernel adds to each output channel; null where there is none, or one that has to stay float. */
export function integerBias(node: NodeProto, constant: TensorProto | null | undefined): Float32Array | null {
  if (!constant || constant.dataType !== DataType.FLOAT || constant.dims.length !== 1) return null;
  const factors = factorsOf(node);
  if (factors.product !== 1 || factors.bias !== 1) return null;
  return readFloats(constant);
}

/** Smallest weight scale of each group (channel, or all) at which every bias code stays within 30 bits. */
export function scaleFloors(bias: Float32Array, inputScale: number, groups: number): Float32Array {
  const floors = new Float32Array(groups);
  for (const [channel, value] of bias.entries()) {
    const group = channel % groups;
    floors[group] = Math.max(floors[group] ?? 0, Math.abs(value) / (inputScale * LARGEST_CODE));
  }
  return floors;
}

/**
 * The scale of each channel's products, in float32 as the runtime computes it.
 * @param weightScales one a channel, one for all, or (grouped ConvTranspose) one for each of a group's channels.
 */
function productScales(channels: number, inputScale: number, weightScales: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: channels }, (_, channel) => inputScale * (weightScales[channel % weightScales.length] ?? 1));
}

function codesOf(bias: Float32Array, scales: Float32Array): Int32Array<ArrayBuffer> {
  return Int32Array.from(bias, (value, channel) => Math.round(value / (scales[channel] ?? 1)));
}

/** Gives the node a bias constant of its own that holds what its integers will: the live graph then computes what the file does. */
export function roundBias(context: Edited, node: NodeProto, bias: Float32Array, inputScale: number, weightScales: Float32Array): void {
  const { proto } = context.model;
  const { graph } = proto;
  if (!graph) return;
  const scales = productScales(bias.length, inputScale, weightScales);
  const rounded = Float32Array.from(codesOf(bias, scales), (code, channel) => code * (scales[channel] ?? 1));
  removeUnread(
    proto,
    replaceParameter(context, { graph }, { node, input: 2, values: bias, dims: [bias.length], type: 'float32' }, 'b', rounded),
  );
}

/**
 * In the written model: the node's bias as int32 with DequantizeLinear, on the scale of the input times that of the stored weight, without
 * a zero point (some runtimes refuse one). A later pass may have changed the bias: what is there now is stored. Where one has stored the
 * weight in another form, the bias stays float and the layer is listed.
 */
export function storeBias(
  { proto }: OnnxModel,
  layerId: string,
  { weight, output }: { readonly weight: string; readonly output: string },
  inputScale: number,
): Skipped[] {
  const { graph } = proto;
  const decode = graph?.node.find((node) => node.opType === 'DequantizeLinear' && node.output[0] === weight);
  const node = graph?.node.find((reader) => reader.input[1] === weight && reader.output[0] === output);
  const stored = graph && decode && findConstant(proto, graph, decode.input[1] ?? '');
  if (!graph || !node || !stored)
    return [{ layer: layerId, reason: 'A later pass stores its weights in another form: it computes in float.' }];
  const old = node.input[2] ?? '';
  const bias = integerBias(node, findConstant(proto, graph, old));
  if (!bias) return [];
  const weightScales = readFloats(stored);
  const scales = productScales(bias.length, inputScale, weightScales);
  const fresh = uniqueNames(proto);
  const [codes, steps, result] = [fresh('b'), fresh('b'), fresh('b')];
  const whole = stored.dims.length === 0;
  addInitializer(proto, graph, makeTensor(codes, DataType.INT32, [bias.length], bytesOf(codesOf(bias, scales))));
  addInitializer(proto, graph, makeTensor(steps, DataType.FLOAT, whole ? [] : [bias.length], bytesOf(whole ? scales.slice(0, 1) : scales)));
  prependNodes(graph, [makeNode('DequantizeLinear', [codes, steps], [result], whole ? {} : { axis: 0 })]);
  node.input[2] = result;
  removeUnread(proto, [old]);
  return [];
}
