import { create } from '@bufbuild/protobuf';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { OperatorSetIdProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { listLayers } from '../onnx/layers';
import { makeNode } from '../onnx/nodes';
import { int64Tensor, sizeOf, weightType } from '../onnx/tensor';
import { constant, makeModel, weight } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import { floats, runModel } from '../onnx/testing/ort';
import type { OnnxModel } from '../onnx/types';
import { clusterWeights } from './cluster-weights/apply';
import { convertFloat16 } from './convert-float16/apply';
import type { Options } from './options';
import { pruneWeights } from './prune-weights/apply';
import { quantizeDynamic } from './quantize-dynamic/apply';
import { quantizeStatic } from './quantize-static/apply';
import { quantizeWeights } from './quantize-weights/apply';
import { applyPass } from './testing/apply-pass';
import { maxAbsDifference } from './testing/compare';
import type { Pass } from './types';

/** Width of everything between the blocks of a generated network. */
const WIDTH = 16;

/** Adds nodes and constants to a network; every name is new. */
class Builder {
  readonly nodes: NodeProto[] = [];
  readonly weights: TensorProto[] = [];
  private count = 0;

  fresh(prefix: string): string {
    this.count += 1;
    return `${prefix}${this.count}`;
  }

  node(opType: string, inputs: readonly string[], attributes: Parameters<typeof makeNode>[3] = {}, domain = ''): string {
    const made = makeNode(opType, inputs, [this.fresh('v')], attributes, domain);
    made.name = this.fresh('n');
    this.nodes.push(made);
    return made.output[0] ?? '';
  }

  /** Small enough that values neither die nor grow; every third is a `Constant` node. */
  weight(dims: readonly number[], type: Parameters<typeof weight>[3] = 'float32', prefix = 'w'): string {
    const name = this.fresh(prefix);
    const tensor = weight(name, dims, this.count, type);
    if (this.count % 3 === 0) this.nodes.push(constant(name, tensor));
    else this.weights.push(tensor);
    return name;
  }

  list(values: readonly number[]): string {
    const name = this.fresh('s');
    this.weights.push(int64Tensor(name, values));
    return name;
  }
}

/** What a network may have next: each takes [n, WIDTH] and gives [n, WIDTH]. */
const BLOCKS: readonly ((b: Builder, x: string) => string)[] = [
  (b, x) => b.node('MatMul', [x, b.weight([WIDTH, WIDTH])]),
  (b, x) => b.node('Tanh', [x]),
  (b, x) => b.node('MatMul', [x, b.node('Transpose', [b.weight([WIDTH, WIDTH])], { perm: [1, 0] })]),
  (b, x) => b.node('MatMul', [x, b.node('Slice', [b.weight([3 * WIDTH, WIDTH]), b.list([WIDTH]), b.list([2 * WIDTH]), b.list([0])])]),
  (b, x) => b.node('MatMul', [x, b.node('Identity', [b.weight([WIDTH, WIDTH])])]),
  (b, x) => b.node('MatMul', [x, b.node('Reshape', [b.weight([WIDTH * WIDTH]), b.list([WIDTH, -1])])]),
  (b, x) => b.node('MatMul', [x, b.node('Cast', [b.weight([WIDTH, WIDTH], 'float16')], { to: 1 })]),
  (b, x) => b.node('MatMul', [x, b.node('Concat', [b.weight([WIDTH, 4]), b.weight([WIDTH, 12])], { axis: -1 })]),
  (b, x) => b.node('Gemm', [x, b.weight([WIDTH, WIDTH]), b.weight([WIDTH])], { transB: 1 }),
  (b, x) => b.node('Transpose', [b.node('Gemm', [b.weight([WIDTH, WIDTH]), x], { transA: 1, transB: 1 })]),
  (b, x) => b.node('Mul', [x, b.node('Tanh', [b.node('Unsqueeze', [b.node('MatMul', [x, b.weight([WIDTH])]), b.list([1])])])]),
  (b, x) => b.node('MatMul', [b.node('MatMul', [x, b.weight([WIDTH, 1])]), b.weight([1, WIDTH])]),
  (b, x) => b.node('FusedMatMul', [x, b.weight([WIDTH, WIDTH])], { transB: 1 }, 'com.microsoft'),
  (b, x) => b.node('MatMul', [x, b.node('Mul', [b.weight([WIDTH, WIDTH]), b.weight([1, WIDTH])])]),
  (b, x) => b.node('LayerNormalization', [x, b.weight([WIDTH], 'float32', 'norm'), b.weight([WIDTH], 'float32', 'norm')]),
  (b, x) => b.node('Add', [x, b.node('ReduceMean', [b.weight([8, WIDTH])], { axes: [0], keepdims: 1 })]),
  (b, x) => {
    const twice = b.weight([WIDTH, WIDTH]);
    return b.node('MatMul', [b.node('Tanh', [b.node('MatMul', [x, twice])]), twice]);
  },
  (b, x) => {
    const tied = b.weight([WIDTH, WIDTH]);
    return b.node('Gemm', [b.node('MatMul', [x, tied]), tied], { transB: 1 });
  },
  (b, x) => {
    b.weight([WIDTH, WIDTH]);
    return x;
  },
  (b, x) => {
    const image = b.node('Reshape', [x, b.list([0, 4, 2, 2])]);
    return b.node('Flatten', [
      b.node('Conv', [b.node('Conv', [image, b.weight([4, 4, 3, 3])], { pads: [1, 1, 1, 1] }), b.weight([4, 1, 1, 1])], { group: 4 }),
    ]);
  },
];

/** A network of as many blocks as there are kinds, chosen by a seed. */
function network(seed: number): OnnxModel {
  const b = new Builder();
  let x = 'x';
  for (const choice of noise(10, 7 * seed + 1)) {
    const block = BLOCKS[Math.floor(((choice + 1) / 2) * BLOCKS.length)];
    if (block) x = block(b, x);
  }
  b.nodes.push(makeNode('Identity', [x], ['y']));
  const model = makeModel({ opset: 17, inputs: [['x', ['n', WIDTH]]], outputs: [['y', null]], nodes: b.nodes, weights: b.weights });
  model.proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }));
  return model;
}

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);
const input = { x: floats([3, WIDTH], noise(3 * WIDTH, 99)) };

