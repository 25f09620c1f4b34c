import type { GraphProto, NodeProto } from 'onnx-buf';
import { beforeAll, describe, expect, test } from 'vitest';
import { findConstant } from '../../onnx/graph';
import { makeNode, opsetOf } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor, readFloats, readInts } from '../../onnx/tensor';
import { convNet, ifNet, lstmNet, makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { runLive } from '../testing/run-live';
import { floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { applyPass, type Applied } from '../testing/apply-pass';
import { maxAbsDifference } from '../testing/compare';
import type { TestSamples } from '../testing/calibration';
import { quantizeStatic } from './apply';

function named(node: NodeProto): NodeProto {
  node.name = node.output[0] ?? '';
  return node;
}

/** Convs with Relu and Clip, a depthwise one, a residual Add, a Concat of two, pooling and a Gemm: x [1,3,8,8] -> y [1,5]. */
function net(opset = 13): OnnxModel {
  const same = { pads: [1, 1, 1, 1] };
  const clip = makeNode('Clip', ['c2', 'zero', 'six'], ['k2']);
  return makeModel({
    opset,
    inputs: [['x', [1, 3, 8, 8]]],
    outputs: [['y', [1, 5]]],
    weights: [
      weight('w1', [8, 3, 3, 3], 1),
      weight('b1', [8], 2),
      weight('w2', [8, 1, 3, 3], 3),
      weight('b2', [8], 4),
      weight('w3', [8, 8, 1, 1], 5),
      weight('w4', [4, 8, 1, 1], 6),
      weight('b4', [4], 7),
      weight('w5', [4, 8, 3, 3], 8),
      weight('w6', [6, 8, 1, 1], 9),
      weight('w7', [5, 6], 10),
      weight('b7', [5], 11),
      makeTensor('zero', DataType.FLOAT, [], bytesOf(Float32Array.of(0))),
      makeTensor('six', DataType.FLOAT, [], bytesOf(Float32Array.of(6))),
    ],
    nodes: [
      makeNode('Conv', ['x', 'w1', 'b1'], ['c1'], same),
      makeNode('Relu', ['c1'], ['r1']),
      makeNode('Conv', ['r1', 'w2', 'b2'], ['c2'], { ...same, group: 8 }),
      clip,
      makeNode('Conv', ['k2', 'w3'], ['c3']),
      makeNode('Add', ['c3', 'r1'], ['a']),
      makeNode('Relu', ['a'], ['r2']),
      makeNode('Conv', ['r2', 'w4', 'b4'], ['c4']),
      makeNode('Relu', ['c4'], ['r4']),
      makeNode('Conv', ['r2', 'w5'], ['c5'], same),
      makeNode('Relu', ['c5'], ['r5']),
      makeNode('Concat', ['r4', 'r5'], ['cat'], { axis: 1 }),
      makeNode('MaxPool', ['cat'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }),
      makeNode('Conv', ['p', 'w6'], ['c6']),
      makeNode('GlobalAveragePool', ['c6'], ['g']),
      makeNode('Flatten', ['g'], ['f']),
      makeNode('Gemm', ['f', 'w7', 'b7'], ['y'], { transB: 1 }),
    ].map(named),
  });
}

const samples = (count: number): TestSamples => Array.from({ length: count }, (_, i) => ({ x: floats([1, 3, 8, 8], noise(192, 50 + i)) }));
const input = { x: floats([1, 3, 8, 8], noise(192, 99)) };

const graphOf = (model: OnnxModel): GraphProto => {
  if (!model.proto.graph) throw new Error('no graph');
  return model.proto.graph;
};
const producer = (graph: GraphProto, name: string | undefined): NodeProto | undefined =>
  graph.node.find((node) => name !== undefined && node.output.includes(name));
const byOutput = (graph: GraphProto, name: string): NodeProto => {
  const found = producer(graph, name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

const energy = (v: readonly number[]): number => v.reduce((s, x) => s + x * x, 0);
const ratio = (a: readonly number[], b: readonly number[]): number => Math.sqrt(energy(a.map((x, i) => x - (b[i] ?? 0))) / energy(a));

/** Values on the uint8 grid of a range. */
const round = (values: readonly number[], low: number, high: number): number[] => {
  const s = (high - low) / 255;
  const z = Math.round(-low / s);
  return values.map((v) => (Math.min(Math.max(Math.round(v / s) + z, 0), 255) - z) * s);
};
const times = (v: readonly number[], m: Float32Array, columns: number): number[] =>
  Array.from({ length: columns }, (_, c) => v.reduce((sum, e, r) => sum + e * (m[r * columns + c] ?? 0), 0));
const relu = (v: readonly number[]): number[] => v.map((e) => Math.max(e, 0));

describe('a network in QDQ form', () => {
  let applied: Applied;
  let file: OnnxModel;
  let graph: GraphProto;
  beforeAll(async () => {
    applied = await applyPass(quantizeStatic, net(), { samples: samples(4) });
    file = (await applied.exported()).model;
    graph = graphOf(file);
  });

  test.each(['uint8', 'int8'])('file and live graph give the same, near the float network (%s)', async (activationType) => {
    for (const granularity of ['channel', 'tensor']) {
      const made = await applyPass(quantizeStatic, net(), { options: { activationType, granularity }, samples: samples(4) });
      expect(made.result).toMatchObject({ skipped: [] });
      expect(made.result.changed).toHaveLength(7);
      const { model, skipped } = await made.exported();
      expect(skipped).toEqual([]);
      const [float, live, stored] = [
        (await runModel(net(), input))['y'] ?? [],
        (await runLive(made, input))['y'] ?? [],
        (await runModel(model, input))['y'] ?? [],
      ];
      expect(maxAbsDifference(live, stored)).toBeLessThan(1e-4 * Math.max(...float.map(Math.abs)));
      expect(ratio(float, stored)).toBeLessThan(0.03);
      expect(ratio(float, stored)).toBeGreaterThan(1e-4);
    }
  });

  test('quantizes behind Relu and Clip, not before', () => {
    for (const [conv, end] of [
      ['c1', 'r1'],
      ['c2', 'k2'],
      ['c4', 'r4'],
    ] as const) {
      expect(graph.node.filter((node) => node.input.includes(conv)).map((node) => node.output[0])).toEqual([end]);
      expect(graph.node.filter((node) => node.input.includes(end)).map((node) => node.opType)).toEqual(['QuantizeLinear']);
    }
  });

  test('Concat and MaxPool keep the scale and zero point of their inputs', () => {
    const parameters = ['r4', 'r5', 'cat', 'p'].map((name) =>
      graph.node.find((node) => node.opType === 'QuantizeLinear' && node.input[0] === name)?.input.slice(1),
    );
    expect(parameters[0]).toHaveLength(2);
    for (const other of parameters) expect(other).toEqual(parameters[0]);
  });

  test('both inputs of the residual Add are dequantized, each with its own scale', () => {
    const inputs = byOutput(graph, 'a').input.map((name) => producer(graph, name));
    expect(inputs.map((node) => node?.opType)).toEqual(['DequantizeLinear', 'DequantizeLinear']);
    expect(inputs[0]?.input[1]).not.toBe(inputs[1]?.input[1]);
  });

  test('biases are int32 on the scale of input times weight, without a zero point', () => {
    for (const [name, channels] of [
      ['c1', 8],
      ['c2', 8],
      ['c4', 4],
      ['y', 5],
    ] as const) {
      const node = byOutput(graph, name);
      const [x, w, b] = node.input.map((value) => producer(graph, value));
      expect(b?.input).toHaveLength(2);
      const [codes, steps] = [0, 1].map((i) => findConstant(file.proto, graph, b?.input[i] ?? ''));
      expect(codes?.dataType).toBe(DataType.INT32);
      const scale = (node_: NodeProto | undefined): Float32Array =>
        readFloats(findConstant(file.proto, graph, node_?.input[1] ?? '') ?? weight('', [0], 0));
      expect(readFloats(steps ?? weight('', [0], 0))).toEqual(scale(w).map((s) => s * (scale(x)[0] ?? 0)));
      expect(codes && readInts(codes)).toHaveLength(channels);
    }
    const old = readFloats(weight('b1', [8], 2)).toString();
    expect(graph.initializer.some((tensor) => tensor.dataType === DataType.FLOAT && readFloats(tensor).toString() === old)).toBe(false);
  });

  test('outputs keep their names and stay float, and layers their ids', () => {
    expect(graph.output.map((output) => output.name)).toEqual(['y']);
    expect(byOutput(graph, 'y').opType).toBe('Gemm');
    expect(graph.node.filter((node) => ['Conv', 'Gemm'].includes(node.opType)).map((node) => node.name)).toEqual([
      'c1',
      'c2',
      'c3',
      'c4',
      'c5',
      'c6',
      'y',
    ]);
  });

  test('every step of it by hand, min-max: y = A · relu(B x)', async () => {
    const small = makeModel({
      opset: 13,
      inputs: [['x', [1, 4]]],
      outputs: [['y', [1, 3]]],
      weights: [weight('B', [4, 6], 1), weight('A', [6, 3], 2)],
      nodes: [makeNode('MatMul', ['x', 'B'], ['h']), makeNode('Relu', ['h'], ['r']), makeNode('MatMul', ['r', 'A'], ['y'])],
    });
    const x = noise(4, 7);
    const { exported, value } = await applyPass(quantizeStatic, small, {
      options: { calibrator: 'minmax' },
      samples: [{ x: floats([1, 4], x) }],
    });
    const float = relu(times([...x], noise(24, 1), 6));
    const hidden = relu(times(round([...x], Math.min(0, ...x), Math.max(0, ...x)), await value('h'), 6));
    const expected = times(round(hidden, 0, Math.max(...float)), await value('y'), 3);
    expect(maxAbsDifference((await runModel((await exported()).model, { x: floats([1, 4], x) }))['y'] ?? [], expected)).toBeLessThan(1e-5);
  });
});

test('a layer left out stays float when onnxruntime loads the file', async () => {
  const model = net();
  // Per-tensor rounding of these weights would cost dearly.
  const w = graphOf(model).initializer.find((tensor) => tensor.name === 'w2');
  if (w) w.rawData = bytesOf(readFloats(w).map((v, i) => v * 4 ** -Math.floor(i / 9)));
  const applied = await applyPass(quantizeStatic, model, { samples: samples(4), only: ['c1', 'c3', 'c4', 'c5', 'c6', 'y'] });
  const [live, stored] = [(await runLive(applied, input))['y'] ?? [], (await runModel((await applied.exported()).model, input))['y'] ?? []];
  expect(applied.result.changed).not.toContain('c2');
  expect(maxAbsDifference(live, stored)).toBeLessThan(1e-4 * Math.max(...live.map(Math.abs)));
});

describe('what cannot be treated', () => {
  test('without samples: refused', async () => {
    await expect(applyPass(quantizeStatic, convNet(13))).rejects.toMatchObject({ code: 'bad-data' });
  });

  test('an old operator set is raised where every node may stay as it is', async () => {
    const x = { x: floats([1, 3, 6, 6], noise(108, 3)) };
    const { result, exported } = await applyPass(quantizeStatic, convNet(9), { samples: [x] });
    expect(result.skipped).toEqual([]);
    const { model } = await exported();
    expect(opsetOf(model.proto)).toBe(13);
    expect(ratio((await runModel(convNet(9), x))['y'] ?? [], (await runModel(model, x))['y'] ?? [])).toBeLessThan(0.03);
  });

  test('else every layer is named with what stands in the way, and the model stays as it was', async () => {
    const model = convNet(9);
    const slice = makeNode('Slice', ['c'], ['s'], { starts: [0], ends: [4], axes: [2] });
    graphOf(model).node.splice(1, 0, slice);
    byOutput(graphOf(model), 'r').input[0] = 's';
    const { result, live } = await applyPass(quantizeStatic, model, { samples: [] });
    expect(result.changed).toEqual([]);
    expect(result.skipped.map((s) => s.layer)).toEqual(['conv', 'fc']);
    for (const { reason } of result.skipped)
      expect(reason).toMatch(
        /opset 10; the model has 9\. Slice would have to be rewritten for a later opset\. Its weights are stored in 8 bits/,
      );
    expect(graphOf(live).node.map((node) => node.opType)).toEqual(graphOf(model).node.map((node) => node.opType));
    expect(opsetOf(live.proto)).toBe(9);
  });

  test.each([
    ['in a body', ifNet(13), /If, Loop or Scan/],
    ['LSTM', lstmNet(14), /LSTM has no static integer form/],
  ])('%s', async (_name, model, reason) => {
    const { result } = await applyPass(quantizeStatic, model, { samples: [] });
    expect(result.changed).toEqual([]);
    expect(result.skipped.length).toBeGreaterThan(0);
    expect(result.skipped.some((s) => reason.test(s.reason))).toBe(true);
  });
});

/** One kernel in two convolutions with biases of their own. */
const twin = (): OnnxModel =>
  makeModel({
    opset: 13,
    inputs: [['x', [1, 4, 6, 6]]],
    outputs: [['y', [1, 4, 6, 6]]],
    weights: [weight('w', [4, 4, 3, 3], 1), weight('b1', [4], 2), weight('b2', [4], 3), weight('u', [4, 4, 1, 1], 4)],
    nodes: [
      makeNode('Conv', ['x', 'w', 'b1'], ['c1'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['c1'], ['r1']),
      makeNode('Conv', ['r1', 'w', 'b2'], ['c2'], { pads: [1, 1, 1, 1] }),
      makeNode('Conv', ['c2', 'u'], ['y']),
    ].map(named),
  });

const feeds = (seed: number): { x: ReturnType<typeof floats> } => ({ x: floats([1, 4, 6, 6], noise(144, seed)) });

test('nodes that read one weight alike share its codes and scales, each with a bias of its own', async () => {
  const applied = await applyPass(quantizeStatic, twin(), { samples: [feeds(5), feeds(6)] });
  expect(applied.result).toMatchObject({ changed: ['c1', 'y'], skipped: [] });
  const { model, skipped } = await applied.exported();
  expect(skipped).toEqual([]);
  const graph = graphOf(model);
  expect(byOutput(graph, 'c1').input[1]).toBe(byOutput(graph, 'c2').input[1]);
  expect(producer(graph, byOutput(graph, 'c1').input[1])?.opType).toBe('DequantizeLinear');
  for (const name of ['c1', 'c2'])
    expect(findConstant(model.proto, graph, producer(graph, byOutput(graph, name).input[2])?.input[0] ?? '')?.dataType).toBe(
      DataType.INT32,
    );
  expect(byOutput(graph, 'c1').input[2]).not.toBe(byOutput(graph, 'c2').input[2]);
  const [float, live, stored] = [
    (await runModel(twin(), feeds(5)))['y'] ?? [],
    (await runLive(applied, feeds(5)))['y'] ?? [],
    (await runModel(model, feeds(5)))['y'] ?? [],
  ];
  expect(maxAbsDifference(live, stored)).toBeLessThan(1e-4 * Math.max(...float.map(Math.abs)));
  expect(ratio(float, stored)).toBeLessThan(0.03);
});

test('weights that cannot be operands of integer kernels are stored in 8 bits all the same', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [2, 8]]],
    outputs: [['y', [2, 6]]],
    weights: [weight('a', [8, 8], 1), weight('t', [6, 8], 2)],
    nodes: [
      makeNode('MatMul', ['x', 'a'], ['h']),
      makeNode('Relu', ['h'], ['r']),
      makeNode('Transpose', ['t'], ['tt']),
      makeNode('MatMul', ['r', 'tt'], ['y']),
    ].map(named),
  });
  const x = { x: floats([2, 8], noise(16, 3)) };
  const applied = await applyPass(quantizeStatic, model, { samples: [x] });
  expect(applied.result.changed).toEqual(['h']);
  expect(applied.result.skipped).toEqual([
    { layer: 'y', reason: 'Its weights pass through Transpose first. Its weights are stored in 8 bits, and it computes in float.' },
  ]);
  expect(applied.result.note).toMatch(/^1 of 2 layers computes on integers; .* 1 layer computes in float on weights of fewer bits/);
  const encoding = applied.store.encodingOf('y');
  expect(encoding?.kind === 'grid' && [encoding.storage, encoding.grid.bits, encoding.grid.groups.channels]).toEqual(['packed', 8, 6]);
  const { model: file } = await applied.exported();
  expect(graphOf(file).initializer.some((tensor) => tensor.dataType === DataType.FLOAT && readFloats(tensor).length >= 48)).toBe(false);
  const [float, live, stored] = [
    (await runModel(model, x))['y'] ?? [],
    (await runLive(applied, x))['y'] ?? [],
    (await runModel(file, x))['y'] ?? [],
  ];
  expect(maxAbsDifference(live, stored)).toBeLessThan(1e-4 * Math.max(...float.map(Math.abs)));
  expect(ratio(float, stored)).toBeLessThan(0.03);
});

