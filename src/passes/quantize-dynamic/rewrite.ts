import type { GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { addInitializer, findConstant, uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { operatorOf } from '../../onnx/operators/table';
import { productOf, weightPort } from '../../onnx/operators/weights';
import { bytesOf, DataType, makeTensor, readFloats, shapeOf } from '../../onnx/tensor';
import type { OnnxModel, Skipped } from '../../onnx/types';
import { removeUnread } from '../../onnx/unread';

/** What a node reads of a stored weight: its int8 codes and the DequantizeLinear between. */
interface StoredWeight {
  readonly decode: NodeProto;
  readonly codes: TensorProto;
  /** One a channel, or one for all (shape []). */
  readonly scales: TensorProto;
}

/**
 * In the written model: the node that reads this weight becomes integer operators on the stored codes. It gives what the float node gives
 * on the rounded values, but for the order of additions. A weight that a later pass has stored in another form is left alone and listed.
 * @param weight name of the dequantized weight. @param output what the node that reads it gives: others may read it too.
 */
export function toIntegers({ proto }: OnnxModel, layerId: string, weight: string, output: string): Skipped[] {
  const { graph } = proto;
  const node = graph?.node.find((reader) => reader.output[0] === output && reader.input.includes(weight));
  const stored = graph && storedWeight(proto, graph, weight);
  if (!graph || !node || !stored)
    return [{ layer: layerId, reason: 'A later pass stores its weights in another form: it computes in float.' }];
  const maker = new Maker(proto, graph);
  const dequantize = graph.node.find((other) => other.opType === 'DequantizeLinear' && other.output[0] === node.input[0]);
  if (operatorOf(node)?.dynamic === 'rows') gather(maker, node, stored);
  else multiply(maker, node, dequantize?.input ?? [], stored);
  graph.node.splice(graph.node.indexOf(node), 1, ...maker.nodes);
  for (const made of [stored.decode, dequantize]) if (made) dropUnread(graph, made);
  removeUnread(proto, [...node.input, ...stored.decode.input]);
  return [];
}

function storedWeight(proto: OnnxModel['proto'], graph: GraphProto, weight: string): StoredWeight | null {
  const decode = graph.node.find((node) => node.opType === 'DequantizeLinear' && node.output[0] === weight);
  const codes = decode && findConstant(proto, graph, decode.input[0] ?? '');
  const scales = decode && findConstant(proto, graph, decode.input[1] ?? '');
  return decode && codes?.dataType === DataType.INT8 && scales ? { decode, codes, scales } : null;
}

/** Takes a node out that makes something nobody reads. */
function dropUnread(graph: GraphProto, node: NodeProto): void {
  const read =
    graph.node.some((reader) => reader.input.includes(node.output[0] ?? '')) ||
    graph.output.some((output) => output.name === node.output[0]);
  if (!read) graph.node = graph.node.filter((other) => other !== node);
}

/** Collects the nodes that take another's place, and adds their constants. */
class Maker {
  readonly nodes: NodeProto[] = [];
  readonly graph: GraphProto;
  readonly proto: OnnxModel['proto'];
  private readonly fresh: (prefix: string) => string;

  constructor(proto: OnnxModel['proto'], graph: GraphProto) {
    this.proto = proto;
    this.graph = graph;
    this.fresh = uniqueNames(proto);
  }

  node(opType: string, inputs: readonly string[], attributes: Parameters<typeof makeNode>[3] = {}, output = this.fresh('q')): string {
    this.nodes.push(makeNode(opType, inputs, [output], attributes));
    return output;
  }

  constant(type: number, dims: readonly number[], bytes: Uint8Array<ArrayBuffer>): string {
    const tensor = makeTensor(this.fresh('q'), type, dims, bytes);
    addInitializer(this.proto, this.graph, tensor);
    return tensor.name;
  }
}

/**
 * MatMul, Gemm and Conv: codes times codes, in int32; then the scales, then the bias.
 * @param dynamic codes, scale and zero point of what the node reads.
 */
function multiply(
  maker: Maker,
  node: NodeProto,
  [x = '', scale = '', zero = '']: readonly string[],
  { codes, scales }: StoredWeight,
): void {
  const isConv = productOf(node)?.layout === 'planes';
  // A channel's values lie along the last axis of a product, and along the second of a convolution.
  const spread = (values: Float32Array): string =>
    maker.constant(DataType.FLOAT, isConv ? [values.length, ...shapeOf(codes).slice(2).fill(1)] : [values.length], bytesOf(values));
  const transposed = !isConv && weightPort(node, 1)?.outputs(shapeOf(codes), node)?.[0] === 0;
  const sums = maker.node(isConv ? 'ConvInteger' : 'MatMulInteger', [x, transposed ? transposedCodes(maker, codes) : codes.name, zero]);
  if (isConv) maker.nodes.at(-1)?.attribute.push(...node.attribute);
  const step = maker.node('Mul', [scale, scales.dims.length === 0 ? scales.name : spread(readFloats(scales))]);
  const bias = node.input[2] ?? '';
  const output = node.output[0] ?? '';
  const product = maker.node('Mul', [maker.node('Cast', [sums], { to: DataType.FLOAT }), step], {}, ...(bias === '' ? [output] : []));
  if (bias === '') return;
  const constant = isConv ? findConstant(maker.proto, maker.graph, bias) : undefined;
  maker.node('Add', [product, constant ? spread(readFloats(constant)) : bias], {}, output);
}

function transposedCodes(maker: Maker, codes: TensorProto): string {
  const [rows = 0, columns = 0] = shapeOf(codes);
  const turned = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = codes.rawData[row * columns + column] ?? 0;
  return maker.constant(DataType.INT8, [columns, rows], turned);
}

/** An embedding: the rows' codes are picked, and only they become floats. */
function gather(maker: Maker, node: NodeProto, { codes, scales }: StoredWeight): void {
  const [, rows = ''] = node.input;
  const picked = maker.node('Cast', [maker.node('Gather', [codes.name, rows])], { to: DataType.FLOAT });
  const count = readFloats(scales).length;
  const step =
    scales.dims.length === 0
      ? scales.name
      : maker.node('Gather', [maker.constant(DataType.FLOAT, [count, 1], bytesOf(readFloats(scales))), rows]);
  maker.node('Mul', [picked, step], {}, node.output[0]);
}
