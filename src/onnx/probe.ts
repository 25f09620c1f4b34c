/** Graphs made to look into a model: cut down to what a few inner values need, with those as outputs. */
import type { GraphProto, NodeProto } from 'onnx-buf';
import { cloneForEdit } from './clone';
import { valueInfo } from './graph';
import { parametersAsInputs, type ParameterInput } from './live';
import { makeNode, subgraphsOf } from './nodes';
import { operatorOf } from './operators/table';
import { DataType } from './tensor';
import type { OnnxModel } from './types';

/**
 * A copy whose outputs are these float32 values of the main graph, and whose nodes are only those that they need, so that a run costs no
 * more than it must. Inputs of the model stay, wanted or not.
 */
export function cutTo(model: OnnxModel, names: readonly string[]): OnnxModel {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) return copy;
  graph.output = names.map((name) => valueInfo(name, DataType.FLOAT, null));
  graph.valueInfo = [];
  const needed = neededNodes(graph, names);
  const used = new Set(needed.flatMap(readsOf).concat(names));
  graph.node = needed.map((node) => inInference(node, used));
  const read = new Set(graph.node.flatMap(readsOf).concat(names));
  const dead = new Set(graph.initializer.filter((tensor) => !read.has(tensor.name)).map((tensor) => tensor.name));
  graph.initializer = graph.initializer.filter((tensor) => !dead.has(tensor.name));
  // Before IR version 4 initializers are inputs too.
  graph.input = graph.input.filter((input) => !dead.has(input.name));
  return copy;
}

/** As `cutTo`, with those of the given parameters that are still needed as inputs. */
export function openCut(
  model: OnnxModel,
  names: readonly string[],
  ids: readonly string[],
): { model: OnnxModel; inputs: ParameterInput[] } {
  const open = parametersAsInputs(model, ids);
  const cut = cutTo(open.model, names);
  const read = new Set((cut.proto.graph?.node ?? []).flatMap(readsOf));
  const unread = new Set(open.inputs.filter((input) => !read.has(input.inputName)).map((input) => input.inputName));
  const { graph } = cut.proto;
  if (graph) graph.input = graph.input.filter((input) => !unread.has(input.name));
  return { model: cut, inputs: open.inputs.filter((input) => !unread.has(input.inputName)) };
}

/**
 * onnxruntime-web has no kernel for Dropout: it takes such nodes out when it loads a model, but not where their outputs are the model's
 * own.
 */
function inInference(node: NodeProto, used: ReadonlySet<string>): NodeProto {
  const plain = node.output.slice(1).every((name) => !used.has(name)) ? operatorOf(node)?.inference : undefined;
  return plain === undefined ? node : makeNode(plain, node.input.slice(0, 1), node.output.slice(0, 1));
}

/** Names that a node reads, in its bodies too. */
export function readsOf(node: NodeProto): string[] {
  return node.input.concat(
    subgraphsOf(node).flatMap((body) => body.node.flatMap(readsOf).concat(body.output.map((output) => output.name))),
  );
}

/** The nodes that these values depend on, in their order. */
function neededNodes(graph: GraphProto, names: readonly string[]): NodeProto[] {
  const wanted = new Set(names);
  const kept: NodeProto[] = [];
  for (const node of graph.node.toReversed()) {
    if (!node.output.some((name) => wanted.has(name))) continue;
    kept.push(node);
    for (const name of readsOf(node)) wanted.add(name);
  }
  return kept.toReversed();
}