test('channels of zeros keep their bias; biases far larger than the products still fit int32', async () => {
  const w = noise(4 * 3, 1);
  w.fill(0, 0, 3);
  for (let i = 3; i < 6; i++) w[i] = (w[i] ?? 0) * 1e-9;
  const b = Float32Array.of(0.3712345, 5000, -0.5, 0);
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 3, 2, 2]]],
    outputs: [['y', [1, 4, 2, 2]]],
    weights: [
      makeTensor('w', DataType.FLOAT, [4, 3, 1, 1], bytesOf(w)),
      makeTensor('b', DataType.FLOAT, [4], bytesOf(b)),
      weight('u', [4, 4, 1, 1], 4),
    ],
    nodes: [makeNode('Conv', ['x', 'w', 'b'], ['c']), makeNode('Conv', ['c', 'u'], ['y'])],
  });
  const applied = await applyPass(quantizeStatic, model, { samples: [{ x: floats([1, 3, 2, 2], noise(12, 5)) }] });
  const { live } = applied;
  const constant = graphOf(live).initializer.find((tensor) => tensor.name === byOutput(graphOf(live), 'c').input[2]);
  const stored = readFloats(constant ?? weight('', [0], 0));
  for (const [channel, value] of b.entries()) expect(Math.abs((stored[channel] ?? 0) - value)).toBeLessThanOrEqual(3e-5 * Math.abs(value));
  const x = { x: floats([1, 3, 2, 2], noise(12, 6)) };
  const [float, seen, file] = [
    (await runModel(model, x))['y'] ?? [],
    (await runLive(applied, x))['y'] ?? [],
    (await runModel((await applied.exported()).model, x))['y'] ?? [],
  ];
  const range = Math.max(...float.map(Math.abs));
  expect(range).toBeGreaterThan(1000);
  expect(maxAbsDifference(seen, file)).toBeLessThan(1e-6 * range);
  // A step of the activations in 8 bits is 0.4 % of their range.
  expect(maxAbsDifference(float, file)).toBeLessThan(4e-3 * range);
});

test('an activation that is always zero', async () => {
  const model = convNet(13);
  const bias = graphOf(model).initializer.find((tensor) => tensor.name === 'cb');
  if (bias) bias.rawData = bytesOf(new Float32Array(4).fill(-1000));
  const applied = await applyPass(quantizeStatic, model, { samples: [{ x: floats([1, 3, 6, 6], noise(108, 3)) }] });
  const x = { x: floats([1, 3, 6, 6], noise(108, 3)) };
  const [float, now, stored] = [await runModel(model, x), await runLive(applied, x), await runModel((await applied.exported()).model, x)];
  expect(maxAbsDifference(float['y'] ?? [], now['y'] ?? [])).toBeLessThan(0.02);
  expect(maxAbsDifference(now['y'] ?? [], stored['y'] ?? [])).toBeLessThan(1e-5);
});
