import { create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { scopesOf } from '../../onnx/graph';
import { fromHalf, toHalf } from '../../base/half';
import { makeNode } from '../../onnx/nodes';
import { readModel } from '../../onnx/read';
import { typeOf } from '../../onnx/shapes';
import { bytesOf, DataType, int64Tensor, makeTensor } from '../../onnx/tensor';
import { convNet, ifNet, lstmNet, makeModel, matmulNet, sharedNet, transposedNet } from '../../onnx/testing/fixtures';
import { testOnModels } from '../../onnx/testing/models';
import { noise } from '../../onnx/testing/noise';
import { bool, floats, runModel, type Feeds } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { concatChunks, writeModel } from '../../onnx/write';
import { maxAbsDifference } from '../testing/compare';
import { applyPass } from '../testing/apply-pass';
import { convertFloat16 } from './apply';
import { halveTensor } from './constants';

const x = (shape: readonly number[]): ReturnType<typeof floats> =>
  floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      77,
    ),
  );

const fixtures: readonly (readonly [string, OnnxModel, Feeds])[] = [
  ['conv and fc', convNet(13), { x: x([1, 3, 6, 6]) }],
  ['conv and fc, opset 8', convNet(8), { x: x([1, 3, 6, 6]) }],
  ['MatMul with a Constant', matmulNet(13, 40, 12), { x: x([2, 40]) }],
  ['If', ifNet(13), { x: x([2, 6]), c: bool(false) }],
  ['If, opset 8', ifNet(8), { x: x([2, 6]), c: bool(true) }],
  ['LSTM (kept in float32)', lstmNet(14), { x: x([3, 1, 4]) }],
  ['shared weight', sharedNet(13), { x: x([2, 4]) }],
  ['ConvTranspose', transposedNet(13), { x: x([1, 4, 3, 3]) }],
];

async function difference(a: OnnxModel, b: OnnxModel, feeds: Feeds): Promise<number> {
  const [before, after] = [await runModel(a, feeds), await runModel(b, feeds)];
  return Math.max(...Object.keys(before).map((name) => maxAbsDifference(before[name] ?? [], after[name] ?? [])));
}

describe('weights form', () => {
  test.each(fixtures)('%s: the weights are the nearest float16 values, and the file holds them', async (_name, model, feeds) => {
    const applied = await applyPass(convertFloat16, model, { options: { form: 'weights' } });
    const { result, written, store, compute } = applied;
    expect(result.skipped).toEqual([]);
    for (const { id } of store.layers) {
      const original = await compute.download((await store.acquireOriginal(id)).handle);
      expect([...(await applied.value(id))]).toEqual([...original].map((v) => fromHalf(toHalf(v))));
    }
    expect(await difference(model, written, feeds)).toBeLessThan(0.02);
    expect(scopesOf(written.proto).flatMap((s) => s.graph.output.map((o) => typeOf(o)))).not.toContain('float16');
  });
});

