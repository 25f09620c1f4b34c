import type { NodeProto, TensorProto } from 'onnx-buf';
import { expect, test } from 'vitest';
import { makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor } from '../../onnx/tensor';
import { constant, ifNet, lstmNet, makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { applyPass } from '../testing/apply-pass';
import type { TestSamples } from '../testing/calibration';
import { maxAbsDifference } from '../testing/compare';
import type { Pass, PassContext } from '../types';
import { correctBias } from './apply';

/** Rounds layers upwards to halves: every mean moves. */
async function round({ selected, weights, compute }: PassContext, layers: (id: string) => boolean): Promise<void> {
  for (const { layer } of selected.filter((s) => layers(s.layer.id))) {
    const lease = await weights.acquire(layer.id);
    const values = await compute.download(lease.handle);
    lease.release();
    await weights.put(layer.id, compute.upload(values.map((v) => Math.ceil(v * 2) / 2)), null);
  }
}

const rounded: Pass = {
  meta: correctBias.meta,
  async apply(context) {
    await round(context, () => true);
    return { changed: [], skipped: [], note: '' };
  },
};

/** The pass on layers that were rounded before. */
function corrected(layers: (id: string) => boolean = () => true): Pass {
  return {
    meta: correctBias.meta,
    async apply(context, options) {
      await round(context, layers);
      return correctBias.apply(context, options);
    },
  };
}

function floatTensor(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return makeTensor(name, DataType.FLOAT, dims, bytesOf(Float32Array.from(values)));
}

function named(name: string, ...node: Parameters<typeof makeNode>): NodeProto {
  return Object.assign(makeNode(...node), { name });
}

/**
 * Convolutions without and with a bias, grouped and transposed, then Gemm with beta, MatMul with an Add. Every layer's output is returned.
 */
function net(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [8, 4, 6, 6]]],
    outputs: [
      ['a', [8, 6, 6, 6]],
      ['b', [8, 4, 6, 6]],
      ['t', [8, 4, 12, 12]],
      ['g', [8, 10]],
      ['y', [8, 5]],
    ],
    weights: [
      weight('w1', [6, 4, 3, 3], 1),
      weight('w2', [4, 3, 3, 3], 2),
      weight('b2', [4], 3),
      weight('w3', [4, 2, 2, 2], 4),
      weight('w4', [10, 576], 5),
      weight('b4', [1], 6),
      weight('w5', [10, 5], 7),
      weight('b5', [1, 5], 8),
    ],
    nodes: [
      named('first', 'Conv', ['x', 'w1'], ['a'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['a'], ['ar']),
      named('grouped', 'Conv', ['ar', 'w2', 'b2'], ['b'], { pads: [1, 1, 1, 1], group: 2 }),
      makeNode('Relu', ['b'], ['br']),
      named('up', 'ConvTranspose', ['br', 'w3'], ['t'], { strides: [2, 2], group: 2 }),
      makeNode('Relu', ['t'], ['tr']),
      makeNode('Flatten', ['tr'], ['f']),
      named('gemm', 'Gemm', ['f', 'w4', 'b4'], ['g'], { transB: 1 }),
      makeNode('Relu', ['g'], ['gr']),
      named('product', 'MatMul', ['gr', 'w5'], ['p']),
      makeNode('Add', ['p', 'b5'], ['y']),
    ],
  });
}

const LAYERS = ['first', 'grouped', 'up', 'gemm', 'product'];

/** Mean of each channel over everything else, for values [N, C, ...] and [N, C]. */
function means(values: readonly number[], channels: number, samples: number): number[] {
  const positions = values.length / channels / samples;
  const sums: number[] = Array.from({ length: channels }, () => 0);
  for (const [i, v] of values.entries())
    sums[Math.floor(i / positions) % channels] = (sums[Math.floor(i / positions) % channels] ?? 0) + v / positions / samples;
  return sums;
}

const batch = (seed: number): TestSamples[number] => ({ x: floats([8, 4, 6, 6], noise(8 * 4 * 36, seed)) });

test.each([8, 13, 18])('every layer gives its float mean again, on what those before it give now (opset %i)', async (opset) => {
  const model = net(opset);
  const { result, written } = await applyPass(corrected(), model, { samples: [batch(40)] });
  expect(result).toEqual({ changed: LAYERS, skipped: [], note: 'Biases of 5 layers corrected.' });
  const [float, now] = [await runModel(model, batch(40)), await runModel(written, batch(40))];
  for (const [name, channels] of Object.entries({ a: 6, b: 4, t: 4, g: 10, y: 5 })) {
    const scale = Math.max(...(float[name] ?? []).map(Math.abs));
    expect(maxAbsDifference(means(float[name] ?? [], channels, 8), means(now[name] ?? [], channels, 8)) / scale).toBeLessThan(2e-6);
  }
});

