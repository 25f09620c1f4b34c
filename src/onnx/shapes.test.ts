import { describe, expect, it } from 'vitest';
import { cloneForEdit } from './clone';
import { scopesOf } from './graph';
import { listLayers } from './layers';
import { makeNode } from './nodes';
import { readModel } from './read';
import { addShapes, dimsOf, exposeIntermediates, indexShapes, intermediateNames } from './shapes';
import { int64Tensor } from './tensor';
import { constant, convNet, ifNet, lstmNet, makeModel, transposedNet, weight } from './testing/fixtures';
import { testOnModels } from './testing/models';
import { noise } from './testing/noise';
import type { Feeds } from './testing/ort';
import { bool, floats, runShapes } from './testing/ort';
import type { OnnxModel } from './types';
import { indexValues } from './values';

/** Inferred shapes of the main graph's named values. */
function inferred(model: OnnxModel, names: readonly string[]): Record<string, readonly number[] | null> {
  const [main] = scopesOf(model.proto);
  const index = indexValues(model.proto);
  const scope = index.scopes.find(({ graph }) => graph === main?.graph);
  const shapes = indexShapes(index);
  return Object.fromEntries(names.map((name) => [name, scope ? shapes.find(scope, name) : null]));
}

/** The inferred shape of every value, outputs too, must be what a run shows. */
async function expectTrue(model: OnnxModel, feeds: Feeds): Promise<void> {
  const bare = cloneForEdit(model);
  const outputs = bare.proto.graph?.output ?? [];
  for (const output of outputs) delete output.type;
  const names = [...intermediateNames(bare), ...outputs.map((output) => output.name)];
  const seen = await runShapes(exposeIntermediates(bare, names), feeds);
  expect(inferred(bare, names)).toEqual(Object.fromEntries(names.map((name) => [name, seen.get(name)?.shape])));
}

/** One node after another on x, each made from the name of the value before. */
function chain(
  shape: readonly number[],
  opset: number,
  ...steps: ((input: string, output: string) => ReturnType<typeof makeNode>)[]
): OnnxModel {
  const nodes = steps.map((step, at) => step(at === 0 ? 'x' : `v${at - 1}`, `v${at}`));
  nodes.push(makeNode('Identity', [`v${steps.length - 1}`], ['y']));
  const ints: Readonly<Record<string, readonly number[]>> = {
    i1: [1],
    i2: [2],
    i3: [3],
    target: [0, -1, 2],
    pads: [0, 0, 1, 2, 0, 0, 3, 4],
    sizes: [1, 3],
  };
  nodes.unshift(...Object.entries(ints).map(([name, values]) => constant(name, int64Tensor(name, values))));
  return makeModel({ opset, inputs: [['x', shape]], outputs: [['y', null]], nodes });
}

describe('inference agrees with a run', () => {
  it('on the fixtures', async () => {
    await expectTrue(convNet(8), { x: floats([1, 3, 6, 6], noise(108)) });
    await expectTrue(transposedNet(13), { x: floats([1, 4, 3, 3], noise(36)) });
    await expectTrue(lstmNet(13), { x: floats([3, 1, 4], noise(12)) });
    await expectTrue(ifNet(13), { x: floats([2, 6], noise(12)), c: bool(true) });
  });

  it('on windows, reductions, slices and moves of axes', async () => {
    const x = [1, 4, 9, 11];
    const feeds = { x: floats(x, noise(396)) };
    const models = [
      chain(
        x,
        13,
        (a, b) => makeNode('MaxPool', [a], [b], { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 0, 1], ceil_mode: 1 }),
        (a, b) => makeNode('AveragePool', [a], [b], { kernel_shape: [2, 2], strides: [2, 1] }),
        (a, b) => makeNode('Transpose', [a], [b], { perm: [0, 2, 3, 1] }),
        (a, b) => makeNode('ReduceMean', [a], [b], { axes: [-1], keepdims: 0 }),
        (a, b) => makeNode('Unsqueeze', [a, 'i1'], [b]),
        (a, b) => makeNode('Squeeze', [a, 'i1'], [b]),
        (a, b) => makeNode('ReduceSum', [a, 'i2'], [b], { keepdims: 1 }),
      ),
      chain(
        x,
        13,
        (a, b) => makeNode('Slice', [a, 'i1', 'i3', 'i2', 'i1'], [b]),
        (a, b) => makeNode('Pad', [a, 'pads'], [b]),
        (a, b) => makeNode('Concat', [a, a], [b], { axis: -2 }),
        (a, b) => makeNode('Flatten', [a], [b], { axis: 2 }),
        (a, b) => makeNode('Gather', [a, 'sizes'], [b], { axis: 0 }),
        (a, b) => makeNode('ArgMax', [a], [b], { axis: 0, keepdims: 0 }),
      ),
      chain(
        x,
        13,
        (a, b) => makeNode('GlobalAveragePool', [a], [b]),
        (a, b) => makeNode('Mul', [a, 'x'], [b]),
        (a, b) => makeNode('Shape', [a], [b]),
        (a, b) => makeNode('Gather', [a, 'i1'], [b]),
        (a, b) => makeNode('Concat', ['i3', a], [b], { axis: 0 }),
        (a, b) => makeNode('ConstantOfShape', [a], [b]),
      ),
      chain(
        x,
        8,
        (a, b) => makeNode('Reshape', [a, 'target'], [b]),
        (a, b) => makeNode('Split', [a], [b, 'other'], { axis: 1, split: [100, 98] }),
        (a, b) => makeNode('Softmax', [a], [b]),
      ),
    ];
    for (const model of models) await expectTrue(model, feeds);
  });

  testOnModels(
    ['squeezenet1.1.onnx', 'mobilenet_v2_1.0_224.onnx', 'resnet8_cifar10.onnx', 'mnist-8.onnx'],
    'as the file declares them',
    (file) => {
      const model = readModel([file]);
      const declared = (model.proto.graph?.valueInfo ?? []).map(
        (value) => [value.name, dimsOf(value)?.map((dim) => (typeof dim === 'number' ? dim : 1))] as const,
      );
      expect(declared.length).toBeGreaterThan(5);
      const bare = cloneForEdit(model);
      if (bare.proto.graph) bare.proto.graph.valueInfo = [];
      expect(
        inferred(
          bare,
          declared.map(([value]) => value),
        ),
      ).toEqual(Object.fromEntries(declared));
    },
  );
});

describe('shapes learned from a run', () => {
  it('give MACs where the file and inference do not', async () => {
    // NonZero makes a shape that only a run can tell: [2, 3] for three values, times a weight of [3, 5].
    const model = makeModel({
      opset: 13,
      inputs: [['x', [2, 2]]],
      outputs: [['y', null]],
      nodes: [
        makeNode('NonZero', ['x'], ['n']),
        makeNode('Cast', ['n'], ['f'], { to: 1 }),
        constant('w', weight('w', [3, 5], 1)),
        Object.assign(makeNode('MatMul', ['f', 'w'], ['m']), { name: 'mm' }),
        makeNode('ReduceSum', ['m'], ['y'], { keepdims: 0 }),
      ],
    });
    expect(listLayers(model).layers[0]?.macs).toBeNull();
    const seen = await runShapes(exposeIntermediates(model, intermediateNames(model)), { x: floats([2, 2], [1, 0, 2, 3]) });
    expect(seen.get('n')).toEqual({ type: 'int64', shape: [2, 3] });
    const known = addShapes(model, seen);
    expect(listLayers(known).layers[0]?.macs).toBe(2 * 3 * 5);
    expect(listLayers(model).layers[0]?.macs).toBeNull();
  });
});
