import type { NodeProto, TensorProto } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { findLayers } from './layers';
import { makeNode } from './nodes';
import { findParameters } from './parameters';
import { readModel } from './read';
import { sizeOf } from './tensor';
import { constant, ifNet, makeModel, returnedNet, sharedNet, weight } from './testing/fixtures';
import { testOnModels } from './testing/models';
import type { OnnxModel } from './types';

type Expected = readonly [id: string, role: string, port: number, view: readonly [number, number, number], trainable?: false];

/** A node that reads x and constants of these shapes as its inputs 1 and on; null leaves one out. */
interface Case {
  readonly op: string;
  readonly domain?: string;
  readonly attributes?: Parameters<typeof makeNode>[3];
  readonly constants: readonly (readonly number[] | null)[];
  readonly expected: readonly Expected[];
}

const CASES: readonly Case[] = [
  {
    op: 'Conv',
    constants: [[4, 3, 3, 3], [4]],
    expected: [
      ['n', 'weight', 1, [1, 4, 27]],
      ['c1', 'bias', 2, [1, 4, 1]],
    ],
  },
  {
    op: 'ConvTranspose',
    constants: [[3, 6, 2, 2], [6]],
    expected: [
      ['n', 'weight', 1, [3, 6, 4]],
      ['c1', 'bias', 2, [1, 6, 1]],
    ],
  },
  {
    op: 'Gemm',
    constants: [[8, 5], [5]],
    expected: [
      ['n', 'weight', 1, [8, 5, 1]],
      ['c1', 'bias', 2, [1, 5, 1]],
    ],
  },
  {
    op: 'Gemm',
    constants: [
      [8, 5],
      [1, 5],
    ],
    expected: [
      ['n', 'weight', 1, [8, 5, 1]],
      ['c1', 'bias', 2, [1, 5, 1]],
    ],
  },
  {
    op: 'Gemm',
    constants: [
      [8, 5],
      [2, 5],
    ],
    expected: [
      ['n', 'weight', 1, [8, 5, 1]],
      ['c1', 'bias', 2, [2, 5, 1]],
    ],
  },
  { op: 'MatMul', constants: [[8, 5]], expected: [['n', 'weight', 1, [8, 5, 1]]] },
  {
    op: 'BatchNormalization',
    constants: [[3], [3], [3], [3]],
    expected: [
      ['c0', 'scale', 1, [1, 3, 1]],
      ['c1', 'shift', 2, [1, 3, 1]],
      ['c2', 'mean', 3, [1, 3, 1], false],
      ['c3', 'variance', 4, [1, 3, 1], false],
    ],
  },
  {
    op: 'LayerNormalization',
    constants: [[8], [8]],
    expected: [
      ['c0', 'scale', 1, [1, 8, 1]],
      ['c1', 'shift', 2, [1, 8, 1]],
    ],
  },
  {
    op: 'InstanceNormalization',
    constants: [[3], [3]],
    expected: [
      ['c0', 'scale', 1, [1, 3, 1]],
      ['c1', 'shift', 2, [1, 3, 1]],
    ],
  },
  {
    op: 'GroupNormalization',
    attributes: { num_groups: 1 },
    constants: [[3], [3]],
    expected: [
      ['c0', 'scale', 1, [1, 3, 1]],
      ['c1', 'shift', 2, [1, 3, 1]],
    ],
  },
  { op: 'RMSNormalization', constants: [[8]], expected: [['c0', 'scale', 1, [1, 8, 1]]] },
  {
    op: 'SkipLayerNormalization',
    domain: 'com.microsoft',
    constants: [null, [8], [8], [8]],
    expected: [
      ['c1', 'scale', 2, [1, 8, 1]],
      ['c2', 'shift', 3, [1, 8, 1]],
      ['c3', 'bias', 4, [1, 8, 1]],
    ],
  },
  { op: 'FastGelu', domain: 'com.microsoft', constants: [[8]], expected: [['c0', 'bias', 1, [1, 8, 1]]] },
  { op: 'PRelu', constants: [[3, 1, 1]], expected: [['c0', 'slope', 1, [1, 3, 1]]] },
  { op: 'PRelu', constants: [[1]], expected: [['c0', 'slope', 1, [1, 1, 1]]] },
  { op: 'Add', constants: [[1, 3, 1, 1]], expected: [['c0', 'bias', 1, [1, 3, 1]]] },
  { op: 'Mul', constants: [[3, 1, 1]], expected: [['c0', 'scale', 1, [1, 3, 1]]] },
  // Numbers of a formula.
  { op: 'Add', constants: [[]], expected: [] },
  { op: 'Mul', constants: [[1, 1]], expected: [] },
  { op: 'Div', constants: [[3, 1, 1]], expected: [] },
  {
    op: 'LSTM',
    attributes: { hidden_size: 5 },
    constants: [[2, 20, 8], [2, 20, 5], [2, 40], null, [2, 1, 5], [2, 1, 5], [2, 15]],
    expected: [
      ['n/W', 'weight', 1, [1, 40, 8]],
      ['n/R', 'weight', 2, [1, 40, 5]],
      ['c2', 'bias', 3, [1, 80, 1]],
      ['c6', 'peephole', 7, [1, 30, 1]],
    ],
  },
  { op: 'Resize', constants: [[8], [4]], expected: [] },
  { op: 'QLinearConv', constants: [[1], [1]], expected: [] },
];