test('behind a ReLU, clipped or not, it is the mean of what the ReLU lets through', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [8, 4, 6, 6]]],
    outputs: [
      ['r', [8, 6, 6, 6]],
      ['s', [8, 6, 6, 6]],
      ['t', [8, 6, 6, 6]],
    ],
    weights: [
      weight('w1', [6, 4, 3, 3], 1),
      weight('a1', [6, 1, 1], 2),
      weight('w2', [6, 6, 3, 3], 3),
      weight('b2', [6], 4),
      weight('w3', [6, 6, 3, 3], 5),
      floatTensor('zero', [], [0]),
      floatTensor('one', [], [1]),
      floatTensor('caps', [6, 1, 1], [1, 2, 3, 1, 2, 3]),
    ],
    nodes: [
      named('added', 'Conv', ['x', 'w1'], ['c'], { pads: [1, 1, 1, 1] }),
      makeNode('Add', ['a1', 'c'], ['d']),
      makeNode('Relu', ['d'], ['r']),
      named('clipped', 'Conv', ['r', 'w2', 'b2'], ['e'], { pads: [1, 1, 1, 1] }),
      makeNode('Clip', ['e', 'zero', 'one'], ['s']),
      named('capped', 'Conv', ['s', 'w3'], ['f'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['f'], ['g']),
      makeNode('Min', ['caps', 'g'], ['t']),
    ],
  });
  const { written } = await applyPass(corrected(), model, { samples: [batch(40)] });
  const { written: plain } = await applyPass(rounded, model);
  const [float, now, before] = [await runModel(model, batch(40)), await runModel(written, batch(40)), await runModel(plain, batch(40))];
  for (const name of ['r', 's', 't']) {
    const [target, after, without] = [float, now, before].map((outputs) => means(outputs[name] ?? [], 6, 8));
    expect(maxAbsDifference(target ?? [], after ?? [])).toBeLessThan(2e-3);
    expect(maxAbsDifference(target ?? [], without ?? [])).toBeGreaterThan(0.03);
  }
});

test('inputs it never saw come nearer to the float model too, with several batches', async () => {
  const model = net(13);
  const samples = [41, 42, 43, 44].map(batch);
  const [float, before, after] = [
    model,
    (await applyPass(rounded, model)).written,
    (await applyPass(corrected(), model, { samples })).written,
  ].map((m) => runModel(m, batch(90)));
  const target = (await float)?.['y'] ?? [];
  const error = (outputs: Readonly<Record<string, number[]>> = {}): number =>
    Math.hypot(...(outputs['y'] ?? []).map((v, i) => v - (target[i] ?? 0)));
  expect(error(await after)).toBeLessThan(0.5 * error(await before));
});

test('the number of samples is kept to', async () => {
  const two = await applyPass(corrected(), net(13), { samples: [batch(41), batch(42)], options: { samples: 1 } });
  const one = await applyPass(corrected(), net(13), { samples: [batch(41)] });
  expect(await runModel(two.written, batch(90))).toEqual(await runModel(one.written, batch(90)));
});

test('layers that kept their weights keep their biases', async () => {
  const { result, written } = await applyPass(
    corrected((id) => id === 'up'),
    net(13),
    { samples: [batch(40)] },
  );
  expect(result.changed).toEqual(['up']);
  const graph = written.proto.graph;
  expect(graph?.node.map((n) => n.input.length)).toEqual(net(13).proto.graph?.node.map((n) => n.input.length + (n.name === 'up' ? 1 : 0)));
  expect(graph?.initializer.some((t) => t.name === 'b2')).toBe(true);
});

test('what has no bias is named, and a constant that nothing reads any more goes', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [2, 6]]],
    outputs: [['y', [2, 4]]],
    weights: [weight('b', [5], 3)],
    nodes: [
      constant('w1', weight('w1', [6, 5], 1)),
      constant('w2', weight('w2', [5, 4], 2)),
      named('biased', 'MatMul', ['x', 'w1'], ['h']),
      makeNode('Add', ['b', 'h'], ['i']),
      named('bare', 'MatMul', ['i', 'w2'], ['y']),
    ],
  });
  const { result, written } = await applyPass(corrected(), model, { samples: [{ x: floats([2, 6], noise(12)) }] });
  expect(result.changed).toEqual(['biased']);
  expect(result.skipped).toEqual([{ layer: 'bare', reason: 'This MatMul is not followed by an Add, and has no bias of its own.' }]);
  expect(written.proto.graph?.initializer.map((t) => t.name)).not.toContain('b');

  const lstm = await applyPass(corrected(), lstmNet(13), { samples: [{ x: floats([3, 1, 4], noise(12)) }] });
  expect(lstm.result.skipped.map((s) => s.reason)).toEqual([
    'LSTM has no bias that could be corrected.',
    'LSTM has no bias that could be corrected.',
  ]);
  const branches = await applyPass(corrected(), ifNet(13));
  expect(branches.result.skipped.map((s) => s.layer).toSorted()).toEqual(branches.store.layers.map((l) => l.id).toSorted());
});

test('without samples it is refused', async () => {
  await expect(applyPass(corrected(), net(13))).rejects.toMatchObject({ code: 'bad-data' });
});
