/** The judge is onnxruntime: with Gram matrix H of a layer's inputs, the energy of its output is trace(W H W^T). */
import { expect, test } from 'vitest';
import { cloneForEdit } from '../../onnx/clone';
import { createEncoder } from '../../onnx/encode';
import { findLayers, listLayers } from '../../onnx/layers';
import { makeNode } from '../../onnx/nodes';
import { DataType, encodeFloats, makeTensor, readFloats } from '../../onnx/tensor';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel, runTensors } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { createCpuCompute } from '../../compute/cpu';
import { createOriginals } from '../originals';
import { passStore } from '../pass-store';
import { calibrationOver, type TestSamples } from '../testing/calibration';
import { createWeightStore } from '../weight-store';
import { biasesOf, shiftedBias } from './biases';
import { inputMatrix, type InputGram } from './gram';
import { observeGrams } from './observe-grams';
import { targetWeights } from './rows';
import { withSpread } from './spread';
import { levelsOf, mergeLevels, withinSize } from './stages';

const job = { signal: new AbortController().signal, onProgress: () => {} };

interface Case {
  readonly op: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly opset?: number;
  readonly attributes?: Parameters<typeof makeNode>[3];
}

const CASES: Readonly<Record<string, Case>> = {
  'conv 1x1': { op: 'Conv', x: [2, 3, 5, 4], w: [4, 3, 1, 1] },
  'conv 3x3, padded': { op: 'Conv', x: [2, 3, 5, 4], w: [4, 3, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  'conv, strides and uneven pads': { op: 'Conv', x: [1, 2, 9, 7], w: [3, 2, 3, 2], attributes: { pads: [0, 1, 2, 0], strides: [2, 3] } },
  'conv, dilated': { op: 'Conv', x: [1, 2, 9, 9], w: [3, 2, 3, 3], attributes: { dilations: [2, 3] } },
  'conv, old operator set': { op: 'Conv', x: [1, 2, 8, 8], w: [3, 2, 3, 3], opset: 8, attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
  'conv, operator set 10': { op: 'Conv', x: [1, 2, 8, 8], w: [3, 2, 3, 3], opset: 10, attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
  'grouped conv': { op: 'Conv', x: [2, 4, 5, 5], w: [6, 2, 3, 3], attributes: { group: 2 } },
  'depthwise conv': { op: 'Conv', x: [2, 4, 6, 6], w: [4, 1, 3, 3], attributes: { group: 4, pads: [1, 1, 1, 1] } },
  'conv over one axis': { op: 'Conv', x: [2, 3, 9], w: [4, 3, 3], attributes: { pads: [1, 1], strides: [2] } },
  'matrix product of three axes': { op: 'MatMul', x: [2, 3, 5], w: [5, 4] },
  gemm: { op: 'Gemm', x: [3, 5], w: [5, 4] },
  'gemm, transposed weight': { op: 'Gemm', x: [3, 5], w: [4, 5], attributes: { transB: 1 } },
  'gemm, transposed input': { op: 'Gemm', x: [5, 3], w: [5, 4], attributes: { transA: 1 } },
  'transposed conv without overlap': { op: 'ConvTranspose', x: [2, 4, 3, 3], w: [4, 3, 2, 2], attributes: { strides: [2, 2], group: 2 } },
};

function modelOf({ op, x, w, opset = 13, attributes = {} }: Case): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', x]],
    outputs: [['y', null]],
    nodes: [makeNode(op, ['x', 'w'], ['y'], attributes)],
    weights: [weight('w', w, 3)],
  });
}

function storeOf(model: OnnxModel) {
  const compute = createCpuCompute();
  const { layers } = listLayers(model);
  const tensors = new Map(findLayers(model).sources.map((s) => [s.layer.id, s.value.constant]));
  const read = (id: string): Float32Array => {
    const tensor = tensors.get(id);
    return tensor ? readFloats(tensor) : new Float32Array();
  };
  return {
    compute,
    layers,
    read,
    store: createWeightStore(
      layers,
      createOriginals(layers, ({ id }) => read(id), compute, 'resident'),
      compute,
    ),
  };
}

for (const [name, one] of Object.entries(CASES)) {
  test(`${name}: the Gram matrix gives the energy of the output`, async () => {
    const model = modelOf(one);
    const { compute, layers, read, store } = storeOf(model);
    const samples: TestSamples = [1, 2].map((seed) => ({
      x: floats(
        one.x,
        noise(
          one.x.reduce((a, b) => a * b, 1),
          seed,
        ),
      ),
    }));
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    const calibration = calibrationOver(samples, store, compute);
    const { grams } = await observeGrams(
      { present: model, original: model, layers, isChanged: (id) => store.isChanged(id), calibration, job },
      { ids: [layer.id], centred: new Set(), from: 'float' },
    );
    const found = grams.get(layer.id);
    if (!found) throw new Error('no gram');
    const { groups, rows, columns, groupStride, rowStride, columnStride } = found.matrix;
    const w = read(layer.id);
    let predicted = 0;
    for (let g = 0; g < groups; g++) {
      for (let r = 0; r < rows; r++) {
        const at = (c: number): number => w[g * groupStride + r * rowStride + c * columnStride] ?? 0;
        for (let a = 0; a < columns; a++)
          for (let b = 0; b < columns; b++) predicted += at(a) * at(b) * (found.gram[(g * columns + a) * columns + b] ?? 0);
      }
    }
    let energy = 0;
    for (const sample of samples) for (const y of (await runModel(model, sample))['y'] ?? []) energy += y * y;
    expect(predicted / energy).toBeCloseTo(1, 5);
  });
}

test('what cannot be seen as columns is said in words', () => {
  const reasons = [
    makeModel({
      opset: 13,
      inputs: [['x', [1, 2, 5, 5]]],
      outputs: [['y', null]],
      nodes: [makeNode('Gather', ['w', 'i'], ['y'])],
      weights: [weight('w', [8, 4], 1)],
    }),
    makeModel({
      opset: 13,
      inputs: [['x', [5, 3]]],
      outputs: [['y', null]],
      nodes: [makeNode('MatMul', ['w', 'x'], ['y'])],
      weights: [weight('w', [4, 5], 1)],
    }),
    makeModel({
      opset: 13,
      inputs: [['x', [2, 4]]],
      outputs: [
        ['y', null],
        ['z', null],
      ],
      nodes: [makeNode('MatMul', ['x', 'w'], ['y']), makeNode('MatMul', ['x', 'w'], ['z'])],
      weights: [weight('w', [4, 5], 1)],
    }),
  ].flatMap((model) => findLayers(model).sources.map(inputMatrix));
  expect(reasons).toEqual([
    'Gather multiplies nothing with its weights',
    'the weight is not the right-hand matrix of MatMul',
    'several nodes share the weight',
  ]);
});

test('a pair of networks: the cross product is of the original inputs with the present ones', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 3]]],
    outputs: [['y', null]],
    nodes: [makeNode('MatMul', ['x', 'a'], ['h']), makeNode('Relu', ['h'], ['r']), makeNode('MatMul', ['r', 'b'], ['y'])],
    weights: [weight('a', [3, 2], 1), weight('b', [2, 2], 2)],
  });
  const { compute, layers, read, store } = storeOf(model);
  const [first, second] = layers;
  if (!first || !second) throw new Error('two layers wanted');
  const x = [0.5, -1, 2];
  const changed = read(first.id).map((v) => v + 0.25);
  await store.put(first.id, compute.upload(changed), null);
  const calibration = calibrationOver([{ x: floats([1, 3], x) }], store, compute);
  const { grams } = await observeGrams(
    { present: model, original: model, layers, isChanged: (id) => store.isChanged(id), calibration, job },
    { ids: [second.id], centred: new Set(), from: 'present' },
  );
  const hidden = (a: Float32Array): number[] =>
    [0, 1].map((n) =>
      Math.max(
        0,
        x.reduce((sum, v, k) => sum + v * (a[k * 2 + n] ?? 0), 0),
      ),
    );
  const [before, after] = [hidden(read(first.id)), hidden(changed)];
  const expected = before.flatMap((p) => after.map((q) => p * q));
  const found = grams.get(second.id);
  expect([...(found?.drift?.of === 'columns' ? found.drift.cross : [])].map((v) => Math.fround(v))).toEqual(
    expected.map((v) => expect.closeTo(v, 5)),
  );
  expect(found?.gram[0]).toBeCloseTo((after[0] ?? 0) ** 2, 5);
});

