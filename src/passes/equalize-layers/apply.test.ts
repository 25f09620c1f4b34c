import { create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, int64Tensor, makeTensor } from '../../onnx/tensor';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { applyPass, type Applied } from '../testing/apply-pass';
import { maxAbsDifference } from '../testing/compare';
import { equalizeLayers } from './apply';

/** Noise whose rows (slices of the first axis) differ in size by up to a thousand. */
function uneven(name: string, dims: readonly number[], seed: number): TensorProto {
  const values = noise(
    dims.reduce((a, b) => a * b, 1),
    seed,
  );
  const row = values.length / (dims[0] ?? 1);
  return tensor(
    name,
    dims,
    values.map((v, i) => v * 10 ** ((Math.floor(i / row) % 4) - 2)),
  );
}

function tensor(name: string, dims: readonly number[], values: ArrayLike<number>): TensorProto {
  return makeTensor(name, DataType.FLOAT, dims, bytesOf(Float32Array.from(values)));
}

function float(node: NodeProto, values: Readonly<Record<string, number>>): NodeProto {
  for (const [name, f] of Object.entries(values)) node.attribute.push(create(AttributeProtoSchema, { name, type: Kind.FLOAT, f }));
  return node;
}

function named(name: string, ...node: Parameters<typeof makeNode>): NodeProto {
  return Object.assign(makeNode(...node), { name });
}

interface Shape {
  readonly model: OnnxModel;
  readonly input: readonly number[];
}

function shape(
  input: readonly number[],
  output: readonly (number | string)[],
  weights: readonly TensorProto[],
  nodes: readonly NodeProto[],
  opset = 13,
): Shape {
  return { input, model: makeModel({ opset, inputs: [['x', input]], outputs: [['y', output]], weights: [...weights], nodes: [...nodes] }) };
}

const pads = [1, 1, 1, 1];
const image = [1, 3, 6, 6];

const plain = shape(
  image,
  [1, 5, 6, 6],
  [uneven('w1', [8, 3, 3, 3], 1), weight('b1', [8], 2), uneven('w2', [5, 8, 3, 3], 3)],
  [
    named('a', 'Conv', ['x', 'w1', 'b1'], ['c'], { pads }),
    makeNode('Relu', ['c'], ['r']),
    named('b', 'Conv', ['r', 'w2'], ['y'], { pads }),
  ],
);

const scalars = [tensor('zero', [], [0]), tensor('six', [1], [0.4])];
const depthwiseWeights = [
  uneven('w1', [8, 3, 1, 1], 1),
  weight('b1', [8], 2),
  uneven('w2', [8, 1, 3, 3], 3),
  weight('b2', [8], 4),
  uneven('w3', [4, 8, 1, 1], 5),
];
const depthwise = shape(
  image,
  [1, 4, 6, 6],
  [...depthwiseWeights, ...scalars],
  [
    named('expand', 'Conv', ['x', 'w1', 'b1'], ['c']),
    makeNode('Clip', ['c', 'zero', 'six'], ['r']),
    named('depth', 'Conv', ['r', 'w2', 'b2'], ['d'], { pads, group: 8 }),
    makeNode('Clip', ['d', 'zero', 'six'], ['s']),
    named('project', 'Conv', ['s', 'w3'], ['y']),
  ],
);
const depthwiseOld = shape(
  image,
  [1, 4, 6, 6],
  depthwiseWeights,
  [
    named('expand', 'Conv', ['x', 'w1', 'b1'], ['c']),
    float(makeNode('Clip', ['c'], ['r']), { min: 0, max: 0.4 }),
    named('depth', 'Conv', ['r', 'w2', 'b2'], ['d'], { pads, group: 8 }),
    float(makeNode('Clip', ['d'], ['s']), { min: 0, max: 0.4 }),
    named('project', 'Conv', ['s', 'w3'], ['y']),
  ],
  8,
);

const grouped = shape(
  [1, 4, 6, 6],
  [1, 6, 6, 6],
  [uneven('w1', [8, 2, 3, 3], 1), weight('b1', [8], 2), uneven('w2', [6, 4, 1, 1], 3)],
  [
    named('a', 'Conv', ['x', 'w1', 'b1'], ['c'], { pads, group: 2 }),
    float(makeNode('LeakyRelu', ['c'], ['r']), { alpha: 0.3 }),
    named('b', 'Conv', ['r', 'w2'], ['y'], { group: 2 }),
  ],
);

