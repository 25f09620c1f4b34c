import { expect, test } from 'vitest';
import { indexChannels } from '../../onnx/channels/index';
import { makeNode } from '../../onnx/nodes';
import { valueInfo } from '../../onnx/graph';
import { indexShapes } from '../../onnx/shapes';
import { bytesOf, DataType, makeTensor, readFloats } from '../../onnx/tensor';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel } from '../../onnx/testing/ort';
import type { ChannelMoments, OnnxModel } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import { equalizeLayers } from '../equalize-layers/apply';
import { foldBatchnorm } from '../fold-batchnorm/apply';
import { defaultsOf } from '../options';
import { readWeights } from '../read-weights';
import { applyPass } from '../testing/apply-pass';
import type { Pass, PassContext, PassResult } from '../types';
import { correctBias } from './apply';
import { expectedMean } from './expected';

const [N, C, SIDE] = [64, 6, 8];

function tensor(name: string, dims: readonly number[], values: ArrayLike<number>) {
  return makeTensor(name, DataType.FLOAT, dims, bytesOf(Float32Array.from(values)));
}

const x = { x: floats([N, 4, SIDE + 2, SIDE + 2], noise(N * 4 * (SIDE + 2) ** 2, 7)) };

/** Conv, batch norm with the statistics that its input really has, Clip, and the layers whose biases are looked at. */
async function normedNet(): Promise<OnnxModel> {
  const inputs: [string, number[]][] = [['x', [N, 4, SIDE + 2, SIDE + 2]]];
  const first = makeNode('Conv', ['x', 'w1'], ['c']);
  const raw = await runModel(
    makeModel({ opset: 13, inputs, outputs: [['c', [N, C, SIDE, SIDE]]], weights: [weight('w1', [C, 4, 3, 3], 1)], nodes: [first] }),
    x,
  );
  const mean = means(raw['c'], C);
  const variance = means(
    raw['c']?.map((v) => v * v),
    C,
  ).map((square, c) => square - (mean[c] ?? 0) ** 2);
  return makeModel({
    opset: 13,
    inputs,
    outputs: [
      ['y', [N, 5, SIDE, SIDE]],
      ['z', [N, 3]],
    ],
    weights: [
      weight('w1', [C, 4, 3, 3], 1),
      weight('w2', [5, C, 1, 1], 2),
      weight('b2', [5], 3),
      weight('w3', [C, 3], 4),
      weight('b3', [3], 5),
      tensor('gamma', [C], [0.5, -0.8, 1.2, 0.3, 2, 1]),
      tensor('beta', [C], [0.2, -0.4, 0.6, 1.5, -1, 0.1]),
      tensor('mean', [C], mean),
      tensor(
        'variance',
        [C],
        variance.map((v) => v - 1e-5),
      ),
      tensor('zero', [], [0]),
      tensor('top', [], [1.5]),
    ],
    nodes: [
      Object.assign(first, { name: 'first' }),
      makeNode('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], ['n']),
      makeNode('Clip', ['n', 'zero', 'top'], ['r']),
      Object.assign(makeNode('Conv', ['r', 'w2', 'b2'], ['y']), { name: 'second' }),
      makeNode('GlobalAveragePool', ['r'], ['p']),
      makeNode('Flatten', ['p'], ['f']),
      Object.assign(makeNode('Gemm', ['f', 'w3', 'b3'], ['z']), { name: 'third' }),
    ],
  });
}

/** What is done to a model as one pass. */
function pass(apply: (context: PassContext) => Promise<PassResult | void>): Pass {
  return { meta: correctBias.meta, apply: async (context) => (await apply(context)) ?? { changed: [], skipped: [], note: '' } };
}

const fold = (context: PassContext) => foldBatchnorm.apply(context, {});
const correct = (context: PassContext) => correctBias.apply(context, { means: 'norms' });

/** Rounds the weights of all layers but the first upwards to quarters: every mean moves. */
async function round(context: PassContext): Promise<void> {
  for (const { layer } of context.selected.slice(1)) {
    const values = await readWeights(context, layer.id);
    await context.weights.put(layer.id, context.compute.upload(values.map((v) => Math.ceil(v * 4) / 4)), null);
  }
}

/** Of each channel over samples and positions: of [N, C, ...] or [N, C]. */
function means(values: readonly number[] = [], channels: number): number[] {
  const positions = values.length / N / channels;
  return Array.from(
    { length: channels },
    (_, c) => values.reduce((sum, v, i) => (Math.floor(i / positions) % channels === c ? sum + v : sum), 0) / N / positions,
  );
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((v, i) => v - (b[i] ?? 0)));

/** How far the means of both outputs are from the float model's. */
async function shiftsOf(model: OnnxModel, changed: OnnxModel): Promise<number[]> {
  const [float, now] = [await runModel(model, x), await runModel(changed, x)];
  return [['y', 5] as const, ['z', 3] as const].map(([name, channels]) =>
    distance(means(now[name], channels), means(float[name], channels)),
  );
}

test('without a sample, means come back to a few percent of what rounding moved them by; a bias moved by fitting counts', async () => {
  const model = await normedNet();
  const plain = await shiftsOf(
    model,
    (
      await applyPass(
        pass(async (c) => (await fold(c), round(c))),
        model,
      )
    ).written,
  );
  const { result, written } = await applyPass(
    pass(async (c) => (await fold(c), await round(c), correct(c))),
    model,
  );
  expect(result).toMatchObject({ changed: ['second', 'third'], note: 'Biases of 2 layers corrected.' });
  expect(result.skipped.map((s) => s.layer)).toEqual(['first']);
  const corrected = await shiftsOf(model, written);
  for (const [o, moved] of plain.entries()) {
    expect(moved).toBeGreaterThan(0.3);
    expect(corrected[o]).toBeLessThan(0.05 * moved);
  }
  const fitted = await applyPass(
    pass(async (c) => {
      await fold(c);
      await round(c);
      const bias = c.model.proto.graph?.initializer.find((t) => t.name === 'b2');
      if (!bias) throw new Error('no bias');
      c.weights.set(
        'b2',
        readFloats(bias).map((b) => b - 3),
      );
      return correct(c);
    }),
    model,
  );
  expect((await shiftsOf(model, fitted.written))[0]).toBeLessThan(0.05 * (plain[0] ?? 0));
});

test('moments stay true where equalization rescales and clips channel by channel', async () => {
  const model = await normedNet();
  let expected: Float64Array | null = null;
  const { written } = await applyPass(
    pass(async (context) => {
      await fold(context);
      await equalizeLayers.apply(context, { ...defaultsOf(equalizeLayers.meta), absorb: false });
      const index = indexValues(context.model.proto);
      const [main] = index.scopes;
      if (main)
        expected = expectedMean(
          { index, channels: indexChannels(index, indexShapes(index), false) },
          main,
          context.model.annotations.moments,
          'r',
          C,
          'planes',
        );
    }),
    model,
  );
  for (const each of [model, written]) each.proto.graph?.output.push(valueInfo('r', DataType.FLOAT, [N, C, SIDE, SIDE]));
  const [before, clipped] = [means((await runModel(model, x))['r'], C), means((await runModel(written, x))['r'], C)];
  expect(distance(clipped, before)).toBeGreaterThan(0.1);
  expect(distance(clipped, [...(expected ?? [])])).toBeLessThan(0.02);
});

test('means of chains of operators: the closed form for ReLU, integrals for others; two norms are not guessed at', () => {
  const moments: ChannelMoments = { mean: Float64Array.of(0.3, -1, 2, 0), deviation: Float64Array.of(1, 0.5, 0.25, 0) };
  const known = new Map([
    ['n', moments],
    ['m', moments],
  ]);
  const model = makeModel({
    opset: 13,
    inputs: [
      ['n', [1, 4, 2, 2]],
      ['m', [1, 4, 2, 2]],
    ],
    outputs: [['both', [1, 4, 2, 2]]],
    weights: [tensor('three', [], [3]), tensor('zero', [], [0]), tensor('six', [1], [6]), tensor('shift', [4, 1, 1], [1, 2, 3, 4])],
    nodes: [
      makeNode('Relu', ['n'], ['relu']),
      makeNode('Add', ['n', 'three'], ['a']),
      makeNode('Clip', ['a', 'zero', 'six'], ['b']),
      makeNode('Mul', ['n', 'b'], ['c']),
      makeNode('Div', ['c', 'six'], ['swish']),
      makeNode('Add', ['shift', 'n'], ['shifted']),
      makeNode('Add', ['relu', 'm'], ['both']),
      makeNode('Softplus', ['n'], ['other']),
    ],
  });
  const index = indexValues(model.proto);
  const [main] = index.scopes;
  const mean = (name: string): number[] | null => {
    const found = main
      ? expectedMean({ index, channels: indexChannels(index, indexShapes(index), false) }, main, known, name, 4, 'planes')
      : null;
    return found && [...found];
  };
  // Nagel et al. 2019, eq. 19: sigma * phi(-mu / sigma) + mu * (1 - Phi(-mu / sigma)), at the first three.
  const closed = [0.5667612421, 0.0042453513, 2, 0];
  expect(distance(mean('relu') ?? [], closed)).toBeLessThan(5e-5);
  expect(mean('shifted')?.map((v) => Math.round(v * 1e6) / 1e6)).toEqual([1.3, 1, 5, 4]);
  // Inside its two kinks hard swish is (x^2 + 3 x) / 6, whose mean is (mu^2 + sigma^2 + 3 mu) / 6.
  expect(mean('swish')?.[2]).toBeCloseTo((4 + 0.0625 + 6) / 6, 4);
  expect(mean('both')).toBeNull();
  expect(mean('other')).toBeNull();
});