test('the networks hold every kind of block', () => {
  const seen = new Set(SEEDS.flatMap((seed) => network(seed).proto.graph?.node.map((node) => node.opType) ?? []));
  for (const op of ['Transpose', 'Slice', 'Concat', 'FusedMatMul', 'LayerNormalization', 'Conv', 'Gemm', 'ReduceMean'])
    expect(seen).toContain(op);
});

test.each(SEEDS)('every float constant of notable size is a layer, or named, but for norms (network %i)', (seed) => {
  const model = network(seed);
  const { layers, skipped } = listLayers(model);
  const held = (model.proto.graph?.node ?? []).flatMap((node) => node.attribute.flatMap(({ t }) => (t ? [t] : [])));
  const named = [...layers.map(({ tensorName }) => tensorName), ...skipped.map(({ layer }) => layer)];
  const notable = [...(model.proto.graph?.initializer ?? []), ...held].filter(
    (tensor) => weightType(tensor.dataType) && sizeOf(tensor.dims) >= 64 && !tensor.name.startsWith('norm'),
  );
  for (const tensor of notable) expect(named).toContain(tensor.name);
  expect(new Set(named).size).toBe(named.length);
  for (const { reason } of skipped) expect(reason).toMatch(/\.$/);
});

describe.each<[string, Pass, Options, number]>([
  ['quantize-weights', quantizeWeights, { bits: 8 }, 0.1],
  ['quantize-weights', quantizeWeights, { bits: 8, storage: 'dequantize' }, 0.1],
  ['quantize-weights', quantizeWeights, { bits: 4, storage: 'matmulnbits', granularity: 'block', blockSize: 16 }, Infinity],
  ['cluster-weights', clusterWeights, { clusters: 16, granularity: 'channel' }, Infinity],
  ['prune-weights', pruneWeights, { sparsity: 0.5 }, Infinity],
  ['prune-weights', pruneWeights, { sparsity: 0 }, Infinity],
  ['prune-weights', pruneWeights, { threshold: 1e-9 }, Infinity],
  ['quantize-dynamic', quantizeDynamic, {}, 0.2],
  ['quantize-static', quantizeStatic, {}, 0.3],
  ['convert-float16', convertFloat16, {}, Infinity],
])('%s %#', (_name, pass, options, tolerance) => {
  test.each(SEEDS.slice(0, tolerance === Infinity ? 24 : 12))(
    'what is selected is changed, or named with a reason (network %i)',
    async (seed) => {
      const model = network(seed);
      const { result, exported } = await applyPass(pass, model, { options, samples: [input] });
      const ids = listLayers(model).layers.map(({ id }) => id);
      expect([...result.changed, ...result.skipped.map(({ layer }) => layer)].toSorted()).toEqual(ids.toSorted());
      for (const { reason } of result.skipped) expect(reason).toMatch(/\.$/);
      if (tolerance === Infinity) return;
      const { model: file, skipped } = await exported();
      expect(skipped).toEqual([]);
      const [float, stored] = [(await runModel(model, input))['y'] ?? [], (await runModel(file, input))['y'] ?? []];
      expect(maxAbsDifference(float, stored)).toBeLessThanOrEqual(tolerance * Math.max(...float.map(Math.abs), 1e-3));
    },
  );
});
