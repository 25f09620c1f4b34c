import { create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema, OperatorSetIdProtoSchema } from 'onnx-buf';
import { expect, it } from 'vitest';
import { groupsOfModel } from '../channels/testing/remove';
import { makeNode } from '../nodes';
import { indexShapes } from '../shapes';
import { bytesOf, DataType, makeTensor } from '../tensor';
import { constant, makeModel, weight } from '../testing/fixtures';
import { floats, runModel } from '../testing/ort';
import type { OnnxModel } from '../types';
import { indexValues } from '../values';
import { FAMILIES } from './families';
import { operatorOf } from './table';

interface Case {
  readonly opType: string;
  readonly inputs: number;
  readonly attributes?: Readonly<Record<string, number>>;
  readonly domain?: string;
}

/** Each record with a function of elements, in forms with and without its attributes. onnxruntime is the judge. */
const CASES: readonly Case[] = [
  ...['Identity', 'Dropout', 'Relu', 'LeakyRelu', 'Sigmoid', 'Tanh', 'HardSigmoid', 'HardSwish', 'Clip', 'Min'].map((opType) => ({
    opType,
    inputs: 1,
  })),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max'].map((opType) => ({ opType, inputs: 2 })),
  ...['Clip', 'Min'].map((opType) => ({ opType, inputs: 3 })),
  { opType: 'QuickGelu', inputs: 1, domain: 'com.microsoft' },
  { opType: 'QuickGelu', inputs: 1, domain: 'com.microsoft', attributes: { alpha: 1 } },
  { opType: 'LeakyRelu', inputs: 1, attributes: { alpha: 0.25 } },
  { opType: 'HardSigmoid', inputs: 1, attributes: { alpha: 0.5, beta: 0.25 } },
];

const COUNT = 41;
const POINTS = Array.from({ length: COUNT }, (_, i) => (i - 20) / 4);
/** What stands beside the points: bounds, factors and the like. */
const BESIDE = [-1.5, 2.25];

function model({ opType, inputs, attributes = {}, domain = '' }: Case): OnnxModel {
  const others = BESIDE.slice(0, inputs - 1).map((value, at) =>
    constant(`c${at}`, makeTensor('', DataType.FLOAT, [], bytesOf(Float32Array.of(value)))),
  );
  const node = makeNode(opType, ['x', ...others.map(({ output }) => output[0] ?? '')], ['y'], {}, domain);
  for (const [name, f] of Object.entries(attributes)) node.attribute.push(create(AttributeProtoSchema, { name, type: Kind.FLOAT, f }));
  const made = makeModel({ opset: 14, inputs: [['x', [COUNT]]], outputs: [['y', [COUNT]]], nodes: [...others, node] });
  if (domain !== '') made.proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain, version: 1n }));
  return made;
}

it.each(CASES)('$opType of $inputs $attributes computes what onnxruntime does', async (each) => {
  const made = model(each);
  const node = made.proto.graph?.node.at(-1);
  const value = node && operatorOf(node)?.pointwise?.value;
  const { y = [] } = await runModel(made, { x: floats([COUNT], POINTS) });
  expect(y).toHaveLength(COUNT);
  for (const [at, x] of POINTS.entries())
    expect(node && value?.(node, [x, ...BESIDE.slice(0, each.inputs - 1)]), `at ${x}`).toBeCloseTo(y[at] ?? Number.NaN, 5);
});

it('tries every record that has a function of elements', () => {
  const tried = new Set(CASES.map(({ opType }) => opType));
  expect(
    FAMILIES.flat()
      .filter(({ pointwise }) => pointwise)
      .flatMap(({ types }) => types.split(' '))
      .filter((opType) => !tried.has(opType)),
  ).toEqual([]);
});

it.each(CASES.filter(({ inputs, attributes }) => inputs === 1 && !attributes))(
  '$opType keeps shapes and channels',
  ({ opType, domain = '' }) => {
    const made = makeModel({
      opset: 14,
      inputs: [['x', [1, 3, 4, 4]]],
      outputs: [['y', [1, 2, 4, 4]]],
      weights: [weight('w', [6, 3, 1, 1], 1), weight('u', [2, 6, 1, 1], 2)],
      nodes: [makeNode('Conv', ['x', 'w'], ['a']), makeNode(opType, ['a'], ['b'], {}, domain), makeNode('Conv', ['b', 'u'], ['y'])],
    });
    const index = indexValues(made.proto);
    const [main] = index.scopes;
    expect(main && indexShapes(index).find(main, 'b')).toEqual([1, 6, 4, 4]);
    expect(groupsOfModel(made).map(({ channels, fixed }) => [channels, fixed === null])).toEqual([
      [3, false],
      [6, true],
      [2, false],
    ]);
  },
);
