/** The judge is onnxruntime: what runs from a cut gives what the whole graph gives, wherever it is cut. */
import { create } from '@bufbuild/protobuf';
import type { GraphProto, NodeProto } from 'onnx-buf';
import { AttributeProto_AttributeType, AttributeProtoSchema, GraphProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { cutBehind } from './cut';
import { valueInfo } from './graph';
import { makeNode } from './nodes';
import { cutBetween, cutTo } from './probe';
import { DataType, int64Tensor } from './tensor';
import { makeModel, weight } from './testing/fixtures';
import { noise } from './testing/noise';
import { bool, floats, runModel, runShapes, type Feeds } from './testing/ort';
import type { OnnxModel } from './types';

const conv = (x: string, w: string, y: string): NodeProto => makeNode('Conv', [x, w], [y], { pads: [1, 1, 1, 1] });

/** x -> conv a -> Relu r -> conv b -> Add of r -> conv c -> y: a path around b. */
const residual = makeModel({
  opset: 13,
  inputs: [['x', [1, 3, 6, 6]]],
  outputs: [['y', null]],
  weights: [weight('wa', [4, 3, 3, 3], 1), weight('wb', [4, 4, 3, 3], 2), weight('wc', [2, 4, 3, 3], 3)],
  nodes: [
    conv('x', 'wa', 'a'),
    makeNode('Relu', ['a'], ['r']),
    conv('r', 'wb', 'b'),
    makeNode('Add', ['b', 'r'], ['s']),
    makeNode('Relu', ['s'], ['t']),
    conv('t', 'wc', 'y'),
  ],
});

/** Two branches of which one reads the model's input again, a shape that is computed, and a constant that both read. */
const branching = makeModel({
  opset: 13,
  inputs: [['x', [1, 3, 6, 6]]],
  outputs: [['y', null]],
  weights: [weight('wa', [4, 3, 3, 3], 1), weight('wb', [4, 3, 3, 3], 2), weight('wc', [2, 8, 3, 3], 3), weight('k', [1], 4)],
  nodes: [
    makeNode('Exp', ['k'], ['e']),
    conv('x', 'wa', 'a'),
    makeNode('Mul', ['a', 'e'], ['m']),
    makeNode('Shape', ['m'], ['shape']),
    conv('x', 'wb', 'b'),
    makeNode('Reshape', ['b', 'shape'], ['q']),
    makeNode('Mul', ['q', 'e'], ['n']),
    makeNode('Concat', ['m', 'n'], ['j'], { axis: 1 }),
    conv('j', 'wc', 'y'),
  ],
});

/** One weight for two products, and a node of two outputs, one of which is no float. */
const shared = makeModel({
  opset: 13,
  inputs: [['x', [2, 4]]],
  outputs: [['y', null]],
  weights: [weight('w', [4, 4], 1), int64Tensor('two', [2]), int64Tensor('last', [1])],
  nodes: [
    makeNode('MatMul', ['x', 'w'], ['h']),
    makeNode('TopK', ['h', 'two'], ['top', 'at'], { axis: -1 }),
    makeNode('MatMul', ['h', 'w'], ['g']),
    makeNode('GatherElements', ['g', 'at'], ['p'], { axis: 1 }),
    makeNode('Add', ['p', 'top'], ['y']),
  ],
});

function body(node: NodeProto, name: string): GraphProto {
  return create(GraphProtoSchema, { name, node: [node], output: [valueInfo(node.output[0] ?? '', DataType.FLOAT, null)] });
}

/** A choice between two bodies, which read what the main graph has made before. */
function choosing(): OnnxModel {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [2, 4]]],
    outputs: [['y', null]],
    weights: [weight('w', [4, 4], 1), weight('v', [4, 4], 2)],
    nodes: [
      makeNode('MatMul', ['x', 'w'], ['h']),
      makeNode('Relu', ['h'], ['r']),
      makeNode('If', ['c'], ['t']),
      makeNode('MatMul', ['t', 'v'], ['g']),
      makeNode('Add', ['g', 'h'], ['y']),
    ],
  });
  const { graph } = model.proto;
  graph?.input.push(valueInfo('c', DataType.BOOL, []));
  for (const [name, g] of [
    ['then_branch', body(makeNode('Add', ['r', 'h'], ['inner']), 'then')],
    ['else_branch', body(makeNode('Sub', ['r', 'h'], ['inner']), 'else')],
  ] as const)
    graph?.node[2]?.attribute.push(create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g }));
  return model;
}

