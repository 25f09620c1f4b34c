import type { GraphProto } from 'onnx-buf';
import { cloneNode } from '../../onnx/clone';
import { DataType } from '../../onnx/tensor';
import { valueInfo } from '../../onnx/graph';
import type { WeightInput } from '../../onnx/live';
import { subgraphsOf } from '../../onnx/nodes';

/**
 * Puts a second copy of a graph's nodes beside the first, which reads the same inputs but weights of its own: two settings of a network in
 * one run. Returns the name that a value has in the copy; null for graphs with bodies, whose names reach into the graph around them.
 */
export function addTwin(graph: GraphProto, weights: readonly WeightInput[], names: (prefix: string) => string): ((name: string) => string) | null {
  if (graph.node.some((node) => subgraphsOf(node).length > 0)) return null;
  const renamed = new Map<string, string>();
  for (const { inputName, shape } of weights) {
    const name = names('tw');
    renamed.set(inputName, name);
    graph.input.push(valueInfo(name, DataType.FLOAT, shape));
  }
  const twin = (name: string): string => renamed.get(name) ?? name;
  const copies = graph.node.map((node) => {
    const copy = cloneNode(node);
    copy.name = '';
    copy.input = node.input.map(twin);
    copy.output = node.output.map((name) => {
      if (name === '') return name;
      const own = names('tv');
      renamed.set(name, own);
      return own;
    });
    return copy;
  });
  graph.node.push(...copies);
  return twin;
}