const transposed = shape(
  [1, 4, 3, 3],
  [1, 4, 12, 12],
  [uneven('w1', [4, 3, 2, 2], 1), weight('b1', [6], 2), uneven('w2', [6, 2, 2, 2], 3), weight('slope', [6, 1, 1], 4)],
  [
    named('a', 'ConvTranspose', ['x', 'w1', 'b1'], ['c'], { strides: [2, 2], group: 2 }),
    makeNode('PRelu', ['c', 'slope'], ['r']),
    named('b', 'ConvTranspose', ['r', 'w2'], ['y'], { strides: [2, 2], group: 2 }),
  ],
);

/** Pools, a flattening, then matrices: Gemm with a scalar bias, alpha and beta; MatMul with an Add. */
const pooled = shape(
  image,
  [1, 5],
  [
    uneven('w1', [8, 3, 3, 3], 1),
    weight('b1', [8], 2),
    uneven('w2', [72, 10], 3),
    tensor('b2', [], [0.3]),
    uneven('w3', [10, 6], 4),
    weight('b3', [1, 6], 5),
    uneven('w4', [6, 5], 6),
  ],
  [
    named('conv', 'Conv', ['x', 'w1', 'b1'], ['c'], { pads }),
    makeNode('MaxPool', ['c'], ['m'], { kernel_shape: [3, 3], strides: [2, 2], pads }),
    makeNode('Relu', ['m'], ['r']),
    makeNode('AveragePool', ['r'], ['p'], { kernel_shape: [3, 3], pads }),
    makeNode('Flatten', ['p'], ['f']),
    float(named('gemm', 'Gemm', ['f', 'w2', 'b2'], ['g']), { alpha: 0.5, beta: -2 }),
    makeNode('Relu', ['g'], ['h']),
    named('first', 'MatMul', ['h', 'w3'], ['i']),
    makeNode('Add', ['i', 'b3'], ['j']),
    makeNode('Relu', ['j'], ['k']),
    named('second', 'MatMul', ['k', 'w4'], ['y']),
  ],
);

/** A squeeze layer read by two expanding ones, whose outputs are joined; an Add of a constant beside the bias; a Reshape that flattens. */
const joined = shape(
  image,
  [1, 5],
  [
    uneven('w1', [8, 3, 1, 1], 1),
    weight('added', [8, 1, 1], 2),
    uneven('w2', [4, 8, 1, 1], 3),
    weight('b2', [4], 4),
    uneven('w3', [6, 8, 3, 3], 5),
    weight('b3', [6], 6),
    uneven('w4', [5, 360], 7),
    int64Tensor('flat', [1, -1]),
  ],
  [
    named('squeeze', 'Conv', ['x', 'w1'], ['c']),
    makeNode('Add', ['added', 'c'], ['d']),
    makeNode('Relu', ['d'], ['r']),
    named('one', 'Conv', ['r', 'w2', 'b2'], ['e']),
    named('three', 'Conv', ['r', 'w3', 'b3'], ['f'], { pads }),
    makeNode('Relu', ['f'], ['g']),
    makeNode('Concat', ['e', 'g'], ['h'], { axis: 1 }),
    makeNode('Relu', ['h'], ['i']),
    makeNode('Reshape', ['i', 'flat'], ['j']),
    named('fc', 'Gemm', ['j', 'w4'], ['y'], { transB: 1 }),
  ],
);

function inputs({ input }: Shape, count: number, seed = 70): ReturnType<typeof floats>[] {
  const size = input.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => floats(input, noise(size, seed + i)));
}

async function largestChange({ model, ...rest }: Shape, written: OnnxModel, seed = 70): Promise<number> {
  let worst = 0;
  for (const x of inputs({ model, ...rest }, 3, seed)) {
    const [before, after] = [(await runModel(model, { x }))['y'] ?? [], (await runModel(written, { x }))['y'] ?? []];
    worst = Math.max(worst, maxAbsDifference(before, after) / Math.max(...before.map(Math.abs)));
  }
  return worst;
}

async function originalOf({ store, compute }: Applied, layer: string): Promise<Float32Array> {
  return compute.download((await store.acquireOriginal(layer)).handle);
}

/** Largest magnitudes over the channels of an axis of a weight. */
function ranges(values: Float32Array, [rows = 1, columns = 1]: readonly number[], axis: 0 | 1): number[] {
  const kernel = values.length / (rows * columns);
  const result: number[] = Array.from({ length: axis === 0 ? rows : columns }, () => 0);
  for (const [e, v] of values.entries()) {
    const at = Math.floor(e / kernel);
    const c = axis === 0 ? Math.floor(at / columns) : at % columns;
    result[c] = Math.max(result[c] ?? 0, Math.abs(v));
  }
  return result;
}