/** The case's node, with its constants as initializers or `Constant` nodes. */
function modelOf({ op, domain, attributes, constants }: Case, asNodes: boolean): OnnxModel {
  const tensors = constants.flatMap((dims, at): TensorProto[] => (dims ? [weight(`c${at}`, dims, at + 1)] : []));
  const inputs = ['x', ...constants.map((dims, at) => (dims ? `c${at}` : ''))];
  const node: NodeProto = Object.assign(makeNode(op, inputs, ['y'], attributes), { name: 'n', domain: domain ?? '' });
  return makeModel({
    opset: 21,
    inputs: [['x', null]],
    outputs: [['y', null]],
    weights: asNodes ? [] : tensors,
    nodes: [...(asNodes ? tensors.map((tensor) => constant(tensor.name, tensor)) : []), node],
  });
}

function isWeight([, role]: readonly unknown[]): boolean {
  return role === 'weight';
}

function brief(model: OnnxModel): unknown[] {
  return findParameters(model).map(({ parameter: { id, role, owner, view, trainable } }) => {
    const told: unknown[] = [id, role, owner.port, Object.values(view)];
    if (!trainable) told.push(false);
    return told;
  });
}

describe('findParameters', () => {
  for (const each of CASES)
    it(`tells what the constants of ${each.op} ${JSON.stringify(each.constants)} are, and along which axes`, () => {
      for (const asNodes of [false, true]) expect(brief(modelOf(each, asNodes))).toEqual(each.expected);
    });

  it('lists every node of a generated network in its order, weights first, with the layers as they are', () => {
    const plain = CASES.filter(({ op, expected }) => op !== 'LSTM' && expected.length > 0);
    for (let round = 0; round < 20; round++) {
      const chosen = Array.from({ length: 6 }, (_, at) => plain[(round * 5 + at * 7) % plain.length] ?? CASES[0]).flatMap((c) => c ?? []);
      const parts = chosen.map((each, at) => {
        const [node] = modelOf(each, false).proto.graph?.node ?? [];
        const tensors = modelOf(each, false).proto.graph?.initializer ?? [];
        for (const tensor of tensors) tensor.name = `${at}.${tensor.name}`;
        return { each, at, tensors, node: Object.assign(node ?? makeNode('Relu', [], []), { name: `${at}.n` }) };
      });
      for (const { node, at } of parts) {
        node.input = node.input.map((name, input) => (input === 0 ? `v${at}` : name && `${at}.${name}`));
        node.output = [`v${at + 1}`];
      }
      const model = makeModel({
        opset: 21,
        inputs: [['v0', null]],
        outputs: [[`v${parts.length}`, null]],
        // The order in which a file keeps its tensors says nothing.
        weights: parts.flatMap(({ tensors }) => tensors).toReversed(),
        nodes: parts.map(({ node }) => node),
      });
      const expected = parts.flatMap(({ each, at }) => each.expected.map(([id, role, port]) => [`${at}.${id}`, role, `${at}.n`, port]));
      const found = findParameters(model).map(({ parameter: { id, role, owner } }) => [id, role, owner.node, owner.port]);
      expect(found).toEqual([...expected.filter(isWeight), ...expected.filter((e) => !isWeight(e))]);
      expect(found.filter(isWeight).map(([id]) => id)).toEqual(findLayers(model).sources.map(({ layer }) => layer.id));
    }
  });

  it('counts one tensor with several readers once, and a weight that is added too as a weight', () => {
    expect(findParameters(sharedNet(13)).map(({ parameter, uses }) => [parameter.id, parameter.role, uses.length])).toEqual([
      ['first', 'weight', 2],
    ]);
    const model = makeModel({
      opset: 13,
      inputs: [['x', [1, 4]]],
      outputs: [['y', [4, 4]]],
      weights: [weight('w', [4, 4], 1), weight('b', [4], 2)],
      nodes: [
        makeNode('MatMul', ['x', 'w'], ['m']),
        makeNode('Add', ['m', 'b'], ['a']),
        makeNode('Mul', ['a', 'b'], ['s']),
        makeNode('Add', ['s', 'w'], ['y']),
      ],
    });
    expect(findParameters(model).map(({ parameter: { id, role, owner }, uses }) => [id, role, owner.node, uses.length])).toEqual([
      ['m', 'weight', 'm', 1],
      ['b', 'bias', 'a', 2],
    ]);
  });

  it('names apart a weight and a bias of one name, follows reshaped ones, and leaves what constants alone make', () => {
    const model = makeModel({
      opset: 11,
      inputs: [['x', [1, 4, 1, 1]]],
      outputs: [['y', [1, 4, 1, 1]]],
      weights: [weight('w', [4, 4, 1, 1], 1), weight('conv', [4], 2), weight('r', [4], 3), weight('k', [4], 4)],
      nodes: [
        Object.assign(makeNode('Conv', ['x', 'w', 'conv'], ['c']), { name: 'conv' }),
        makeNode('Unsqueeze', ['r'], ['u'], { axes: [0, 2, 3] }),
        makeNode('Add', ['c', 'u'], ['a']),
        makeNode('Mul', ['k', 'k'], ['kk']),
        makeNode('Unsqueeze', ['kk'], ['ks'], { axes: [0, 2, 3] }),
        makeNode('Add', ['a', 'ks'], ['y']),
      ],
    });
    expect(brief(model).map((each) => (Array.isArray(each) ? each.slice(0, 3) : each))).toEqual([
      ['conv', 'weight', 1],
      ['conv#2', 'bias', 2],
      ['r', 'bias', 1],
    ]);
  });

  it('finds those of branches, and trains none that the model returns', () => {
    expect(findParameters(ifNet(13)).every(({ parameter }) => parameter.trainable)).toBe(true);
    expect(findParameters(returnedNet(13)).map(({ parameter }) => parameter.trainable)).toContain(false);
  });
});

