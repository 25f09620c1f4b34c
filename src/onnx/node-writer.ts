import type { NodeProto } from 'onnx-buf';
import { makeNode } from './nodes';
import { int64Tensor } from './tensor';

/** Adds nodes of one output to a list, under names of its own: for graphs that only look into a model, where bytes do not count. */
export class NodeWriter {
  protected readonly nodes: NodeProto[];
  protected readonly opset: number;
  protected readonly names: (prefix: string) => string;

  /** @param names Maker of names that are free in the whole model. */
  constructor(nodes: NodeProto[], opset: number, names: (prefix: string) => string) {
    this.nodes = nodes;
    this.opset = opset;
    this.names = names;
  }

  /** Adds a node and returns its output's name. */
  node(opType: string, inputs: readonly string[], attributes: Parameters<typeof makeNode>[3] = {}): string {
    const output = this.names('pn');
    this.nodes.push(makeNode(opType, inputs, [output], attributes));
    return output;
  }

  reshape(from: string, shape: readonly number[]): string {
    return this.node('Reshape', [from, this.integers(shape)]);
  }

  protected integers(values: readonly number[]): string {
    return this.node('Constant', [], { value: int64Tensor('', values) });
  }
}
