/** Graphs made to look into a model: cut down to what a few inner values need, with those as outputs. */
import type { GraphProto, NodeProto } from 'onnx-buf';
import { cloneForEdit } from './clone';
import { prependNodes, uniqueNames, valueInfo } from './graph';
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
  return cut(model, [], names);
}

/** As `cutTo`, with those of the given parameters that are still needed as inputs. */
export function openCut(model: OnnxModel, names: readonly string[], ids: readonly string[]): OpenCut {
  return cutBetween(model, [], names, ids);
}

/** A cut graph, and the parameters among its inputs. */
export interface OpenCut {
  readonly model: OnnxModel;
  readonly inputs: readonly ParameterInput[];
}

/**
 * As `openCut`, starting at other float32 values of the main graph, which are inputs in the place of the nodes that make them. Of the
 * model's own inputs those stay that are still read; without a start all do.
 */
export function cutBetween(model: OnnxModel, starts: readonly string[], names: readonly string[], ids: readonly string[]): OpenCut {
  const open = parametersAsInputs(model, ids);
  const between = cut(open.model, starts, names);
  const read = new Set((between.proto.graph?.node ?? []).flatMap(readsOf));
  const unread = new Set(open.inputs.filter((input) => !read.has(input.inputName)).map((input) => input.inputName));
  const { graph } = between.proto;
  if (graph) graph.input = graph.input.filter((input) => !unread.has(input.name));
  return { model: between, inputs: open.inputs.filter((input) => !unread.has(input.inputName)) };
}

function cut(model: OnnxModel, starts: readonly string[], names: readonly string[]): OnnxModel {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) return copy;
  const given = new Set(starts);
  graph.output = names.map((name) => valueInfo(name, DataType.FLOAT, null));
  graph.valueInfo = [];
  const needed = neededNodes(graph.node, names, given);
  const used = new Set(needed.flatMap(readsOf).concat(names));
  const spare = uniqueNames(copy.proto);
  graph.node = needed.map((node) => inInference(withoutOutputs(node, given, spare), used));
  const read = new Set(graph.node.flatMap(readsOf).concat(names));
  const dead = new Set(graph.initializer.filter((tensor) => !read.has(tensor.name)).map((tensor) => tensor.name));
  graph.initializer = graph.initializer.filter((tensor) => !dead.has(tensor.name));
  // Before IR version 4 initializers are inputs too.
  graph.input = graph.input.filter((input) => !dead.has(input.name) && (starts.length === 0 || read.has(input.name)));
  graph.input.push(...starts.filter((name) => read.has(name)).map((name) => valueInfo(name, DataType.FLOAT, null)));
  return copy;
}

/** A node that makes something else as well may still be needed: what is an input already goes by another name. */
function withoutOutputs(node: NodeProto, given: ReadonlySet<string>, names: (prefix: string) => string): NodeProto {
  if (node.output.some((name) => given.has(name))) node.output = node.output.map((name) => (given.has(name) ? names('again') : name));
  return node;
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

/** The nodes that these values depend on, in their order, where others are given. */
export function neededNodes(nodes: readonly NodeProto[], names: readonly string[], given: ReadonlySet<string>): NodeProto[] {
  const wanted = new Set(names);
  const kept: NodeProto[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.output.some((name) => wanted.has(name) && !given.has(name))) continue;
    kept.push(node);
    for (const name of readsOf(node)) wanted.add(name);
  }
  return kept.toReversed();
}

/** How a value goes between two probes: as it is, or as float16, half the bytes. */
export type Passage = 'float32' | 'float16';

/** Edits a probe so that its inputs of these names come as float16; returns nothing else: the graph reads what they stand for. */
export function halfInputs(graph: GraphProto, inputs: readonly string[], names: (prefix: string) => string): Map<string, string> {
  const casts = inputs.map((name) => ({ name, half: names('h') }));
  const byName = new Map(casts.map(({ name, half }) => [name, half]));
  graph.input = graph.input.map((input) => {
    const half = byName.get(input.name);
    return half === undefined ? input : valueInfo(half, DataType.FLOAT16, null);
  });
  prependNodes(
    graph,
    casts.map(({ name, half }) => makeNode('Cast', [half], [name], { to: DataType.FLOAT })),
  );
  return byName;
}

/** Adds outputs for float32 values of a probe; returns their names. Outputs of their own: see `observeValues` on fusions. */
export function addOutputs(graph: GraphProto, values: readonly string[], as: Passage, names: (prefix: string) => string): string[] {
  const type = as === 'float16' ? DataType.FLOAT16 : DataType.FLOAT;
  return values.map((value) => {
    const output = names('kept');
    graph.node.push(as === 'float16' ? makeNode('Cast', [value], [output], { to: type }) : makeNode('Identity', [value], [output]));
    graph.output.push(valueInfo(output, type, null));
    return output;
  });
}
