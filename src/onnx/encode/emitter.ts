import type { GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { addInitializer } from '../graph';
import { makeNode } from '../nodes';
import { int64Tensor, makeTensor } from '../tensor';

type Bytes = Uint8Array<ArrayBuffer>;
type Attributes = Parameters<typeof makeNode>[3];

/**
 * Puts nodes that decode weights at the head of one graph, in the order they are made. Constants that several layers need (shapes,
 * look-up tables) are kept once.
 */
export interface Emitter {
  constant(type: number, dims: readonly number[], bytes: Bytes): string;
  /** A 1-D int64 constant, shared by all who ask for the same one. */
  integers(values: readonly number[]): string;
  /** Adds a node with one output, of the given name or a new one, and returns the output's name. */
  node(opType: string, inputs: readonly string[], attributes?: Attributes, output?: string): string;
  /** Puts the nodes added since into the graph. */
  settle(): void;
  /** Makes a value once for each key, for all who ask for it. */
  shared(key: string, make: () => string): string;
}

/** @param names Maker of names that are free in the whole model. @param onTensor told of each constant. */
export function createEmitter(
  proto: ModelProto,
  graph: GraphProto,
  names: (prefix: string) => string,
  onTensor: (tensor: TensorProto) => void,
): Emitter {
  const kept = new Map<string, string>();
  const nodes: NodeProto[] = [];
  let decodeNodes = 0;
  const add = (tensor: TensorProto): string => {
    addInitializer(proto, graph, tensor);
    onTensor(tensor);
    return tensor.name;
  };
  const emitter: Emitter = {
    constant: (type, dims, bytes) => add(makeTensor(names('q'), type, dims, bytes)),
    integers: (values) => emitter.shared(values.join(), () => add(int64Tensor(names('q'), values))),
    node(opType, inputs, attributes = {}, output = names('q')) {
      nodes.push(makeNode(opType, inputs, [output], attributes));
      return output;
    },
    settle() {
      graph.node = graph.node.toSpliced(decodeNodes, 0, ...nodes);
      decodeNodes += nodes.length;
      nodes.length = 0;
    },
    shared(key, make) {
      const name = kept.get(key) ?? make();
      kept.set(key, name);
      return name;
    },
  };
  return emitter;
}