describe('full form', () => {
  test.each(fixtures)('%s: runs, close to the original, with inputs and outputs kept', async (name, model, feeds) => {
    const { written } = await applyPass(convertFloat16, model, { options: { form: 'full' } });
    expect(await difference(model, written, feeds)).toBeLessThan(0.02);
    const left = scopesOf(written.proto).flatMap((s) =>
      s.graph.initializer.filter((t) => t.dataType === DataType.FLOAT && t.dims.length > 1),
    );
    if (!name.startsWith('LSTM')) expect(left).toEqual([]);
  });

  test('auto is full only where the device has shader-f16', async () => {
    const notes = await Promise.all(
      [true, false].map(
        async (shaderF16) => (await applyPass(convertFloat16, convNet(13), { target: { gpu: true, shaderF16 } })).result.note,
      ),
    );
    expect(notes[0]).toMatch(/computes in float16/);
    expect(notes[1]).not.toMatch(/computes in float16/);
  });

  test('without keepIo the borders are float16', async () => {
    const { written } = await applyPass(convertFloat16, convNet(13), { options: { form: 'full', keepIo: false } });
    const { graph } = written.proto;
    expect([...(graph?.input ?? []), ...(graph?.output ?? [])].map((v) => typeOf(v))).toEqual(['float16', 'float16']);
    expect(graph?.node.some((n) => n.opType === 'Cast' && n.output[0] === 'y')).toBe(false);
  });

  test('blocked ops stay in float32 with Casts round them', async () => {
    const { written } = await applyPass(convertFloat16, convNet(13), { options: { form: 'full', blockOps: 'Gemm, Nothing' } });
    const { graph } = written.proto;
    const gemm = graph?.node.find((n) => n.opType === 'Gemm');
    const producer = graph?.node.find((n) => n.output.includes(gemm?.input[0] ?? ''));
    expect(producer?.opType).toBe('Cast');
    expect(graph?.initializer.find((t) => t.name === 'gb')?.dataType).toBe(DataType.FLOAT);
    expect(graph?.initializer.find((t) => t.name === 'cb')?.dataType).toBe(DataType.FLOAT16);
    expect(await difference(convNet(13), written, { x: x([1, 3, 6, 6]) })).toBeLessThan(0.02);
  });

  test('shape arithmetic and Resize scales stay in float32: 3000 columns are still 3000', async () => {
    const scale = makeNode('Resize', ['x', '', 'scales'], ['r']);
    scale.attribute = [create(AttributeProtoSchema, { name: 'mode', type: Kind.STRING, s: new TextEncoder().encode('nearest') })];
    const model = makeModel({
      opset: 13,
      inputs: [['x', [1, 1, 1, 1501]]],
      outputs: [['y', [1501]]],
      weights: [
        makeTensor('scales', DataType.FLOAT, [4], bytesOf(Float32Array.of(1, 1, 1, 2))),
        makeTensor('half', DataType.FLOAT, [], bytesOf(Float32Array.of(0.5))),
        int64Tensor('three', [3]),
      ],
      nodes: [
        scale,
        makeNode('Shape', ['r'], ['s']),
        makeNode('Gather', ['s', 'three'], ['w']),
        makeNode('Cast', ['w'], ['wf'], { to: DataType.FLOAT }),
        makeNode('Mul', ['wf', 'half'], ['hf']),
        makeNode('Cast', ['hf'], ['h'], { to: DataType.INT64 }),
        makeNode('Concat', ['h', 'two'], ['shape'], { axis: 0 }),
        makeNode('Reshape', ['r', 'shape'], ['m']),
        makeNode('ReduceMax', ['m'], ['y'], { axes: [1], keepdims: 0 }),
      ],
    });
    model.proto.graph?.initializer.push(int64Tensor('two', [2]));
    const { written } = await applyPass(convertFloat16, model, { options: { form: 'full' } });
    expect((await runModel(written, { x: x([1, 1, 1, 1501]) }))['y']).toHaveLength(1501);
    expect(await difference(model, written, { x: x([1, 1, 1, 1501]) })).toBeLessThan(0.001);
  });
});

describe('values that do not fit', () => {
  test('a weight beyond 65504 is left alone and named', async () => {
    const values = Float32Array.of(1, -70000, 2, 3);
    const node = makeNode('MatMul', ['x', 'w'], ['y']);
    node.name = 'big';
    const model = makeModel({
      opset: 13,
      inputs: [['x', [1, 2]]],
      outputs: [['y', [1, 2]]],
      weights: [makeTensor('w', DataType.FLOAT, [2, 2], bytesOf(values))],
      nodes: [node],
    });
    const { result } = await applyPass(convertFloat16, model, { options: { form: 'weights' } });
    expect(result.skipped).toEqual([
      { layer: 'big', reason: '1 of 4 values are beyond ±65504, the farthest is -7.000e+4; float16 cannot hold them.' },
    ]);
  });

  test('constants of the full form are clipped and named; a lone epsilon does not vanish', () => {
    const clipped = halveTensor(makeTensor('mask', DataType.FLOAT, [2], bytesOf(Float32Array.of(-3.4e38, 1))));
    expect(clipped.problem).toMatch(/1 of 2 values are beyond/);
    expect(new Uint16Array(clipped.tensor.rawData.buffer)).toEqual(Uint16Array.of(0xfbff, 0x3c00));
    expect(
      new Uint16Array(halveTensor(makeTensor('eps', DataType.FLOAT, [], bytesOf(Float32Array.of(1e-12)))).tensor.rawData.buffer),
    ).toEqual(Uint16Array.of(1));
  });

  test('float16 weights are not touched', async () => {
    const model = matmulNet(13, 8, 4, 'float16');
    const { result } = await applyPass(convertFloat16, model);
    expect(result.skipped).toEqual([{ layer: 'mm', reason: 'Its weights are float16 already.' }]);
  });
});

describe('real models in the full form', () => {
  const shapes: Readonly<Record<string, readonly [string, readonly number[]]>> = {
    'ppocr_cls.onnx': ['x', [1, 3, 48, 192]],
    'ppocrv4_rec.onnx': ['x', [1, 3, 48, 96]],
    'mnist-8.onnx': ['Input3', [1, 1, 28, 28]],
  };
  testOnModels(Object.keys(shapes), 'halves, and its output stays close', async (file) => {
    const { name } = file;
    const model = readModel([file]);
    const { written, result } = await applyPass(convertFloat16, model, { options: { form: 'full' } });
    const [input, shape] = shapes[name] ?? ['', []];
    const far = await difference(model, written, { [input]: x(shape) });
    const bytes = concatChunks(writeModel(written)).length;
    console.log(`${name}: ${result.note} ${model.bytes} -> ${bytes} bytes, max difference ${far}`);
    expect(far).toBeLessThan(0.05);
    expect(bytes).toBeLessThan(model.bytes * 0.62);
  });
});
