import type { NodeProto } from 'onnx-buf';
import { Tensor } from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { makeNode, opsetOf } from '../../onnx/nodes';
import { DataType, makeTensor } from '../../onnx/tensor';
import { convNet, ifNet, lstmNet, makeModel, matmulNet, transposedNet, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel, type Feeds } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { applyPass } from '../testing/apply-pass';
import { maxAbsDifference } from '../testing/compare';
import { runLive } from '../testing/run-live';
import { quantizeDynamic } from './apply';

const ops = (model: OnnxModel): string[] => (model.proto.graph?.node ?? []).map((node) => node.opType);
const input = (shape: readonly number[]): Feeds => ({
  x: floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      31,
    ),
  ),
});

function named(name: string, node: NodeProto): NodeProto {
  node.name = name;
  return node;
}

/** Two products of one value, the second with a bias added by Add. */
const twice = (): OnnxModel =>
  makeModel({
    opset: 13,
    inputs: [['x', [2, 3, 6]]],
    outputs: [
      ['y', [2, 3, 4]],
      ['z', [2, 3, 4]],
    ],
    weights: [weight('a', [6, 4], 1), weight('b', [6, 4], 2), weight('c', [4], 3)],
    nodes: [
      named('one', makeNode('MatMul', ['x', 'a'], ['y'])),
      named('two', makeNode('MatMul', ['x', 'b'], ['h'])),
      makeNode('Add', ['h', 'c'], ['z']),
    ],
  });

/** One weight in two products that follow each other. */
const shared = (): OnnxModel =>
  makeModel({
    opset: 13,
    inputs: [['x', [2, 6]]],
    outputs: [['y', [2, 6]]],
    weights: [weight('a', [6, 6], 1)],
    nodes: [named('one', makeNode('MatMul', ['x', 'a'], ['h'])), named('two', makeNode('MatMul', ['h', 'a'], ['y']))],
  });

const grouped = (rank: 1 | 2): OnnxModel => {
  const kernel = rank === 1 ? [3] : [3, 3];
  const size = rank === 1 ? [7] : [7, 7];
  return makeModel({
    opset: 13,
    inputs: [['x', [2, 4, ...size]]],
    outputs: [['y', null]],
    weights: [weight('w', [6, 2, ...kernel], 1), weight('b', [6], 2)],
    nodes: [
      named(
        'conv',
        makeNode('Conv', ['x', 'w', 'b'], ['y'], { group: 2, strides: kernel.map(() => 2), pads: [...kernel, ...kernel].map(() => 1) }),
      ),
    ],
  });
};

describe('integer products', () => {
  test.each<[string, OnnxModel, readonly number[], readonly string[]]>([
    ['Conv and Gemm', convNet(13), [1, 3, 6, 6], ['ConvInteger', 'MatMulInteger']],
    ['grouped Conv with strides and pads', grouped(2), [2, 4, 7, 7], ['ConvInteger']],
    ['Conv in one dimension', grouped(1), [2, 4, 7], ['ConvInteger']],
    ['MatMul', matmulNet(13, 12, 5), [2, 12], ['MatMulInteger']],
    ['two MatMuls of one weight', shared(), [2, 6], ['MatMulInteger', 'MatMulInteger']],
    ['MatMul of K = 1', matmulNet(13, 1, 64), [2, 1], ['MatMulInteger']],
    ['two MatMuls of one value, batched', twice(), [2, 3, 6], ['MatMulInteger', 'MatMulInteger']],
  ])('%s: file and live graph give the same, near the float network', async (_name, model, shape, integer) => {
    const x = input(shape);
    for (const granularity of ['channel', 'tensor']) {
      const applied = await applyPass(quantizeDynamic, model, { options: { granularity } });
      expect(applied.result.skipped).toEqual([]);
      const { model: file, skipped } = await applied.exported();
      expect(skipped).toEqual([]);
      expect(ops(file).filter((op) => op.endsWith('Integer'))).toEqual(integer);
      expect(ops(file)).not.toContain('DequantizeLinear');
      const [float, live, stored] = [await runModel(model, x), await runLive(applied, x), await runModel(file, x)];
      for (const name of Object.keys(float)) {
        const scale = Math.max(...(float[name] ?? []).map(Math.abs));
        expect(maxAbsDifference(live[name] ?? [], stored[name] ?? [])).toBeLessThan(1e-5 * scale);
        expect(maxAbsDifference(float[name] ?? [], stored[name] ?? [])).toBeLessThan(0.03 * scale);
        expect(maxAbsDifference(float[name] ?? [], stored[name] ?? [])).toBeGreaterThan(1e-5 * scale);
      }
    }
  });

  test('a value that two products read is rounded once', async () => {
    const file = (await (await applyPass(quantizeDynamic, twice())).exported()).model;
    expect(ops(file).filter((op) => op === 'DynamicQuantizeLinear')).toHaveLength(1);
  });

  test('by hand: y = s s_w (q - z) W', async () => {
    const applied = await applyPass(quantizeDynamic, matmulNet(13, 12, 5));
    const x = [...noise(24, 31)];
    const [low, high] = [Math.min(0, ...x), Math.max(0, ...x)];
    const s = (high - low) / 255;
    const z = Math.round(-low / s);
    const rounded = x.map((v) => (Math.min(Math.max(Math.round(v / s) + z, 0), 255) - z) * s);
    const w = await applied.value('mm');
    const expected = [0, 1].flatMap((row) =>
      [0, 1, 2, 3, 4].map((column) => rounded.slice(row * 12, row * 12 + 12).reduce((sum, v, k) => sum + v * (w[k * 5 + column] ?? 0), 0)),
    );
    expect(maxAbsDifference((await runModel((await applied.exported()).model, input([2, 12])))['y'] ?? [], expected)).toBeLessThan(1e-5);
  });
});

