import type { NodeProto, TensorProto } from 'onnx-buf';
import { makeNode } from '../../nodes';
import { bytesOf, DataType, int64Tensor, makeTensor } from '../../tensor';
import { makeModel, weight } from '../../testing/fixtures';
import { noise } from '../../testing/noise';
import type { OnnxModel } from '../../types';

/** Height and width of the planes. */
export const SIDE = 4;

/** Builds graphs of planes [1, C, SIDE, SIDE] from an input of three, and a vector at the end. */
export class Net {
  readonly nodes: NodeProto[] = [];
  readonly weights: TensorProto[] = [];
  private count = 0;

  add(opType: string, inputs: readonly string[], attributes: Parameters<typeof makeNode>[3] = {}, outputs = 1): string {
    const names = Array.from({ length: outputs }, () => `v${this.count++}`);
    this.nodes.push(makeNode(opType, inputs, names, attributes));
    return names[0] ?? '';
  }

  /** All outputs of the last node. */
  get made(): readonly string[] {
    return this.nodes.at(-1)?.output ?? [];
  }

  floats(dims: readonly number[]): string {
    const name = `w${this.count++}`;
    this.weights.push(weight(name, dims, this.count));
    return name;
  }

  number(value: number): string {
    const name = `c${this.count++}`;
    this.weights.push(makeTensor(name, DataType.FLOAT, [], bytesOf(Float32Array.of(value))));
    return name;
  }

  /** Values between 0.5 and 2.5. */
  positive(channels: number): string {
    const name = `p${this.count++}`;
    this.weights.push(makeTensor(name, DataType.FLOAT, [channels], bytesOf(noise(channels, this.count).map((v) => v + 1.5))));
    return name;
  }

  integers(values: readonly number[]): string {
    const name = `i${this.count++}`;
    this.weights.push(int64Tensor(name, values));
    return name;
  }

  conv(x: string, from: number, to: number, group = 1, kernel = 3): string {
    return this.add('Conv', [x, this.floats([to, from / group, kernel, kernel]), this.floats([to])], {
      group,
      pads: Array.from({ length: 4 }, () => (kernel - 1) / 2),
    });
  }

  /** Rows times a weight, with a bias added behind. */
  dense(x: string, from: number, to: number): string {
    return this.add('Add', [this.add('MatMul', [x, this.floats([from, to])]), this.floats([to])]);
  }

  norm(x: string, channels: number): string {
    const [scale, shift, mean] = Array.from({ length: 3 }, () => this.floats([channels]));
    return this.add('BatchNormalization', [x, scale ?? '', shift ?? '', mean ?? '', this.positive(channels)]);
  }

  reshape(x: string, sizes: readonly number[]): string {
    return this.add('Reshape', [x, this.integers(sizes)]);
  }

  /** Channels dealt out in two hands, as ShuffleNet does. */
  shuffled(x: string): string {
    const split = this.reshape(x, [0, 2, -1, SIDE, SIDE]);
    return this.reshape(this.add('Transpose', [split], { perm: [0, 2, 1, 3, 4] }), [0, -1, SIDE, SIDE]);
  }

  model(y: string, outputs: number, opset = 13): OnnxModel {
    this.nodes.push(makeNode('Identity', [y], ['y']));
    return makeModel({
      opset,
      inputs: [['x', [1, 3, SIDE, SIDE]]],
      outputs: [['y', [1, outputs]]],
      nodes: this.nodes,
      weights: this.weights,
    });
  }

  /** Its last layer: five scores of all that a plane holds. */
  scores(x: string, channels: number, opset = 13): OnnxModel {
    const flat = this.add('Flatten', [x]);
    return this.model(this.add('Gemm', [flat, this.floats([5, channels * SIDE * SIDE]), this.floats([5])], { transB: 1 }), 5, opset);
  }
}
