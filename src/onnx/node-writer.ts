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

  /** A reduction in the form of the operator set; `axes` null: over all of them, to a scalar. */
  reduceOver(opType: 'ReduceMean' | 'ReduceMin' | 'ReduceMax', from: string, axes: readonly number[] | null): string {
    if (axes === null) return this.node(opType, [from], { keepdims: 0 });
    return this.opset >= AXES_INPUT
      ? this.node(opType, [from, this.integers(axes)], { keepdims: 0 })
      : this.node(opType, [from], { axes: [...axes], keepdims: 0 });
  }

  protected integers(values: readonly number[]): string {
    return this.node('Constant', [], { value: int64Tensor('', values) });
  }
}

/** The operator set in which axes of these reductions became an input. */
const AXES_INPUT = 18;
