import { clone } from '@bufbuild/protobuf';
import { TensorProtoSchema, type GraphProto } from 'onnx-buf';
import { cloneNode } from '../../onnx/clone';
import { DataType } from '../../onnx/tensor';
import { valueInfo } from '../../onnx/graph';
import type { ParameterInput } from '../../onnx/live';
import { subgraphsOf } from '../../onnx/nodes';

/**
 * Puts the nodes of another graph beside a graph's own: two settings of a network in one run. Both read the same inputs and constants of
 * the same names, but weights, which are inputs, and values of their own. Returns the name that a value of the other graph has now; null
 * for graphs with bodies, whose names reach into the graph around them.
 */
export function putBeside(
  graph: GraphProto,
  other: GraphProto,
  weights: readonly ParameterInput[],
  names: (prefix: string) => string,
): ((name: string) => string) | null {
  if (other.node.some((node) => subgraphsOf(node).length > 0)) return null;
  const renamed = new Map<string, string>();
  for (const { inputName, shape } of weights) {
    const name = names('tw');
    renamed.set(inputName, name);
    graph.input.push(valueInfo(name, DataType.FLOAT, shape));
  }
  const held = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const tensor of other.initializer) {
    const own = held.get(tensor.name);
    // Copies of a graph share the data of what was not edited; a name may have been given anew to something else.
    if (own && own.rawData === tensor.rawData && own.floatData === tensor.floatData) continue;
    const name = own ? names('tc') : tensor.name;
    if (own) renamed.set(tensor.name, name);
    graph.initializer.push(own ? clone(TensorProtoSchema, { ...tensor, name }) : tensor);
  }
  const nameIn = (name: string): string => renamed.get(name) ?? name;
  const copies = other.node.map((node) => {
    const copy = cloneNode(node);
    copy.name = '';
    copy.input = node.input.map(nameIn);
    copy.output = node.output.map((name) => {
      if (name === '') return name;
      const own = names('tv');
      renamed.set(name, own);
      return own;
    });
    return copy;
  });
  graph.node.push(...copies);
  return nameIn;
}