describe('real models', () => {
  /** [tensors, values] of each role, as counted with Python's onnx package. */
  const counted: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
    'squeezenet1.1.onnx': { weight: [26, 1_231_552], bias: [26, 3_944] },
    'mobilenet_v2_1.0_224.onnx': { weight: [53, 3_471_040], bias: [53, 18_057] },
    'resnet8_cifar10.onnx': { weight: [10, 77_360], bias: [10, 346] },
    'resnet_large_cifar10.onnx': { weight: [10, 479_480], bias: [10, 850] },
    'mnist-8.onnx': { weight: [3, 5_960], bias: [3, 34] },
    'magika.onnx': { weight: [3, 781_376], bias: [5, 1_814], scale: [2, 1_024] },
    'ppocr_cls.onnx': {
      weight: [54, 124_072],
      bias: [19, 1_012],
      scale: [35, 2_136],
      shift: [35, 2_136],
      mean: [35, 2_136],
      variance: [35, 2_136],
    },
    'ppocrv4_rec.onnx': {
      weight: [47, 2_669_672],
      bias: [46, 16_413],
      scale: [11, 1_456],
      shift: [6, 856],
      mean: [6, 856],
      variance: [6, 856],
    },
  };
  testOnModels(Object.keys(counted), 'parameters by role', (file) => {
    const found = findParameters(readModel([file]));
    const byRole: Record<string, [number, number]> = {};
    for (const { parameter } of found) {
      const sums = (byRole[parameter.role] ??= [0, 0]);
      sums[0] += 1;
      sums[1] += sizeOf(parameter.shape);
      const { outer, channels, inner } = parameter.view;
      expect(outer * channels * inner).toBe(sizeOf(parameter.shape));
      expect(parameter.trainable).toBe(parameter.role !== 'mean' && parameter.role !== 'variance');
    }
    expect(byRole).toEqual(counted[file.name]);
    expect(new Set(found.map(({ parameter }) => parameter.id)).size).toBe(found.length);
  });
});
