import { describe, expect, test } from 'vitest';
import { makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor, readFloats } from '../../onnx/tensor';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { requireCalibration } from '../calibration';
import { chooseIntegerLayers } from '../integer-layers';
import { applyPass } from '../testing/apply-pass';
import { maxAbsDifference } from '../testing/compare';
import { runLive } from '../testing/run-live';
import type { Pass } from '../types';
import { quantizeStatic } from './apply';
import { smooth } from './smooth';

/** What a channel is stretched by: as transformers have it, one of them far beyond the others. */
const stretch = Float32Array.from({ length: 8 }, (_, c) => (c === 3 ? 60 : 1 + c / 8));

/** x [4,8], a LayerNormalization or a Mul that stretches channels, two products of the outcome: a MatMul and a Gemm (transB). */
function net(normalized: boolean): OnnxModel {
  const scale = makeTensor('s', DataType.FLOAT, [8], bytesOf(stretch));
  return makeModel({
    opset: 17,
    inputs: [['x', [4, 8]]],
    outputs: [
      ['y', [4, 5]],
      ['z', [4, 6]],
    ],
    weights: [scale, weight('t', [8], 3), weight('a', [8, 5], 1), weight('b', [6, 8], 2)],
    nodes: [
      normalized ? makeNode('LayerNormalization', ['x', 's', 't'], ['h']) : makeNode('Mul', ['x', 's'], ['h']),
      makeNode('MatMul', ['h', 'a'], ['y']),
      makeNode('Gemm', ['h', 'b'], ['z'], { transB: 1 }),
    ],
  });
}

const sample = (seed: number): { x: ReturnType<typeof floats> } => ({ x: floats([4, 8], noise(32, seed)) });
const samples = Array.from({ length: 12 }, (_, i) => sample(5 + i));

/** Smoothing alone, nothing rounded. */
const onlySmooth: Pass = {
  meta: quantizeStatic.meta,
  async apply(context, options) {
    const { layers, left } = chooseIntegerLayers(context, () => null, 10);
    const muls = await smooth(context, requireCalibration(context, 'smoothing'), layers, Number(options['smoothing']));
    return {
      changed: layers.map((l) => l.source.layer.id),
      skipped: left.map(({ layer, reason }) => ({ layer: layer.id, reason })),
      note: String(muls.size),
    };
  },
};

test('a LayerNormalization over more than the channels keeps its parameters: a Mul divides', async () => {
  const model = makeModel({
    opset: 17,
    inputs: [['x', [2, 4, 8]]],
    outputs: [['y', [2, 4, 5]]],
    weights: [weight('s', [4, 8], 1), weight('t', [4, 8], 2), weight('a', [8, 5], 3)],
    nodes: [makeNode('LayerNormalization', ['x', 's', 't'], ['h'], { axis: 1 }), makeNode('MatMul', ['h', 'a'], ['y'])],
  });
  const feeds = { x: floats([2, 4, 8], noise(64, 4)) };
  const applied = await applyPass(onlySmooth, model, { options: { smoothing: 0.5 }, samples: [feeds] });
  expect(applied.result.note).toBe('1');
  const [before, after] = [await runModel(model, feeds), await runLive(applied, feeds)];
  expect(maxAbsDifference(before['y'] ?? [], after['y'] ?? [])).toBeLessThan(1e-5);
});

test('a product of two constants is left to the runtime, and named', async () => {
  const model = makeModel({
    opset: 17,
    inputs: [['x', [3, 8]]],
    outputs: [['y', [3, 5]]],
    weights: [weight('a', [8, 6], 1), weight('b', [6, 5], 2), weight('c', [8, 8], 3)],
    nodes: [makeNode('MatMul', ['a', 'b'], ['ab']), makeNode('MatMul', ['x', 'c'], ['h']), makeNode('MatMul', ['h', 'ab'], ['y'])],
  });
  const feeds = { x: floats([3, 8], noise(24, 4)) };
  const applied = await applyPass(quantizeStatic, model, { options: { smoothing: 0.5 }, samples: [feeds] });
  expect(applied.result.changed).toEqual(['h']);
  expect(applied.result.skipped.find(({ layer }) => layer === 'ab')?.reason).toMatch(/constants only/);
  const [before, after] = [await runModel(model, feeds), await runModel((await applied.exported()).model, feeds)];
  expect(maxAbsDifference(before['y'] ?? [], after['y'] ?? [])).toBeLessThan(0.1);
});

describe.each([
  ['folded into a LayerNormalization', true, 0],
  ['in a Mul of its own', false, 1],
])('%s', (_name, normalized, muls) => {
  test('the float output stays the same, and channels come closer', async () => {
    const model = net(normalized);
    const applied = await applyPass(onlySmooth, model, { options: { smoothing: 0.5 }, samples });
    expect(applied.result.note).toBe(String(muls));
    const [before, after] = [await runModel(model, sample(9)), await runLive(applied, sample(9))];
    for (const name of ['y', 'z'])
      expect(maxAbsDifference(before[name] ?? [], after[name] ?? [])).toBeLessThan(1e-4 * Math.max(...(before[name] ?? []).map(Math.abs)));
    const w = await applied.value('y');
    expect(maxAbsDifference([...w], [...readFloats(weight('a', [8, 5], 1))])).toBeGreaterThan(0.1);
  });

  test('the quantized network gains', async () => {
    const model = net(normalized);
    const float = await runModel(model, sample(9));
    const error = async (smoothing: number): Promise<number> => {
      const applied = await applyPass(quantizeStatic, model, { options: { smoothing, calibrator: 'minmax' }, samples });
      const stored = await runModel((await applied.exported()).model, sample(9));
      expect(maxAbsDifference(stored['y'] ?? [], (await runLive(applied, sample(9)))['y'] ?? [])).toBeLessThan(
        1e-4 * Math.max(...(float['y'] ?? []).map(Math.abs)),
      );
      return Math.hypot(...(float['z'] ?? []).map((v, i) => v - (stored['z']?.[i] ?? 0)));
    };
    expect(await error(0.5)).toBeLessThan(0.7 * (await error(0)));
  });
});
