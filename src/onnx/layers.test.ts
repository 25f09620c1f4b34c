import { describe, expect, it } from 'vitest';
import { listLayers } from './layers';
import { makeNode } from './nodes';
import { readModel } from './read';
import { summarize } from './summary';
import { DataType, makeTensor } from './tensor';
import { convNet, ifNet, lstmNet, makeModel, matmulNet, sharedNet, transposedNet, weight } from './testing/fixtures';
import { testOnModels } from './testing/models';

const brief = (model: Parameters<typeof listLayers>[0]) =>
  listLayers(model).layers.map(({ id, shape, view, macs }) => [id, shape, Object.values(view), macs]);

describe('listLayers', () => {
  it('gives Conv and Gemm weights with views and MACs', () => {
    for (const opset of [8, 13, 21]) {
      expect(brief(convNet(opset))).toEqual([
        ['conv', [4, 3, 3, 3], [1, 4, 27], 16 * 108],
        ['fc', [5, 64], [1, 5, 64], 320],
      ]);
    }
  });
  it('gives MatMul, ConvTranspose and LSTM weights', () => {
    expect(brief(matmulNet(13, 6, 4))).toEqual([['mm', [6, 4], [6, 4, 1], 48]]);
    expect(brief(transposedNet(13))).toEqual([['up', [4, 6, 2, 2], [4, 6, 4], 9 * 96]]);
    expect(brief(lstmNet(13))).toEqual([
      ['lstm/W', [1, 20, 4], [1, 20, 4], 240],
      ['lstm/R', [1, 20, 5], [1, 20, 5], 300],
    ]);
  });
  it('tells apart weights of one name in two branches, and finds outer weights read inside', () => {
    const { layers } = listLayers(ifNet(13));
    expect(layers.map(({ id, tensorName, inSubgraph, source }) => [id, tensorName, inSubgraph, source])).toEqual([
      ['thenMul', 'w', true, 'constant'],
      ['elseMul', 'w', true, 'initializer'],
      ['sharedMul', 'shared', false, 'initializer'],
    ]);
  });
  it('counts a shared weight once, with the MACs of all its readers', () => {
    expect(brief(sharedNet(13))).toEqual([['first', [4, 4], [4, 4, 1], 64]]);
  });
  it('says why large constants are no layers, and is quiet about biases and norms', () => {
    const model = makeModel({
      opset: 13,
      inputs: [['x', [1, 64]]],
      outputs: [['y', [1, 64]]],
      weights: [
        weight('slope', [64], 1),
        makeTensor('q', DataType.INT8, [8, 8], new Uint8Array(64)),
        weight('s', [1], 2),
        weight('b', [64], 3),
      ],
      nodes: [
        makeNode('PRelu', ['x', 'slope'], ['p']),
        makeNode('DequantizeLinear', ['q', 's'], ['d']),
        makeNode('MatMul', ['p', 'd'], ['m']),
        makeNode('LayerNormalization', ['m', 'b', 'b'], ['y']),
      ],
    });
    expect(listLayers(model).skipped.map(({ layer, reason }) => `${layer}: ${reason.slice(0, 20)}`)).toEqual([
      'slope: PRelu reads these 64',
      'q: Already quantized (i',
    ]);
  });
});

describe('real models', () => {
  const published: Readonly<Record<string, readonly [layers: number, params: number, macs: number | null]>> = {
    'squeezenet1.1.onnx': [26, 1_235_497, 349_151_936],
    'mobilenet_v2_1.0_224.onnx': [53, 3_489_099, 300_775_552],
    'resnet8_cifar10.onnx': [10, 77_706, 12_501_632],
    'mnist-8.onnx': [3, 5_994, 786_560],
    'silero_vad_v5.onnx': [16, 545_288, null],
    'ppocrv4_rec.onnx': [47, 2_690_296, 9_081_816],
    'magika.onnx': [3, 784_223, 366_717_952],
  };
  testOnModels(Object.keys(published), 'layers, parameters, MACs', (file) => {
    const model = readModel([file]);
    const { layers } = listLayers(model);
    expect(new Set(layers.map((layer) => layer.id)).size).toBe(layers.length);
    for (const { params, view } of layers) expect(view.outer * view.channels * view.inner).toBe(params);
    const { params, macs } = summarize(model);
    expect([layers.length, params, macs]).toEqual(published[file.name]);
  });
});