const GRAPHS: Readonly<Record<string, readonly [OnnxModel, Feeds]>> = {
  'a path around': [residual, { x: floats([1, 3, 6, 6], noise(108, 1)) }],
  'branches, one of them from the input': [branching, { x: floats([1, 3, 6, 6], noise(108, 2)) }],
  'a shared weight, an output that is no float': [shared, { x: floats([2, 4], noise(8, 3)) }],
  bodies: [choosing(), { x: floats([2, 4], noise(8, 4)), c: bool(false) }],
};

for (const [name, [model, feeds]] of Object.entries(GRAPHS)) {
  test(`${name}: from every cut the output is that of the whole`, async () => {
    const whole = await runModel(model, feeds);
    for (const seen of (model.proto.graph?.node ?? []).flatMap(({ output }) => output)) {
      const { live } = cutBehind(model, { starts: [], seen: [seen], later: ['y'], unsettled: new Set() });
      const values = live.length === 0 ? {} : await runModel(cutTo(model, live), feeds);
      const behind = cutBetween(model, live, ['y'], []).model;
      const inputs = new Set(behind.proto.graph?.input.map((input) => input.name));
      const dims = live.length === 0 ? new Map<string, readonly number[]>() : await dimsOf(model, live, feeds);
      const given = Object.fromEntries(live.map((value) => [value, floats(dims.get(value) ?? [], values[value] ?? [])]));
      const fed = Object.fromEntries(Object.entries({ ...feeds, ...given }).filter(([input]) => inputs.has(input)));
      expect((await runModel(behind, fed))['y']).toEqual(whole['y']?.map((v) => expect.closeTo(v, 5)));
    }
  });
}

async function dimsOf(model: OnnxModel, live: readonly string[], feeds: Feeds): Promise<Map<string, readonly number[]>> {
  return new Map([...(await runShapes(cutTo(model, live), feeds))].map(([value, { shape }]) => [value, shape]));
}

const liveAt = (model: OnnxModel, seen: readonly string[], starts: readonly string[] = [], unsettled: readonly string[] = []): string[] => [
  ...cutBehind(model, {
    starts,
    seen,
    later: ['y'],
    unsettled: new Set(model.proto.graph?.node.filter(({ output }) => unsettled.includes(output[0] ?? ''))),
  }).live,
];

test('a cut holds what goes around it, and neither constants nor shapes', () => {
  expect(liveAt(residual, ['b'])).toEqual(['r', 'b']);
  expect(liveAt(residual, ['t'])).toEqual(['t']);
  expect(liveAt(branching, ['m'])).toEqual(['m']);
  expect(liveAt(branching, ['m', 'n'])).toEqual(['m', 'n']);
  expect(liveAt(shared, ['top'])).toEqual(['h', 'top']);
});

test('what an earlier cut gave is carried on, and what will change is not kept', () => {
  expect(liveAt(residual, ['b'], ['r'])).toEqual(['r', 'b']);
  expect(liveAt(residual, ['t'], ['r'], ['b'])).toEqual(['r']);
  expect(liveAt(residual, ['t'], [], ['a'])).toEqual([]);
});

test('nothing that the cut gives is computed behind it', () => {
  const behind = cutBetween(residual, ['r', 'b'], ['y'], []).model.proto.graph;
  expect(behind?.node.map(({ opType }) => opType)).toEqual(['Add', 'Relu', 'Conv']);
  expect(behind?.input.map(({ name }) => name)).toEqual(['r', 'b']);
});
