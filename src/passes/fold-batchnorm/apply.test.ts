import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { valueInfo } from '../../onnx/graph';
import { listLayers } from '../../onnx/layers';
import { makeNode } from '../../onnx/nodes';
import { readModel } from '../../onnx/read';
import { bytesOf, DataType, makeTensor } from '../../onnx/tensor';
import { constant, makeModel, weight } from '../../onnx/testing/fixtures';
import { testOnModels } from '../../onnx/testing/models';
import { noise } from '../../onnx/testing/noise';
import { bool, floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { maxAbsDifference } from '../testing/compare';
import { applyPass } from '../testing/apply-pass';
import { foldBatchnorm } from './apply';

/** The four parameters of a batch norm over `channels`, its variance positive. */
function normWeights(prefix: string, channels: number): TensorProto[] {
  const variance = noise(channels, 24).map((v) => Math.abs(v) + 0.05);
  return [
    weight(`${prefix}g`, [channels], 21),
    weight(`${prefix}b`, [channels], 22),
    weight(`${prefix}m`, [channels], 23),
    makeTensor(`${prefix}v`, DataType.FLOAT, [channels], bytesOf(variance)),
  ];
}

function norm(prefix: string, input: string, output: string): NodeProto {
  const node = makeNode('BatchNormalization', [input, `${prefix}g`, `${prefix}b`, `${prefix}m`, `${prefix}v`], [output]);
  node.name = `${prefix}norm`;
  node.attribute = [float('epsilon', 0.01)];
  return node;
}

function float(name: string, f: number): ReturnType<typeof create<typeof AttributeProtoSchema>> {
  return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f });
}

function countNorms(graph: GraphProto | undefined): number {
  const nodes = graph?.node ?? [];
  return nodes.reduce(
    (n, node) => n + (node.opType === 'BatchNormalization' ? 1 : 0) + node.attribute.reduce((m, a) => m + countNorms(a.g), 0),
    0,
  );
}

const conv = (opset: number, bias: boolean): OnnxModel =>
  makeModel({
    opset,
    inputs: [['x', [2, 3, 5, 5]]],
    outputs: [['y', [2, 4, 5, 5]]],
    weights: [weight('w', [4, 3, 1, 1], 1), ...(bias ? [weight('b', [4], 2)] : []), ...normWeights('n', 4)],
    nodes: [makeNode('Conv', ['x', 'w', ...(bias ? ['b'] : [])], ['c']), norm('n', 'c', 'y')],
  });

const convInConstants = (): OnnxModel =>
  makeModel({
    opset: 9,
    inputs: [['x', [1, 4, 3, 3]]],
    outputs: [['y', [1, 4, 3, 3]]],
    nodes: [
      constant('w', weight('w', [4, 2, 1, 1], 1)),
      ...normWeights('n', 4).map((t) => constant(t.name, t)),
      makeNode('Conv', ['x', 'w'], ['c'], { group: 2 }),
      norm('n', 'c', 'z'),
      makeNode('Relu', ['z'], ['y']),
    ],
  });

const transposed = (): OnnxModel =>
  makeModel({
    opset: 13,
    inputs: [['x', [1, 4, 3, 3]]],
    outputs: [['y', [1, 6, 6, 6]]],
    weights: [weight('w', [4, 3, 2, 2], 1), ...normWeights('n', 6)],
    nodes: [makeNode('ConvTranspose', ['x', 'w'], ['c'], { group: 2, strides: [2, 2] }), norm('n', 'c', 'y')],
  });

function gemm(transB: number, bias: readonly number[]): OnnxModel {
  const node = makeNode('Gemm', ['x', 'w', 'b'], ['c'], { transB });
  node.attribute.push(float('alpha', 0.5), float('beta', -1.5));
  return makeModel({
    opset: 13,
    inputs: [['x', [2, 6]]],
    outputs: [['y', [2, 5]]],
    weights: [weight('w', transB === 1 ? [5, 6] : [6, 5], 1), weight('b', bias, 2), ...normWeights('n', 5)],
    nodes: [node, norm('n', 'c', 'y')],
  });
}

const matmul = (): OnnxModel =>
  makeModel({
    opset: 13,
    inputs: [['x', [2, 6]]],
    outputs: [['y', [2, 5]]],
    weights: [weight('w', [6, 5], 1), ...normWeights('n', 5)],
    nodes: [makeNode('MatMul', ['x', 'w'], ['c']), norm('n', 'c', 'y')],
  });

/** A graph that convolves the main graph's x and normalizes it. */
function branch(name: string, weights: TensorProto[], prefix: string): GraphProto {
  return create(GraphProtoSchema, {
    name,
    node: [makeNode('Conv', ['x', `${name}w`], [`${name}c`]), norm(prefix, `${name}c`, `${name}y`)],
    initializer: [weight(`${name}w`, [4, 3, 1, 1], 5), ...weights],
    output: [valueInfo(`${name}y`, DataType.FLOAT, [2, 4, 5, 5])],
  });
}

