import type { NodeProto } from 'onnx-buf';
import { addInitializer, insertAfter, prependNodes, removeConstant, uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor, readFloats, shapeOf } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import type { Value } from '../../onnx/values';
import { activationGrid, type ActivationGrid } from './activation-grid';

/**
 * Puts QuantizeLinear and DequantizeLinear behind each value, in place. Whoever read the value reads the dequantized one, in bodies too;
 * what the graph returns stays as it was, and so do the names of nodes and of their outputs, by which layers are known.
 * @param grids by value of the main graph; values that share a grid share its scale and zero point in the file.
 * @param floats what layers give that stay float. onnxruntime rounds the weights of a float layer between two quantized activations to 8
 * bits a tensor when it loads the file (seen in 1.30 and 1.32); a Max of one operand, which changes nothing, keeps it from that.
 */
export function insertQuantizers({ proto }: OnnxModel, grids: ReadonlyMap<Value, ActivationGrid>, floats: ReadonlySet<Value>): void {
  const { graph } = proto;
  if (!graph) return;
  const fresh = uniqueNames(proto);
  const stored = new Map<ActivationGrid, string[]>();
  const after = new Map<NodeProto | null, NodeProto[]>();
  for (const [value, grid] of grids) {
    const parameters = stored.get(grid) ?? storeGrid(proto, graph, grid, fresh);
    stored.set(grid, parameters);
    const [codes, result] = [fresh('q'), fresh('q')];
    const source = floats.has(value) ? fresh('q') : value.name;
    const pair = [
      makeNode('QuantizeLinear', [source, ...parameters], [codes]),
      makeNode('DequantizeLinear', [codes, ...parameters], [result]),
    ];
    if (source !== value.name) pair.unshift(makeNode('Max', [value.name], [source]));
    after.set(value.producer, [...(after.get(value.producer) ?? []), ...pair]);
    for (const { node, input } of value.uses) node.input[input] = result;
  }
  insertAfter(graph, after);
}

type Graph = NonNullable<OnnxModel['proto']['graph']>;

function storeGrid(
  proto: OnnxModel['proto'],
  graph: Graph,
  { scale, zeroPoint, signed }: ActivationGrid,
  fresh: (prefix: string) => string,
): string[] {
  const [scaleName, zeroName] = [fresh('q'), fresh('q')];
  addInitializer(proto, graph, makeTensor(scaleName, DataType.FLOAT, [], bytesOf(Float32Array.of(scale))));
  addInitializer(proto, graph, makeTensor(zeroName, signed ? DataType.INT8 : DataType.UINT8, [], Uint8Array.of(zeroPoint)));
  return [scaleName, zeroName];
}

/** Keeps a float constant as codes on the grid of its own extremes, for the readers given; others keep the floats. */
export function quantizeConstant({ proto }: OnnxModel, value: Value, readers: ReadonlySet<NodeProto>, signed: boolean): void {
  const { graph } = proto;
  const { constant } = value;
  if (!graph || !constant) return;
  const values = readFloats(constant);
  const grid = activationGrid(
    values.reduce((range, v) => ({ low: Math.min(range.low, v), high: Math.max(range.high, v) }), { low: 0, high: 0 }),
    signed,
  );
  const [lowest, highest] = signed ? [-128, 127] : [0, 255];
  const codes = Uint8Array.from(values, (v) => Math.min(Math.max(Math.round(v / grid.scale) + grid.zeroPoint, lowest), highest));
  const fresh = uniqueNames(proto);
  const [name, result] = [fresh('q'), fresh('q')];
  addInitializer(proto, graph, makeTensor(name, signed ? DataType.INT8 : DataType.UINT8, shapeOf(constant), codes));
  prependNodes(graph, [makeNode('DequantizeLinear', [name, ...storeGrid(proto, graph, grid, fresh)], [result])]);
  const uses = value.uses.filter((use) => readers.has(use.node));
  for (const { node, input } of uses) node.input[input] = result;
  if (uses.length === value.uses.length && !value.isOutput) removeConstant(graph, value.name);
}
