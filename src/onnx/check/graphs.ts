import type { FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { constantTensor, isOnnx, subgraphsOf } from '../nodes';
import { checkNode } from './nodes';
import { badModel, nodeLabel, quoted } from './problem';
import { checkWeights } from './weights';

const SORT =
  'Each value must be made before it is read. Export the model again, or let onnxruntime sort it: load it and save its optimized model.';

/** The values that nodes can read so far, in a graph and those around it. */
interface Names {
  readonly defined: Map<string, TensorProto | null>;
  readonly parent: Names | null;
}

/** What nodes are checked against. */
interface Setting {
  readonly inFunction: boolean;
  readonly domains: ReadonlySet<string>;
}

/**
 * Checks the order of nodes and the names of values in every graph and function: each value is made once, and before it is read.
 * @throws WhittleError 'bad-model' naming the node and the value.
 */
export function checkGraphs(proto: ModelProto): void {
  const domains = new Set(proto.opsetImport.map(({ domain }) => domain));
  if (proto.graph) checkGraph(proto.graph, null, { inFunction: false, domains });
  checkFunctions(proto.functions);
}

function checkGraph(graph: GraphProto, parent: Names | null, setting: Setting): void {
  const names: Names = { defined: new Map(), parent };
  for (const { name } of graph.input) define(names, name, null, 'graph input');
  const initializers = [...graph.initializer, ...graph.sparseInitializer.flatMap(({ values }) => values ?? [])];
  const seen = new Set<string>();
  for (const tensor of initializers) {
    if (tensor.name === '') throw badModel('An initializer has no name.');
    if (seen.has(tensor.name)) throw badModel(`Two initializers are called ${quoted(tensor.name)}.`);
    seen.add(tensor.name);
    // Before IR version 4 it is listed among the inputs too.
    names.defined.set(tensor.name, tensor);
  }
  for (const sparse of graph.sparseInitializer) if (sparse.values) names.defined.set(sparse.values.name, null);
  checkNodes(graph.node, names, setting);
  const returned = new Set<string>();
  for (const { name } of graph.output) {
    if (name === '') throw badModel(`An output of graph ${quoted(graph.name)} has no name.`);
    if (lookUp(names, name) === undefined) throw badModel(`Nothing makes the output ${quoted(name)} of graph ${quoted(graph.name)}.`);
    if (returned.has(name) && parent === null) throw badModel(`Two outputs of graph ${quoted(graph.name)} are called ${quoted(name)}.`);
    returned.add(name);
  }
}

function checkNodes(nodes: readonly NodeProto[], names: Names, setting: Setting): void {
  for (const node of nodes) {
    checkNode(node, setting.inFunction);
    if (!isOnnx(node.domain) && !setting.domains.has(node.domain)) {
      throw badModel(
        `${nodeLabel(node)} is of the operator set ${quoted(node.domain)}, which the model does not import.`,
        'Export the model again.',
      );
    }
    for (const name of node.input) {
      if (name === '' || lookUp(names, name) !== undefined) continue;
      const later = nodes.some((other) => other.output.includes(name));
      if (!later) throw badModel(`${nodeLabel(node)} reads ${quoted(name)}, which nothing makes.`);
      throw badModel(`${nodeLabel(node)} reads ${quoted(name)}, which is made after it or by way of itself.`, SORT);
    }
    checkWeights(node, (input) => lookUp(names, node.input[input] ?? '') ?? undefined);
    for (const inner of subgraphsOf(node)) checkGraph(inner, names, setting);
    for (const [position, name] of node.output.entries()) {
      if (name !== '') define(names, name, position === 0 ? (constantTensor(node) ?? null) : null, `output of ${nodeLabel(node)}`);
    }
  }
}

function define({ defined }: Names, name: string, constant: TensorProto | null, what: string): void {
  if (name === '') throw badModel(`A ${what} has no name.`);
  if (defined.has(name)) throw badModel(`Value ${quoted(name)}, ${what}, is made twice.`);
  defined.set(name, constant);
}

/** The constant of a name, null for a value that is none, undefined where nothing is called so. */
function lookUp(names: Names, name: string): TensorProto | null | undefined {
  for (let at: Names | null = names; at; at = at.parent) {
    const found = at.defined.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkFunctions(functions: readonly FunctionProto[]): void {
  const byKey = new Map<string, FunctionProto>();
  for (const each of functions) {
    const key = keyOf(each.domain, each.name, each.overload);
    if (byKey.has(key)) throw badModel(`Two functions are called ${quoted(each.name)}.`);
    byKey.set(key, each);
    const names: Names = { defined: new Map(), parent: null };
    for (const input of each.input) define(names, input, null, `input of function ${quoted(each.name)}`);
    checkNodes(each.node, names, { inFunction: true, domains: new Set(each.opsetImport.map(({ domain }) => domain)) });
    for (const output of each.output) {
      if (lookUp(names, output) === undefined)
        throw badModel(`Nothing makes the output ${quoted(output)} of function ${quoted(each.name)}.`);
    }
  }
  const finished = new Set<string>();
  for (const start of byKey.keys()) refuseCircle(start, byKey, finished);
}

const keyOf = (domain: string, name: string, overload: string): string => JSON.stringify([domain, name, overload]);

/** Functions that call themselves, by way of others too, cannot be put in the place of their calls. */
function refuseCircle(start: string, functions: ReadonlyMap<string, FunctionProto>, finished: Set<string>): void {
  const open = new Set<string>();
  const stack = [{ key: start, calls: callsOf(start, functions) }];
  open.add(start);
  for (let at = stack.at(-1); at; at = stack.at(-1)) {
    const next = at.calls.pop();
    if (next === undefined) {
      open.delete(at.key);
      finished.add(at.key);
      stack.pop();
    } else if (open.has(next)) {
      throw badModel(`Function ${quoted(functions.get(next)?.name ?? '')} calls itself.`);
    } else if (!finished.has(next)) {
      open.add(next);
      stack.push({ key: next, calls: callsOf(next, functions) });
    }
  }
}

function callsOf(key: string, functions: ReadonlyMap<string, FunctionProto>): string[] {
  const keys = new Set<string>();
  const visit = (nodes: readonly NodeProto[]): void => {
    for (const node of nodes) {
      keys.add(keyOf(node.domain, node.opType, node.overload));
      for (const inner of subgraphsOf(node)) visit(inner.node);
    }
  };
  visit(functions.get(key)?.node ?? []);
  return [...keys].filter((each) => functions.has(each));
}
