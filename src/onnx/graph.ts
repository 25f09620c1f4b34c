import { create } from '@bufbuild/protobuf';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, SparseTensorProto, TensorProto, ValueInfoProto } from 'onnx-buf';
import {
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { constantTensor, subgraphsOf } from './nodes';

/** A graph with the graph it is nested in; values of outer graphs are visible in inner ones. */
export interface Scope {
  readonly graph: GraphProto;
  readonly parent: Scope | null;
  /** The node that holds it; null for the main graph. */
  readonly owner: NodeProto | null;
}

/** Every graph of the model, outer before inner, in node order. */
export function scopesOf(proto: ModelProto): Scope[] {
  const scopes: Scope[] = [];
  const visit = (graph: GraphProto, parent: Scope | null, owner: NodeProto | null): void => {
    const scope = { graph, parent, owner };
    scopes.push(scope);
    for (const node of graph.node) for (const inner of subgraphsOf(node)) visit(inner, scope, node);
  };
  if (proto.graph) visit(proto.graph, null, null);
  return scopes;
}

/** Every tensor with data: initializers and tensor attributes, in all graphs. Sparse tensors are left out. */
export function* tensorsOf(proto: ModelProto): Generator<TensorProto> {
  for (const { graph } of scopesOf(proto)) {
    yield* graph.initializer;
    for (const node of graph.node) {
      for (const attribute of node.attribute) {
        if (attribute.t) yield attribute.t;
        yield* attribute.tensors;
      }
    }
  }
}

/**
 * Every tensor message of the model, also those of sparse tensors, of functions and of training graphs, which are written as they were
 * read.
 */
export function* allTensorsOf(proto: ModelProto): Generator<TensorProto> {
  const graphs: GraphProto[] = proto.graph ? [proto.graph] : [];
  for (const { initialization, algorithm } of proto.trainingInfo)
    graphs.push(...[initialization, algorithm].filter((graph) => graph !== undefined));
  const nodes: NodeProto[] = proto.functions.flatMap(({ node }) => node);
  const attributes: AttributeProto[] = proto.functions.flatMap(({ attributeProto }) => attributeProto);
  for (const node of nodes) for (const attribute of node.attribute) attributes.push(attribute);
  for (let attribute = attributes.pop(), graph = graphs.pop(); attribute ?? graph; attribute = attributes.pop(), graph = graphs.pop()) {
    if (attribute) {
      if (attribute.t) yield attribute.t;
      yield* attribute.tensors;
      for (const sparse of [attribute.sparseTensor, ...attribute.sparseTensors]) yield* partsOf(sparse);
      if (attribute.g) graphs.push(attribute.g);
      for (const inner of attribute.graphs) graphs.push(inner);
    }
    if (!graph) continue;
    yield* graph.initializer;
    for (const sparse of graph.sparseInitializer) yield* partsOf(sparse);
    for (const node of graph.node) for (const inner of node.attribute) attributes.push(inner);
  }
}

function partsOf(sparse: SparseTensorProto | undefined): TensorProto[] {
  return [sparse?.values, sparse?.indices].filter((tensor) => tensor !== undefined);
}

/** A maker of short names that no value or node of the model has: prefix0, prefix1, ... */
export function uniqueNames(proto: ModelProto): (prefix: string) => string {
  const taken = new Set<string>();
  for (const { graph } of scopesOf(proto)) {
    for (const value of [...graph.input, ...graph.output, ...graph.initializer, ...graph.valueInfo]) taken.add(value.name);
    for (const sparse of graph.sparseInitializer) taken.add(sparse.values?.name ?? '');
    for (const node of graph.node) for (const name of [node.name, ...node.input, ...node.output]) taken.add(name);
  }
  const next = new Map<string, number>();
  return (prefix) => {
    for (let count = next.get(prefix) ?? 0; ; count++) {
      const name = prefix + count.toString(36);
      if (taken.has(name)) continue;
      taken.add(name);
      next.set(prefix, count + 1);
      return name;
    }
  };
}

/**
 * Adds a constant that a graph can read, under a name that is free in the whole model. Before IR version 4 an initializer must
 * also be a graph input; a subgraph may have no further inputs, so its constants then go to the main graph, which it can read.
 */
export function addInitializer(proto: ModelProto, graph: GraphProto, tensor: TensorProto): void {
  if (proto.irVersion >= 4n) {
    graph.initializer.push(tensor);
    return;
  }
  const main = proto.graph ?? graph;
  main.initializer.push(tensor);
  main.input.push(valueInfo(tensor.name, tensor.dataType, tensor.dims.map(Number)));
}

/** Takes a constant out of its graph: an initializer with its graph input, or a `Constant` node. Returns whether it was there. */
export function removeConstant(graph: GraphProto, name: string): boolean {
  const isIt = (entry: { readonly name: string }): boolean => entry.name === name;
  // Lists are long and have it once: the first is looked for, and the rest moved as it is.
  const at = graph.initializer.findIndex(isIt);
  if (at >= 0) {
    graph.initializer = graph.initializer.toSpliced(at, 1);
    graph.input = graph.input.filter((entry) => !isIt(entry));
    return true;
  }
  const made = graph.node.findIndex((node) => node.output[0] === name && constantTensor(node));
  if (made >= 0) graph.node = graph.node.toSpliced(made, 1);
  return made >= 0;
}

/**
 * Initializers of the main graph that are inputs too, so that whoever runs the model may give others in their place. None where all are:
 * before IR version 4 they had to be, and exporters went on so; nobody means to replace every weight.
 */
export function overridableNames(proto: ModelProto): ReadonlySet<string> {
  const known = OVERRIDABLE.get(proto) ?? findOverridable(proto);
  OVERRIDABLE.set(proto, known);
  return known;
}

/** A copy of a model keeps what its original was seen to be, whatever constants are added to it. */
export function inheritOverridable(from: ModelProto, to: ModelProto): void {
  OVERRIDABLE.set(to, overridableNames(from));
}

const OVERRIDABLE = new WeakMap<ModelProto, ReadonlySet<string>>();

function findOverridable({ irVersion, graph }: ModelProto): ReadonlySet<string> {
  if (!graph || irVersion < 4n) return new Set();
  const inputs = new Set(graph.input.map((input) => input.name));
  const both = graph.initializer.filter((tensor) => inputs.has(tensor.name)).map((tensor) => tensor.name);
  return new Set(both.length < graph.initializer.length ? both : []);
}

/** The tensor of a constant of this very graph, whether initializer or `Constant` node; undefined for defaults of inputs. */
export function findConstant(proto: ModelProto, graph: GraphProto, name: string): TensorProto | undefined {
  if (graph === proto.graph && overridableNames(proto).has(name)) return undefined;
  const initializer = graph.initializer.find((tensor) => tensor.name === name);
  if (initializer) return initializer;
  const node = graph.node.find((candidate) => candidate.output[0] === name);
  return node && constantTensor(node);
}

/** Puts nodes that read only constants in front of all others, where every consumer comes after them. */
export function prependNodes(graph: GraphProto, nodes: readonly NodeProto[]): void {
  graph.node.unshift(...nodes);
}

/** Puts nodes right behind others, and those of `null` in front of all. */
export function insertAfter(graph: GraphProto, after: ReadonlyMap<NodeProto | null, readonly NodeProto[]>): void {
  const nodes = [...(after.get(null) ?? [])];
  for (const node of graph.node) nodes.push(node, ...(after.get(node) ?? []));
  graph.node = nodes;
}

/** Declaration of a value. Dimensions are numbers or names; shape null leaves it open. */
export function valueInfo(name: string, elemType: number, shape: readonly (number | string)[] | null): ValueInfoProto {
  const dim = (shape ?? []).map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  );
  const value = create(TypeProto_TensorSchema, { elemType, ...(shape ? { shape: create(TensorShapeProtoSchema, { dim }) } : {}) });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }) });
}
