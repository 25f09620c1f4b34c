import type { GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { cloneNode, cloneTensor } from '../../onnx/clone';
import { valueInfo } from '../../onnx/graph';
import { subgraphsOf } from '../../onnx/nodes';
import { readsOf } from '../../onnx/probe';
import { DataType } from '../../onnx/tensor';

/** An input of another graph, as it is put beside a graph. */
export interface InputBeside {
  readonly name: string;
  readonly shape: readonly number[] | null;
  /** The input of the graph that it is the same as; null: it becomes one of its own. */
  readonly same: string | null;
}

/**
 * Puts the nodes of another graph beside a graph's own: two settings of a network in one run. Both read the same inputs and constants of
 * the same names, but for these inputs (weights, and values that the graphs start from). A node that computes in both what it did before
 * is there once. Returns the name that a value of the other graph has now: its own where it is one value in both; null where a body, whose
 * names reach into the graph around it, would have to be put beside.
 * @param shared whether nodes may be shared: not where the graph's own are edited afterwards.
 */
export function putBeside(
  graph: GraphProto,
  other: GraphProto,
  inputs: readonly InputBeside[],
  names: (prefix: string) => string,
  shared: boolean,
): ((name: string) => string) | null {
  const renamed = new Map(inputs.map(({ name, same }) => [name, same ?? names('tw')]));
  const nameIn = (name: string): string => renamed.get(name) ?? name;
  const held = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const constants: TensorProto[] = [];
  for (const tensor of other.initializer) {
    const own = held.get(tensor.name);
    // Copies of a graph share the data of what was not edited; a name may have been given anew to something else.
    if (own && own.rawData === tensor.rawData && own.floatData === tensor.floatData) continue;
    const name = own ? names('tc') : tensor.name;
    if (own) renamed.set(tensor.name, name);
    constants.push(own ? Object.assign(cloneTensor(tensor), { name }) : tensor);
  }
  const made = new Map(graph.node.map((node) => [node.output[0] ?? '', node]));
  const copies: NodeProto[] = [];
  for (const node of other.node) {
    const twin = made.get(node.output[0] ?? '');
    const reads = readsOf(node);
    if (shared && twin && isTwin(node, twin, nameIn) && (subgraphsOf(node).length === 0 || reads.every((name) => nameIn(name) === name)))
      continue;
    if (subgraphsOf(node).length > 0) return null;
    const copy = cloneNode(node);
    copy.name = '';
    copy.input = node.input.map(nameIn);
    copy.output = node.output.map((name) => {
      if (name === '') return name;
      const own = names('tv');
      renamed.set(name, own);
      return own;
    });
    copies.push(copy);
  }
  for (const { name, shape, same } of inputs) if (same === null) graph.input.push(valueInfo(nameIn(name), DataType.FLOAT, shape));
  graph.initializer.push(...constants);
  graph.node.push(...copies);
  return nameIn;
}

/** Whether a node computes the same as its namesake of the graph. Passes that edit one in place give it other inputs. */
function isTwin(node: NodeProto, twin: NodeProto, nameIn: (name: string) => string): boolean {
  return (
    node.opType === twin.opType &&
    node.domain === twin.domain &&
    node.attribute.length === twin.attribute.length &&
    sameNames(node.input.map(nameIn), twin.input) &&
    sameNames(node.output, twin.output)
  );
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}