describe('the output stays', () => {
  test.each([
    ['Conv, Relu, Conv', plain, ['a', 'b']],
    ['depthwise behind Clip', depthwise, ['expand', 'depth', 'project']],
    ['depthwise behind Clip at opset 8', depthwiseOld, ['expand', 'depth', 'project']],
    ['grouped', grouped, ['a', 'b']],
    ['grouped ConvTranspose', transposed, ['a', 'b']],
    ['pools, Flatten, Gemm and MatMul', pooled, ['conv', 'gemm', 'first', 'second']],
    ['two readers, Concat, added constant, Reshape', joined, ['squeeze', 'one', 'three', 'fc']],
  ] as const)('%s', async (_name, net, layers) => {
    const applied = await applyPass(equalizeLayers, net.model);
    const { result, written } = applied;
    expect(result.skipped).toEqual([]);
    expect(result.changed.toSorted()).toEqual([...layers].toSorted());
    // Something did happen, and nothing is seen of it.
    expect(maxAbsDifference(await originalOf(applied, layers[0]), await applied.value(layers[0]))).toBeGreaterThan(0.1);
    expect(await largestChange(net, written)).toBeLessThan(1e-5);
  });
});

test('both sides of a scaling set get the same range, the geometric mean of what they had', async () => {
  const applied = await applyPass(equalizeLayers, plain.model);
  const [own, read] = [ranges(await originalOf(applied, 'a'), [8, 3], 0), ranges(await originalOf(applied, 'b'), [5, 8], 1)];
  const [left, right] = [ranges(await applied.value('a'), [8, 3], 0), ranges(await applied.value('b'), [5, 8], 1)];
  for (const [c, range] of left.entries()) {
    expect(range / Math.sqrt((own[c] ?? 0) * (read[c] ?? 0))).toBeCloseTo(1, 4);
    expect(range / (right[c] ?? 0)).toBeCloseTo(1, 4);
  }
  // One scaling set settles at once.
  expect(applied.result.note).toContain('in 2 sweeps');
});

test('chains need several sweeps, and get no more than asked for', async () => {
  expect((await applyPass(equalizeLayers, pooled.model, { options: { iterations: 1 } })).result.note).toContain('in 1 sweep.');
  const applied = await applyPass(equalizeLayers, pooled.model, { options: { iterations: 100 } });
  expect(Number(/in (\d+) sweeps/.exec(applied.result.note)?.[1])).toBeGreaterThan(2);
  const [left, right] = [ranges(await applied.value('first'), [10, 6], 1), ranges(await applied.value('second'), [6, 5], 0)];
  for (const [c, range] of left.entries()) expect(range / (right[c] ?? 0)).toBeCloseTo(1, 2);
});

test('a channel that is empty on one side does not stretch the range of the other, and changes nothing else', async () => {
  // Channel 2 is constant and read by huge weights, channel 6 constant and read by small ones; channel 5 is large and read by nobody.
  const w1 = noise(8 * 27, 1).map((v, i) => v * ([1, 1, 0, 1, 1, 50, 0, 1][Math.floor(i / 27)] ?? 0));
  const w2 = noise(5 * 8 * 9, 3).map((v, i) => v * ([1, 1, 50, 1, 1, 0, 0.1, 1][Math.floor(i / 9) % 8] ?? 0));
  const net = shape(
    image,
    [1, 5, 6, 6],
    [tensor('w1', [8, 3, 3, 3], w1), weight('b1', [8], 2), tensor('w2', [5, 8, 3, 3], w2)],
    plain.model.proto.graph?.node ?? [],
  );
  const applied = await applyPass(equalizeLayers, net.model);
  const [left, right] = [ranges(await applied.value('a'), [8, 3], 0), ranges(await applied.value('b'), [5, 8], 1)];
  const largest = Math.max(...[0, 1, 3, 4, 7].map((c) => left[c] ?? 0));
  expect([left[2], left[6], right[5]]).toEqual([0, 0, 0]);
  expect([left[5], right[2]].map((range) => (range ?? 0) / largest)).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)]);
  expect(right[6]).toBe(ranges(w2, [5, 8], 1)[6]);
  expect(await largestChange(net, applied.written)).toBeLessThan(1e-5);
});

/** Two layers whose channels differ in size; a clip at 100 lies between. */
const high = (attributes: Parameters<typeof makeNode>[3] = {}): Shape =>
  shape(
    image,
    [1, 5, 'h', 'w'],
    [
      uneven('w1', [8, 3, 1, 1], 1),
      tensor('b1', [8], [0.1, 9, 9, 9, -9, 9, 9, 200]),
      uneven('w2', [5, 8, 3, 3], 3),
      ...scalars.slice(0, 1),
      tensor('top', [], [100]),
    ],
    [
      named('a', 'Conv', ['x', 'w1', 'b1'], ['c']),
      makeNode('Clip', ['c', 'zero', 'top'], ['r']),
      named('b', 'Conv', ['r', 'w2'], ['y'], attributes),
    ],
  );