/** What a layer of four outputs, so many times over, sees behind a rounded one: a wide layer is seen by its columns. */
async function inputsOf(times: number): Promise<{ grams: InputGram; weights: Float32Array }> {
  const narrow = noise(4 * 18, 5);
  const wide = Float32Array.from({ length: times * narrow.length }, (_, i) => narrow[i % narrow.length] ?? 0);
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 2, 6, 6]]],
    outputs: [['y', null]],
    nodes: [
      makeNode('Conv', ['x', 'a'], ['h'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['h'], ['r']),
      makeNode('Conv', ['r', 'b', 'c'], ['y']),
    ],
    weights: [
      weight('a', [2, 2, 3, 3], 1),
      makeTensor('b', DataType.FLOAT, [4 * times, 2, 3, 3], encodeFloats('float32', wide)),
      weight('c', [4 * times], 3),
    ],
  });
  const { compute, layers, read, store } = storeOf(model);
  const [first, second] = layers;
  if (!first || !second) throw new Error('two layers wanted');
  await store.put(first.id, compute.upload(read(first.id).map((v) => Math.round(v * 3) / 3)), null);
  const samples: TestSamples = [1, 2, 3].map((seed) => ({ x: floats([1, 2, 6, 6], noise(72, seed)) }));
  const calibration = calibrationOver(samples, store, compute);
  const { grams } = await observeGrams(
    { present: model, original: model, layers, isChanged: (id) => store.isChanged(id), calibration, job },
    { ids: [second.id], centred: new Set([second.id]), from: 'present' },
  );
  const found = grams.get(second.id);
  if (!found) throw new Error('no gram');
  return { grams: found, weights: wide };
}

