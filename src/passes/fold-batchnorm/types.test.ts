import type { NodeProto, TensorProto } from 'onnx-buf';
import { expect, test } from 'vitest';
import { makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor } from '../../onnx/tensor';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel, WeightType } from '../../onnx/types';
import { applyPass } from '../testing/apply-pass';
import { maxAbsDifference } from '../testing/compare';
import { foldBatchnorm } from './apply';

const x = { x: floats([3, 6], noise(18, 7)) };

/** A product of a weight stored in this type and seen as float32, a batch norm behind it. */
function net(
  op: 'Gemm' | 'MatMul',
  stored: WeightType,
  changed: Readonly<Record<string, Float32Array<ArrayBuffer>>> = {},
  ends: readonly string[] = ['y'],
): OnnxModel {
  const values = (name: string, seed: number, positive = false): TensorProto =>
    makeTensor(name, DataType.FLOAT, [5], bytesOf(changed[name] ?? noise(5, seed).map((v) => (positive ? Math.abs(v) + 0.1 : v))));
  const product: NodeProto = op === 'Gemm' ? makeNode('Gemm', ['x', 'wide', 'b'], ['c']) : makeNode('MatMul', ['x', 'wide'], ['c']);
  return makeModel({
    opset: 13,
    inputs: [['x', [3, 6]]],
    outputs: [['y', [3, 5]]],
    weights: [
      weight('w', [6, 5], 1, stored),
      weight('b', [5], 2),
      values('ng', 3),
      values('nb', 4),
      values('nm', 5),
      values('nv', 6, true),
    ],
    nodes: [
      makeNode('Cast', ['w'], ['wide'], { to: DataType.FLOAT }),
      product,
      makeNode('BatchNormalization', ['c', 'ng', 'nb', 'nm', 'nv'], [...ends]),
    ],
  });
}

test.each([
  ['Gemm', 'float16'],
  ['MatMul', 'float16'],
  ['Gemm', 'float64'],
  ['MatMul', 'bfloat16'],
] as const)('%s of %s weights: the bias has the type that the node computes in', async (op, stored) => {
  const model = net(op, stored);
  const { result, written } = await applyPass(foldBatchnorm, model);
  expect(result).toMatchObject({ skipped: [], note: '1 batch-norm node folded.' });
  expect(written.proto.graph?.initializer.filter((tensor) => tensor.name.startsWith('bias')).map((tensor) => tensor.dataType)).toEqual([
    DataType.FLOAT,
  ]);
  const [before, after] = [await runModel(model, x), await runModel(written, x)];
  expect(maxAbsDifference(before['y'] ?? [], after['y'] ?? [])).toBeLessThan(stored === 'bfloat16' ? 0.1 : 0.01);
});

test('a batch norm with names for outputs that it does not give becomes an Add of one output', async () => {
  const model = net('MatMul', 'float16', {}, ['y', '', '']);
  const { written } = await applyPass(foldBatchnorm, model);
  expect(written.proto.graph?.node.at(-1)).toMatchObject({ opType: 'Add', output: ['y'] });
  await runModel(written, x);
});

test.each<[string, WeightType, Readonly<Record<string, Float32Array<ArrayBuffer>>>, RegExp]>([
  ['weights beyond float16, where they are stored', 'float16', { ng: new Float32Array(5).fill(3e5) }, /weights have values that float16/],
  ['weights beyond float32', 'float32', { ng: new Float32Array(5).fill(3e38), nv: new Float32Array(5).fill(1e-9) }, /not finite|float32/],
  [
    'a bias beyond float32',
    'float32',
    { nm: new Float32Array(5).fill(3e38), ng: new Float32Array(5).fill(900) },
    /bias has values that float32/,
  ],
  ['a negative variance', 'float32', { nv: new Float32Array(5).fill(-1) }, /not finite/],
])('%s: left as it is, with the reason', async (_name, stored, changed, reason) => {
  const model = net('Gemm', stored, changed);
  const { result, written } = await applyPass(foldBatchnorm, model);
  expect(result.changed).toEqual([]);
  expect(result.skipped).toEqual([{ layer: 'y', reason: expect.stringMatching(reason) }]);
  expect(written.proto.graph?.node.map((node) => node.opType)).toEqual(['Cast', 'Gemm', 'BatchNormalization']);
});