test.each(['channel', 'tensor'])('an embedding is picked as codes (%s)', async (granularity) => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [2, 3], DataType.INT64]],
    outputs: [['y', [2, 3, 8]]],
    weights: [weight('table', [20, 8], 4)],
    nodes: [named('rows', makeNode('Gather', ['table', 'x'], ['y']))],
  });
  const applied = await applyPass(quantizeDynamic, model, { options: { granularity } });
  const x = { x: new Tensor('int64', BigInt64Array.of(0n, 19n, 3n, 3n, 7n, 11n), [2, 3]) };
  const file = (await applied.exported()).model;
  expect(ops(file)).not.toContain('DequantizeLinear');
  expect(file.proto.graph?.initializer.some((tensor) => tensor.dataType === DataType.INT8 && tensor.dims.join() === '20,8')).toBe(true);
  const [float, live, stored] = [await runModel(model, x), await runLive(applied, x), await runModel(file, x)];
  expect(stored['y']).toEqual(live['y']);
  expect(maxAbsDifference(float['y'] ?? [], stored['y'] ?? [])).toBeLessThan(0.01);
});

test('weights of an LSTM are packed, and it computes the same in the file', async () => {
  const applied = await applyPass(quantizeDynamic, lstmNet(14));
  expect(applied.result).toMatchObject({ changed: ['lstm/W', 'lstm/R'], skipped: [] });
  const x = input([3, 1, 4]);
  const { model } = await applied.exported();
  expect(maxAbsDifference((await runLive(applied, x))['y'] ?? [], (await runModel(model, x))['y'] ?? [])).toBeLessThan(1e-6);
  expect(applied.result.note).toMatch(/2 recurrent weights/);
});

describe('what cannot be treated is named', () => {
  test.each([
    ['in a body', ifNet(13), /If, Loop or Scan/],
    ['ConvTranspose', transposedNet(13), /ConvTranspose has no integer form.* stored in 8 bits/],
  ])('%s', async (_name, model, reason) => {
    const { result } = await applyPass(quantizeDynamic, model);
    expect(result.changed).toEqual([]);
    expect(result.skipped.some((s) => reason.test(s.reason))).toBe(true);
  });

  test('an operator that goes by another name in the later set is renamed (Scatter)', async () => {
    const at = makeTensor('at', DataType.INT64, [1, 1, 2, 2], new Uint8Array(BigInt64Array.of(0n, 1n, 1n, 0n).buffer));
    const scatter = makeNode('Scatter', ['c', 'at', 'u'], ['s'], { axis: 2 });
    const model = makeModel({
      opset: 10,
      inputs: [['x', [1, 3, 4, 4]]],
      outputs: [['y', null]],
      weights: [weight('w', [4, 3, 1, 1], 1), at, weight('u', [1, 1, 2, 2], 2), weight('v', [2, 4, 1, 1], 3)],
      nodes: [makeNode('Conv', ['x', 'w'], ['c']), scatter, makeNode('Conv', ['s', 'v'], ['y'])],
    });
    const x = input([1, 3, 4, 4]);
    const applied = await applyPass(quantizeDynamic, model);
    expect(applied.result.changed).toEqual(['c', 'y']);
    const { model: file } = await applied.exported();
    expect([opsetOf(file.proto), ops(file).includes('ScatterElements')]).toEqual([13, true]);
    expect(maxAbsDifference((await runModel(model, x))['y'] ?? [], (await runModel(file, x))['y'] ?? [])).toBeLessThan(0.03);
  });

  test('an operator that the standard does not have keeps the operator set', async () => {
    const model = convNet(10);
    model.proto.graph?.node.unshift(makeNode('Mystery', ['x'], ['m']));
    expect((await applyPass(quantizeDynamic, model)).result.skipped[0]?.reason).toMatch(/Mystery would have to be rewritten/);
  });

  test('an operator set that cannot be raised', async () => {
    const model = convNet(9);
    const { graph } = model.proto;
    graph?.node.splice(1, 0, makeNode('Slice', ['c'], ['s'], { starts: [0], ends: [4], axes: [2] }));
    const relu = graph?.node.find((node) => node.opType === 'Relu');
    if (relu) relu.input[0] = 's';
    const { result, live } = await applyPass(quantizeDynamic, model);
    expect(result.changed).toEqual([]);
    for (const { reason } of result.skipped) expect(reason).toMatch(/needs opset 11; the model has 9\. Slice would/);
    expect(opsetOf(live.proto)).toBe(9);
  });
});