test('of a layer with few outputs the products are with those, and come to the same', async () => {
  const [few, many] = [await inputsOf(1), await inputsOf(4)];
  expect([few.grams.drift?.of, many.grams.drift?.of]).toEqual(['outputs', 'columns']);
  const targets = [few, many].map(({ grams, weights }) => targetWeights(weights, grams).subarray(0, 72));
  expect([...(targets[0] ?? [])]).toEqual([...(targets[1] ?? [])].map((v) => expect.closeTo(v, 4)));
  expect(targets[0]?.some((v, i) => Math.abs(v - (few.weights[i] ?? 0)) > 0.01)).toBe(true);
  const means = [few, many].map(({ grams }) => Array.from(grams.centred?.means.original ?? []));
  expect(means[0]).toEqual(means[1]?.map((v) => expect.closeTo(v, 5)));
  const spreads = [few, many].map(({ grams, weights }) => {
    const channels = weights.length / 18;
    const scales = new Float32Array(channels).fill(0.2);
    const grid = {
      groups: { outer: 1, channels, inner: 18, block: 18 },
      bits: 4,
      qMin: -8,
      qMax: 7,
      scales,
      zeroPoints: new Int32Array(channels),
    };
    const fitted = weights.map((w) => Math.round(w * 5) / 5);
    const encoding = withSpread({ kind: 'grid', storage: 'packed', grid }, weights, fitted, grams);
    return encoding.kind === 'grid' ? Array.from(encoding.grid.scales.subarray(0, 4)) : [];
  });
  expect(spreads[0]).toEqual(spreads[1]?.map((v) => expect.closeTo(v, 4)));
});

test('levels follow the graph, and are merged or cut evenly', () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 2]]],
    outputs: [['y', null]],
    nodes: [
      makeNode('MatMul', ['x', 'a'], ['p']),
      makeNode('MatMul', ['p', 'b'], ['q']),
      makeNode('MatMul', ['p', 'c'], ['r']),
      makeNode('Add', ['q', 'r'], ['s']),
      makeNode('MatMul', ['s', 'd'], ['y']),
    ],
    weights: [weight('a', [2, 2], 1), weight('b', [2, 2], 2), weight('c', [2, 2], 3), weight('d', [2, 2], 4)],
  });
  const ids = listLayers(model).layers.map((l) => l.id);
  expect(levelsOf(model, ids)).toEqual([['p'], ['q', 'r'], ['y']]);
  expect(mergeLevels([['a'], ['b'], ['c'], ['d'], ['e']], 2)).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ]);
  expect(withinSize(['a', 'b', 'c', 'd'], (id) => (id === 'c' ? 9 : 2), 4)).toEqual([['a', 'b'], ['c'], ['d']]);
});

test('where a bias takes the means, products are about them, and the shifted bias keeps the mean of the output', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 3]]],
    outputs: [['y', null]],
    nodes: [makeNode('MatMul', ['x', 'a'], ['h']), makeNode('Relu', ['h'], ['r']), makeNode('Gemm', ['r', 'b', 'c'], ['y'])],
    weights: [weight('a', [3, 4], 1), weight('b', [4, 2], 2), weight('c', [2], 3)],
  });
  const { compute, layers, read, store } = storeOf(model);
  const [first, second] = layers;
  if (!first || !second) throw new Error('two layers wanted');
  await store.put(first.id, compute.upload(read(first.id).map((v, i) => v + 0.2 * (i % 3))), null);
  const rounded = read(second.id).map((v) => Math.round(v * 2) / 2);
  await store.put(second.id, compute.upload(rounded), null);
  const edited = cloneForEdit(model);
  const samples: TestSamples = Array.from({ length: 6 }, (_, s) => ({ x: floats([1, 3], noise(3, 20 + s)) }));
  const calibration = calibrationOver(samples, store, compute);
  const { grams } = await observeGrams(
    { present: edited, original: model, layers, isChanged: (id) => store.isChanged(id), calibration, job },
    { ids: [second.id], centred: new Set([second.id]), from: 'present' },
  );
  const found = grams.get(second.id);
  const bias = biasesOf({ model: edited, weights: passStore(store, { problemOf: () => null }, edited) }, [second.id]).get(second.id);
  const shifted = found && bias ? shiftedBias(bias.values, read(second.id), rounded, found) : null;
  if (!found || !bias || !shifted) throw new Error('no shift');
  // About the means, no product is larger than its plain one, and the matrix stays symmetric.
  expect(found.gram[1]).toBeCloseTo(found.gram[4] ?? 0, 6);
  bias.replace(shifted);
  const encoder = createEncoder(edited);
  for (const { id } of layers) {
    const lease = await store.acquire(id);
    encoder.storeFloat(id, await compute.download(lease.handle));
  }
  const mean = async (m: OnnxModel): Promise<number[]> => {
    const sums = [0, 0];
    await runTensors(m, samples, async ({ y }) => {
      for (const [i, v] of Array.from(y?.data ?? [], Number).entries()) sums[i] = (sums[i] ?? 0) + v / samples.length;
    });
    return sums;
  };
  expect(await mean(edited)).toEqual((await mean(model)).map((v) => expect.closeTo(v, 5)));
});
