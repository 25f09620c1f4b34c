import { describe, expect, it } from 'vitest';
import { listLayers } from './layers';
import { makeNode } from './nodes';
import { readModel } from './read';
import { int64Tensor } from './tensor';
import { makeModel, weight } from './testing/fixtures';
import { concatChunks, writeModel } from './write';

/** Written, read again and listed, as a dropped file is. */
function opened(model: ReturnType<typeof makeModel>): ReturnType<typeof listLayers> {
  return listLayers(readModel([{ name: 'm.onnx', bytes: concatChunks(writeModel(model)) }]));
}

/** Sizes at which anything worse than linear takes minutes: the runner's limit of time is the assertion. */
describe('opening large graphs', () => {
  it('looks at each value once where every level doubles the paths', () => {
    const levels = Array.from({ length: 26 }, (_, level) => [
      makeNode('Slice', [`v${level}`, 'zero', 'half'], [`a${level}`]),
      makeNode('Slice', [`v${level}`, 'half', 'end'], [`b${level}`]),
      makeNode('Concat', [`a${level}`, `b${level}`], [`v${level + 1}`], { axis: 0 }),
    ]).flat();
    const model = makeModel({
      opset: 13,
      inputs: [['x', [2, 8]]],
      outputs: [['y', [2, 8]]],
      weights: [weight('v0', [8, 8], 1), int64Tensor('zero', [0]), int64Tensor('half', [4]), int64Tensor('end', [8])],
      nodes: [...levels, makeNode('MatMul', ['x', 'v26'], ['y'])],
    });
    expect(opened(model)).toBeDefined();
  });

  it('follows a chain of 6,000 nodes with a reader at each', () => {
    const chain = Array.from({ length: 6000 }, (_, at) => [
      makeNode('Identity', [`w${at}`], [`w${at + 1}`]),
      makeNode('MatMul', ['x', `w${at + 1}`], [`y${at}`]),
    ]);
    const model = makeModel({
      opset: 13,
      inputs: [['x', [2, 8]]],
      outputs: [['y5999', [2, 8]]],
      weights: [weight('w0', [8, 8], 1)],
      nodes: chain.flat(),
    });
    expect(opened(model).layers.map(({ id, macs }) => [id, macs])).toEqual([['y0', 6000 * 128]]);
  });

  it('counts 150,000 readers of one weight', () => {
    const nodes = Array.from({ length: 150_000 }, (_, at) => makeNode('MatMul', ['x', 'w'], [`y${at}`]));
    const model = makeModel({ opset: 13, inputs: [['x', [1, 2]]], outputs: [['y0', [1, 2]]], weights: [weight('w', [2, 2], 1)], nodes });
    expect(opened(model).layers.map(({ id, macs }) => [id, macs])).toEqual([['y0', 150_000 * 4]]);
  });
});
