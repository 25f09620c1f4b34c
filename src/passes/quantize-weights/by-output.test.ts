import { expect, test } from 'vitest';
import { makeNode } from '../../onnx/nodes';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { floats } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { applyPass } from '../testing/apply-pass';
import { convNet, outputError, pictures } from '../testing/fitted';
import { quantizeWeights } from './apply';

/** The net, and an embedding table that is only added. */
const netWithTable = (): OnnxModel =>
  convNet(
    [makeNode('Gather', ['table', 'row'], ['g']), makeNode('Add', ['y', 'g'], ['z'])],
    [weight('table', [12, 10], 4), { ...weight('row', [1], 5), dataType: 7, rawData: new Uint8Array(8) }],
  );

for (const bits of [3, 4, 8]) {
  test(`${bits} bits fitted to outputs lose less than rounding to the nearest, on inputs never seen`, async () => {
    const model = netWithTable();
    // The table is rounded to the nearest in both: it must not drown what the others gain.
    const layers = { g: { bits: 8 } };
    const nearest = await applyPass(quantizeWeights, model, { options: { bits }, layers });
    const fitted = await applyPass(quantizeWeights, model, { options: { bits, rounding: 'gptq' }, layers, samples: pictures(64, 1) });
    expect(fitted.result.changed).toEqual(nearest.result.changed);
    expect(fitted.result.note).toContain('g was rounded to the nearest: Gather multiplies nothing with its weights.');
    expect(await outputError(model, fitted.written)).toBeLessThan(0.8 * (await outputError(model, nearest.written)));
    // The lowest code is used where the grid has one: -2^(b-1).
    const lowest = await Promise.all(
      fitted.result.changed
        .filter((id) => id !== 'g')
        .map(async (id) => Math.min(...new Int8Array((await fitted.store.codesOf(id)).buffer))),
    );
    expect(Math.min(...lowest)).toBe(-(2 ** (bits - 1)));
  });
}

test('blocks, one scale a tensor and unsigned grids can be fitted too', async () => {
  const model = netWithTable();
  for (const options of [{ granularity: 'block', blockSize: 16 }, { granularity: 'tensor' }, { scheme: 'asymmetric' }]) {
    const nearest = await applyPass(quantizeWeights, model, { options: { bits: 4, ...options } });
    const fitted = await applyPass(quantizeWeights, model, {
      options: { bits: 4, rounding: 'gptq', ...options },
      samples: pictures(64, 1),
    });
    expect(await outputError(model, fitted.written)).toBeLessThan(await outputError(model, nearest.written));
  }
});

test('AdaRound loses no more than GPTQ on the samples, and names the layers that it cannot see', async () => {
  const model = netWithTable();
  const [seen, matmul] = [pictures(24, 1), 'y'];
  // The last layer alone: what goes into it is the same for both.
  const before = { c1: { bits: 8, rounding: 'gptq' }, c2: { bits: 8, rounding: 'gptq' } };
  const error = async (rounding: string): Promise<number> => {
    const applied = await applyPass(quantizeWeights, model, { options: { bits: 3, rounding }, layers: before, samples: seen });
    expect(applied.result.note).toContain('g was rounded to the nearest');
    expect(applied.result.changed).toContain(matmul);
    return outputError(model, applied.written, seen);
  };
  expect(await error('adaround')).toBeLessThan(await error('gptq'));
});

test('without samples it is refused by name', async () => {
  for (const rounding of ['gptq', 'adaround'])
    await expect(applyPass(quantizeWeights, netWithTable(), { options: { rounding } })).rejects.toThrow(`"${rounding}"`);
});

test('weights that are all equal, channels of zeros and inputs that are always zero are rounded all the same', async () => {
  const flat = { ...weight('w', [4, 3], 1), rawData: new Uint8Array(new Float32Array([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]).buffer) };
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 4]]],
    outputs: [['y', null]],
    nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
    weights: [flat],
  });
  for (const x of [
    [0, 0, 0, 0],
    [1, 1, 1, 1],
  ]) {
    const applied = await applyPass(quantizeWeights, model, {
      options: { bits: 4, rounding: 'gptq' },
      samples: [{ x: floats([1, 4], x) }],
    });
    expect(applied.result.changed).toEqual(['y']);
    for (const v of await applied.value('y')) expect(Number.isFinite(v)).toBe(true);
  }
});

test('biases whose names are free once they are replaced do not get mixed up between the two networks', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 3, 6, 6]]],
    outputs: [['y', null]],
    nodes: [
      makeNode('Conv', ['x', 'w1', 'bias1'], ['c']),
      makeNode('Relu', ['c'], ['r']),
      makeNode('Conv', ['r', 'w2', 'bias0'], ['d']),
      makeNode('Relu', ['d'], ['e']),
      makeNode('Conv', ['e', 'w3', 'bias2'], ['y']),
    ],
    weights: [
      weight('w1', [8, 3, 3, 3], 1),
      weight('bias1', [8], 2),
      weight('w2', [6, 8, 1, 1], 3),
      weight('bias0', [6], 4),
      weight('w3', [4, 6, 1, 1], 5),
      weight('bias2', [4], 6),
    ],
  });
  const nearest = await applyPass(quantizeWeights, model, { options: { bits: 3 } });
  const fitted = await applyPass(quantizeWeights, model, { options: { bits: 3, rounding: 'gptq' }, samples: pictures(64, 1) });
  expect(await outputError(model, fitted.written)).toBeLessThan(await outputError(model, nearest.written));
});
