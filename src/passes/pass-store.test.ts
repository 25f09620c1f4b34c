import { expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { cloneForEdit } from '../onnx/clone';
import { listLayers } from '../onnx/layers';
import { makeNode } from '../onnx/nodes';
import { findParameters } from '../onnx/parameters';
import { readFloats } from '../onnx/tensor';
import { constant, convNet, makeModel, weight } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import type { OnnxModel } from '../onnx/types';
import { indexValues } from '../onnx/values';
import { originalNetwork } from './original-network';
import { createOriginals } from './originals';
import { passStore } from './pass-store';
import { readWeights } from './read-weights';
import { replaceParameter } from './replace-parameter';
import { createWeightStore } from './weight-store';

function edit(opened: OnnxModel, mode: 'resident' | 'streaming' = 'resident') {
  const compute = createCpuCompute();
  const parameters = findParameters(opened).map(({ parameter: { id }, value }) => ({ id, tensor: value.constant }));
  const originals = createOriginals(parameters, ({ tensor }) => (tensor ? readFloats(tensor) : new Float32Array(0)), compute, mode);
  const store = createWeightStore(listLayers(opened).layers, originals, compute);
  const model = cloneForEdit(opened);
  return { compute, model, weights: passStore(store, originals, model), store };
}

function held(model: OnnxModel, id: string): number[] {
  const found = findParameters(model).find(({ parameter }) => parameter.id === id)?.value.constant;
  return found ? [...readFloats(found)] : [];
}

for (const mode of ['resident', 'streaming'] as const) {
  test(`${mode}: a bias that is set is in the store and the graph, and its original stays`, async () => {
    const opened = convNet(13);
    const context = edit(opened, mode);
    const before = held(opened, 'cb');
    expect(context.weights.isChanged('cb')).toBe(false);
    expect([...(await readWeights(context, 'cb'))]).toEqual(before);
    for (const values of [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]) {
      context.weights.set('cb', values);
      expect(context.weights.isChanged('cb')).toBe(true);
      expect([...(await readWeights(context, 'cb'))]).toEqual(values);
      expect(held(context.model, 'cb')).toEqual(values);
      expect([...(await readWeights(context, 'cb', 'original'))]).toEqual(before);
    }
    expect(held(opened, 'cb')).toEqual(before);
    expect(held(await originalNetwork(context), 'cb')).toEqual(before);
    expect(context.weights.isChanged('gb')).toBe(false);
    expect(() => context.weights.set('nothing', [1])).toThrow(/"nothing"/);
  });
}

test('what is set is rounded as its type holds it, in a Constant node too', async () => {
  const context = edit(
    makeModel({
      opset: 13,
      inputs: [['x', [1, 2], 10]],
      outputs: [['y', [1, 2], 10]],
      nodes: [
        constant('w', weight('w', [2, 2], 1, 'float16')),
        constant('b', weight('b', [2], 2, 'float16')),
        makeNode('MatMul', ['x', 'w'], ['m']),
        makeNode('Add', ['m', 'b'], ['y']),
      ],
    }),
  );
  context.weights.set('b', [1.0001, -0.25]);
  expect([...(await readWeights(context, 'b'))]).toEqual([1, -0.25]);
  expect(held(context.model, 'b')).toEqual([1, -0.25]);
});

test('a node gets a parameter of its own, whose original is what stood there; other readers keep theirs', async () => {
  const context = edit(
    makeModel({
      opset: 13,
      inputs: [['x', [1, 4]]],
      outputs: [['y', [1, 4]]],
      weights: [weight('w', [4, 4], 1), weight('v', [4, 4], 2), weight('b', [4], 3)],
      nodes: [makeNode('Gemm', ['x', 'w', 'b'], ['h']), makeNode('Gemm', ['h', 'v', 'b'], ['y'])],
    }),
  );
  const { graph } = context.model.proto;
  const [first, second] = graph?.node ?? [];
  if (!graph || !first || !second) throw new Error('no graph');
  const before = held(context.model, 'b');
  const read = (): Float32Array => {
    const index = indexValues(context.model.proto);
    const [main] = index.scopes;
    const tensor = main && index.find(main, first.input[2] ?? '')?.constant;
    return tensor ? readFloats(tensor) : new Float32Array(0);
  };
  const replace = (values: number[]): string[] =>
    replaceParameter(context, { graph }, { node: first, input: 2, values: read(), dims: [4], type: 'float32' }, 'bias', values);
  expect(replace([1, 1, 1, 1])).toEqual(['b']);
  expect(replace([2, 2, 2, 2])).toEqual(['bias0']);
  expect(first.input[2]).toBe('bias1');
  expect(second.input[2]).toBe('b');
  expect(context.weights.isChanged('b')).toBe(false);
  expect(held(context.model, 'b')).toEqual(before);
  expect([...read()]).toEqual([2, 2, 2, 2]);
  expect([...(await readWeights(context, 'bias1'))]).toEqual([2, 2, 2, 2]);
  expect([...(await readWeights(context, 'bias1', 'original'))]).toEqual(before);
  expect(held(await originalNetwork(context), 'bias1')).toEqual(before);
});

test('values that no pass can compute with are refused by name, of biases too', async () => {
  const opened = convNet(13);
  const bias = opened.proto.graph?.initializer.find(({ name }) => name === 'cb');
  if (!bias) throw new Error('no bias');
  bias.rawData = new Uint8Array(Float32Array.from(noise(4, 1)).fill(Number.NaN, 1).buffer);
  await expect(readWeights(edit(opened), 'cb')).rejects.toThrow(/"cb" holds 3 of 4/);
});