const samples = (net: Shape): { x: ReturnType<typeof floats> }[] => inputs(net, 24, 300).map((x) => ({ x }));

function biasOf(model: OnnxModel, layer: string): number[] {
  const node = model.proto.graph?.node.find((n) => n.name === layer);
  const raw = model.proto.graph?.initializer.find((t) => t.name === node?.input[2])?.rawData.slice();
  return [...new Float32Array(raw?.buffer ?? new ArrayBuffer(0))];
}

describe('absorbing high biases', () => {
  test('what no sample falls below goes to the next bias, and the output stays', async () => {
    const net = high();
    const { result, written } = await applyPass(equalizeLayers, net.model, { samples: samples(net) });
    expect(result.skipped).toEqual([]);
    expect(result.note).toContain('High biases absorbed behind 1.');
    expect(await largestChange(net, written, 900)).toBeLessThan(1e-5);
    const plainly = await applyPass(equalizeLayers, net.model);
    expect(plainly.result.note).toContain('No biases absorbed: that needs samples.');
    const [moved, kept] = [biasOf(written, 'a'), biasOf(plainly.written, 'a')];
    const share = moved.map((b, c) => b / (kept[c] ?? 1));
    // Biases that large weights reach below, and negative ones, stay; most of the others goes. Channel 7 is always clipped.
    expect([share[3], share[4]]).toEqual([1, 1]);
    for (const c of [1, 5, 7]) expect(share[c]).toBeLessThan(0.6);
  });

  test('stays where the next layer pads, and says so', async () => {
    const net = high({ pads });
    const { result, written } = await applyPass(equalizeLayers, net.model, { samples: samples(net) });
    expect(result.skipped).toEqual([{ layer: 'a', reason: 'Its high biases stay: "b" pads its input with zeros.' }]);
    expect(await largestChange(net, written, 900)).toBeLessThan(1e-5);
  });

  test('through pools and a flattening into a Gemm with alpha', async () => {
    const net = shape(
      image,
      [1, 5],
      [
        weight('w1', [8, 3, 1, 1], 1),
        tensor(
          'b1',
          [8],
          noise(8, 2).map((b) => b + 7),
        ),
        uneven('w2', [32, 5], 3),
        weight('b2', [5], 4),
      ],
      [
        named('a', 'Conv', ['x', 'w1', 'b1'], ['c']),
        makeNode('Relu', ['c'], ['r']),
        makeNode('AveragePool', ['r'], ['p'], { kernel_shape: [3, 3], strides: [3, 3] }),
        makeNode('Flatten', ['p'], ['f']),
        float(named('b', 'Gemm', ['f', 'w2', 'b2'], ['y']), { alpha: 0.25 }),
      ],
    );
    const { result, written } = await applyPass(equalizeLayers, net.model, { samples: samples(net) });
    expect(result.note).toContain('High biases absorbed behind 1.');
    expect(await largestChange(net, written, 900)).toBeLessThan(1e-5);
  });
});

test('what cannot be equalized is named with its reason', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 4, 3, 3]]],
    outputs: [['y', [1, 4, 3, 3]]],
    weights: [1, 2, 3, 4].map((n) => weight(`w${n}`, [4, 4, 1, 1], n)),
    nodes: [
      named('stem', 'Conv', ['x', 'w1'], ['a']),
      makeNode('Relu', ['a'], ['b']),
      named('branch', 'Conv', ['b', 'w2'], ['c']),
      makeNode('Add', ['b', 'c'], ['d']),
      named('wave', 'Conv', ['d', 'w3'], ['e']),
      makeNode('Sigmoid', ['e'], ['f']),
      named('last', 'Conv', ['f', 'w4'], ['y']),
    ],
  });
  const { result, written } = await applyPass(equalizeLayers, model);
  const sum = 'Its output goes to Add, which does not pass a scale of channels on.';
  expect(result.skipped).toEqual([
    { layer: 'stem', reason: sum },
    { layer: 'branch', reason: sum },
    { layer: 'wave', reason: 'Its output goes to Sigmoid, which does not pass a scale of channels on.' },
    { layer: 'last', reason: 'Its output "y" is an output of the graph.' },
  ]);
  expect(result.note).toBe('No layers to equalize.');
  const x = floats([1, 4, 3, 3], noise(36));
  expect(await runModel(written, { x })).toEqual(await runModel(model, { x }));
});