/** Both branches of an If convolve and normalize; the else branch reads its norm's parameters from the main graph. */
function branches(): OnnxModel {
  const node = makeNode('If', ['c'], ['y']);
  node.attribute = [
    create(AttributeProtoSchema, { name: 'then_branch', type: Kind.GRAPH, g: branch('t', normWeights('t', 4), 't') }),
    create(AttributeProtoSchema, { name: 'else_branch', type: Kind.GRAPH, g: branch('e', [], 'n') }),
  ];
  return makeModel({
    opset: 13,
    inputs: [
      ['x', [2, 3, 5, 5]],
      ['c', [], DataType.BOOL],
    ],
    outputs: [['y', [2, 4, 5, 5]]],
    weights: normWeights('n', 4),
    nodes: [node],
  });
}

const x = (shape: readonly number[]): ReturnType<typeof floats> =>
  floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      77,
    ),
  );

describe('foldable', () => {
  test.each([
    ['Conv', conv(13, false), [2, 3, 5, 5]],
    ['Conv with bias', conv(13, true), [2, 3, 5, 5]],
    ['Conv at opset 8', conv(8, true), [2, 3, 5, 5]],
    ['grouped Conv in Constant nodes', convInConstants(), [1, 4, 3, 3]],
    ['grouped ConvTranspose', transposed(), [1, 4, 3, 3]],
    ['Gemm', gemm(1, [5]), [2, 6]],
    ['Gemm, weight not transposed, scalar bias', gemm(0, [1]), [2, 6]],
    ['MatMul', matmul(), [2, 6]],
  ] as const)('%s', async (_name, model, shape) => {
    const { result, written } = await applyPass(foldBatchnorm, model);
    expect(result.skipped).toEqual([]);
    expect(result.note).toBe('1 batch-norm node folded.');
    expect(countNorms(written.proto.graph)).toBe(0);
    const [before, after] = [await runModel(model, { x: x(shape) }), await runModel(written, { x: x(shape) })];
    expect(maxAbsDifference(before['y'] ?? [], after['y'] ?? [])).toBeLessThan(1e-5);
    // Layers keep their ids, and the norm's parameters are gone.
    expect(listLayers(written).layers.map((l) => l.id)).toEqual(listLayers(model).layers.map((l) => l.id));
    expect(written.proto.graph?.initializer.some((t) => t.name === 'nv')).toBe(false);
  });

  test.each([true, false])('inside both branches of an If (%s)', async (then) => {
    const model = branches();
    const { result, written } = await applyPass(foldBatchnorm, model);
    expect(result.changed).toHaveLength(2);
    expect(countNorms(written.proto.graph)).toBe(0);
    const feeds = { x: x([2, 3, 5, 5]), c: bool(then) };
    const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
    expect(maxAbsDifference(before['y'] ?? [], after['y'] ?? [])).toBeLessThan(1e-5);
  });
});

test('what cannot be folded is named with its reason, and nothing changes', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 4, 3, 3]]],
    outputs: [
      ['y', [1, 4, 3, 3]],
      ['z', [1, 4, 3, 3]],
      ['q', [1, 4, 3, 3]],
    ],
    weights: [weight('w', [4, 4, 1, 1], 1), ...normWeights('a', 4), ...normWeights('b', 4)],
    nodes: [
      makeNode('Relu', ['x'], ['r']),
      norm('a', 'r', 'y'),
      makeNode('Conv', ['x', 'w'], ['c']),
      norm('b', 'c', 'z'),
      makeNode('Relu', ['c'], ['q']),
    ],
  });
  const { result, written } = await applyPass(foldBatchnorm, model);
  expect(result.skipped).toEqual([
    { layer: 'anorm', reason: 'It follows Relu, which has no weights to fold into.' },
    { layer: 'bnorm', reason: 'Its input "c" is used elsewhere too.' },
  ]);
  expect(result.note).toBe('No batch-norm nodes to fold.');
  const [before, after] = [await runModel(model, { x: x([1, 4, 3, 3]) }), await runModel(written, { x: x([1, 4, 3, 3]) })];
  expect(after).toEqual(before);
});

describe('PP-OCR', () => {
  const shapes: Readonly<Record<string, readonly number[]>> = { 'ppocr_cls.onnx': [1, 3, 48, 192], 'ppocrv4_rec.onnx': [1, 3, 48, 96] };
  testOnModels(Object.keys(shapes), 'keeps its output', async (file) => {
    const { name } = file;
    const model = readModel([file]);
    const { result, written } = await applyPass(foldBatchnorm, model);
    if (name === 'ppocr_cls.onnx') expect(result.changed).toHaveLength(35);
    expect(result.changed.length).toBeGreaterThan(0);
    const feeds = { x: x(shapes[name] ?? []) };
    const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
    const [output] = Object.keys(before);
    const difference = maxAbsDifference(before[output ?? ''] ?? [], after[output ?? ''] ?? []);
    console.log(`${name}: ${result.note} ${result.skipped.length} skipped, max difference ${difference}`);
    expect(difference).toBeLessThan(1e-4);
  });
});
