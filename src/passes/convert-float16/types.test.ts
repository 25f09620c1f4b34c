import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  GraphProtoSchema,
  OperatorSetIdProtoSchema,
  type NodeProto,
} from 'onnx-buf';
import { Tensor } from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { cloneForEdit } from '../../onnx/clone';
import { valueInfo } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { bytesOf, DataType, int64Tensor, makeTensor } from '../../onnx/tensor';
import { constant, makeModel, matmulNet, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel, type Feeds } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { quantizeDynamic } from '../quantize-dynamic/apply';
import { applyPass } from '../testing/apply-pass';
import { maxAbsDifference } from '../testing/compare';
import { convertFloat16 } from './apply';
import { convertToHalf } from './full';

const scalar = (name: string, value: number): ReturnType<typeof makeTensor> =>
  makeTensor(name, DataType.FLOAT, [], bytesOf(Float32Array.of(value)));
const whole = (name: string, value: number): ReturnType<typeof makeTensor> =>
  makeTensor(name, DataType.INT64, [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
const x = (shape: readonly number[]): Feeds => ({
  x: floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      5,
    ),
  ),
});

/** x [4,6] -> MatMul -> m, the nodes under test, y. */
function around(nodes: readonly NodeProto[], weights: ReturnType<typeof makeTensor>[] = [], opset = 17): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [4, 6]]],
    outputs: [['y', null]],
    weights: [weight('w', [6, 6], 1), ...weights],
    nodes: [makeNode('MatMul', ['x', 'w'], ['m']), ...nodes],
  });
}

const integers = makeTensor(
  'codes',
  DataType.INT8,
  [6, 3],
  Uint8Array.from({ length: 18 }, (_, i) => (i * 29) % 256),
);

const models: readonly (readonly [string, OnnxModel])[] = [
  [
    'outputs of three types (DynamicQuantizeLinear)',
    around(
      [
        makeNode('DynamicQuantizeLinear', ['m'], ['q', 's', 'z']),
        makeNode('MatMulInteger', ['q', 'codes', 'z'], ['i']),
        makeNode('Cast', ['i'], ['f'], { to: DataType.FLOAT }),
        makeNode('Mul', ['f', 's'], ['y']),
      ],
      [integers],
    ),
  ],
  [
    'a type that an attribute gives (MelWeightMatrix, HannWindow)',
    around(
      [
        makeNode('MelWeightMatrix', ['bins', 'length', 'rate', 'low', 'high'], ['mel']),
        makeNode('HannWindow', ['bins'], ['window']),
        makeNode('Mul', ['mel', 'window'], ['mw']),
        makeNode('MatMul', ['mt', 'mw'], ['p']),
        makeNode('Add', ['m', 'p'], ['y']),
      ],
      [whole('bins', 6), whole('length', 8), whole('rate', 64), scalar('low', 0), scalar('high', 32), weight('mt', [4, 5], 2)],
    ),
  ],
  [
    'no float16 form (Range, CumSum before set 14)',
    around(
      [makeNode('Range', ['start', 'limit', 'step'], ['r']), makeNode('Add', ['m', 'r'], ['a']), makeNode('CumSum', ['a', 'axis'], ['y'])],
      [scalar('start', 0), scalar('limit', 3), scalar('step', 0.5), whole('axis', 1)],
      13,
    ),
  ],
  [
    'sequences',
    around(
      [
        makeNode('SplitToSequence', ['m', 'parts'], ['seq'], { axis: 1 }),
        makeNode('SequenceAt', ['seq', 'one'], ['part']),
        makeNode('Relu', ['part'], ['y']),
      ],
      [int64Tensor('parts', [2, 4]), whole('one', 1)],
    ),
  ],
  [
    'a type that another input gives (OneHot, CastLike)',
    around(
      [
        makeNode('OneHot', ['at', 'depth', 'onoff'], ['hot']),
        makeNode('CastLike', ['depth', 'm'], ['f']),
        makeNode('Add', ['m', 'hot'], ['a']),
        makeNode('Add', ['a', 'f'], ['y']),
      ],
      [int64Tensor('at', [3, 1, 0, 5]), whole('depth', 6), weight('onoff', [2], 3)],
    ),
  ],
  [
    'mean and deviation of a normalization stay float32',
    around(
      [makeNode('LayerNormalization', ['m', 'g', 'b'], ['n', 'mean', 'deviation']), makeNode('Mul', ['n', 'deviation'], ['y'])],
      [weight('g', [6], 4), weight('b', [6], 5)],
    ),
  ],
  [
    'a zero point nobody gives (QuantizeLinear)',
    around(
      [
        makeNode('QuantizeLinear', ['m', 'step'], ['q']),
        makeNode('Transpose', ['q'], ['t']),
        makeNode('DequantizeLinear', ['t', 'step'], ['y']),
      ],
      [scalar('step', 0.05)],
    ),
  ],
  [
    'scatter with a sum',
    around(
      [withReduction(makeNode('ScatterElements', ['m', 'at', 'u'], ['y'], { axis: 0 }), 'add')],
      [row('at', [0, 1, 1, 0, 2, 2]), weight('u', [1, 6], 6)],
    ),
  ],
  [
    'a constant of ones (ConstantOfShape, EyeLike)',
    around([
      makeNode('Shape', ['m'], ['shape']),
      makeNode('ConstantOfShape', ['shape'], ['zeros']),
      makeNode('EyeLike', ['zeros'], ['eye']),
      makeNode('Add', ['m', 'eye'], ['y']),
    ]),
  ],
];

function withReduction(node: NodeProto, reduction: string): NodeProto {
  node.attribute.push(create(AttributeProtoSchema, { name: 'reduction', type: Kind.STRING, s: new TextEncoder().encode(reduction) }));
  return node;
}

function row(name: string, values: readonly number[]): ReturnType<typeof makeTensor> {
  return makeTensor(name, DataType.INT64, [1, values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
}

async function far(model: OnnxModel, written: OnnxModel, feeds: Feeds): Promise<number> {
  const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
  const size = Math.max(...(before['y'] ?? []).map(Math.abs));
  return maxAbsDifference(before['y'] ?? [], after['y'] ?? []) / size;
}

test.each(models)('%s: loads, and computes what it did', async (_name, model) => {
  const { written } = await applyPass(convertFloat16, model, { options: { form: 'full' } });
  expect(await far(model, written, x([4, 6]))).toBeLessThan(0.01);
  expect(
    written.proto.graph?.initializer.filter(
      (tensor) => tensor.dataType === DataType.FLOAT && tensor.dims.length > 1 && tensor.name !== 'u',
    ),
  ).toEqual([]);
});

test('an operator of another domain with several outputs stays in float32 and is named', async () => {
  const model = makeModel({
    opset: 17,
    inputs: [['x', [1, 5], DataType.INT32]],
    outputs: [['y', [1, 5, 3]]],
    weights: [weight('we', [32, 8], 1), weight('pe', [8, 8], 2), weight('g', [8], 3), weight('b', [8], 4), weight('w', [8, 3], 5)],
    nodes: [
      makeNode('EmbedLayerNormalization', ['x', '', 'we', 'pe', '', 'g', 'b'], ['e', 'mask'], {}, 'com.microsoft'),
      makeNode('MatMul', ['e', 'w'], ['y']),
    ],
  });
  model.proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }));
  const feeds = { x: new Tensor('int32', Int32Array.of(3, 1, 4, 1, 5), [1, 5]) };
  const { written } = await applyPass(convertFloat16, model);
  expect(convertToHalf(written, { keepIo: true, blockOps: new Set(), wide: new Set() })).toMatchObject([
    { layer: 'EmbedLayerNormalization' },
  ]);
  expect(await far(model, written, feeds)).toBeLessThan(0.01);
});

test('what the graph does not tell stays in float32, and is named', async () => {
  const model = around([
    makeNode('Mystery', ['m'], ['u', 'v'], {}, 'nobody.knows'),
    makeNode('Abs', ['u'], ['a']),
    makeNode('Shape', ['a'], ['y']),
    makeNode('MatMul', ['v', 'w'], ['z']),
  ]);
  const { written } = await applyPass(convertFloat16, model);
  const skipped = convertToHalf(written, { keepIo: true, blockOps: new Set(), wide: new Set() });
  expect(skipped.map((s) => s.layer)).toEqual(['Mystery', 'u']);
  const nodes = written.proto.graph?.node ?? [];
  // The product with a float32 weight tells that v is float32; nothing tells what u is.
  expect(nodes.find((node) => node.opType === 'Abs')?.input).toEqual(['u']);
  expect(nodes.find((node) => node.input[0] === nodes.find((n) => n.opType === 'Mystery')?.output[1])?.opType).toBe('Cast');
});

test('an integer network has float32 scales between its products (quantize-dynamic, then full)', async () => {
  const model = matmulNet(13, 12, 5);
  const { model: integer } = await (await applyPass(quantizeDynamic, model)).exported();
  convertToHalf(integer, { keepIo: true, blockOps: new Set(), wide: new Set() });
  expect(await far(model, integer, x([2, 12]))).toBeLessThan(0.03);
});

test('what a Loop carries has one type inside and outside, declared or not', async () => {
  const body = create(GraphProtoSchema, {
    name: 'body',
    node: [makeNode('MatMul', ['state', 'w'], ['product']), makeNode('Tanh', ['product'], ['next']), makeNode('Identity', ['go'], ['on'])],
    input: [valueInfo('i', DataType.INT64, []), valueInfo('go', DataType.BOOL, []), valueInfo('state', DataType.UNDEFINED, null)],
    output: [
      valueInfo('on', DataType.BOOL, []),
      valueInfo('next', DataType.UNDEFINED, null),
      valueInfo('product', DataType.UNDEFINED, null),
    ],
  });
  for (const info of [body.input[2], body.output[1], body.output[2]]) if (info) delete info.type;
  const loop = makeNode('Loop', ['count', '', 'm'], ['last', 'all']);
  loop.attribute = [create(AttributeProtoSchema, { name: 'body', type: Kind.GRAPH, g: body })];
  const model = around(
    [
      constant('count', whole('count', 3)),
      loop,
      makeNode('ReduceSum', ['all', 'axis'], ['sum'], { keepdims: 0 }),
      makeNode('Add', ['sum', 'last'], ['y']),
    ],
    [int64Tensor('axis', [0])],
  );
  const { written } = await applyPass(convertFloat16, model, { options: { form: 'full' } });
  expect(await far(model, written, x([4, 6]))).toBeLessThan(0.01);
  // Of the input, the output and the weight that is stored in float16: none round the Loop.
  expect(written.proto.graph?.node.filter((node) => node.opType === 'Cast')).toHaveLength(3);
});

test('a weight that the model returns keeps its values', async () => {
  const model = makeModel({
    opset: 13,
    inputs: [['x', [4, 6]]],
    outputs: [
      ['y', [4, 6]],
      ['w', [6, 6]],
    ],
    weights: [weight('w', [6, 6], 1)],
    nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
  });
  const written = cloneForEdit(model);
  convertToHalf(written, { keepIo: true, blockOps: new Set(), wide: new Set() });
  const feeds = x([4, 6]);
  expect((await runModel(written, feeds))['w']).toEqual((await runModel(model, feeds))['w']);
  expect(await far(model, written, feeds)).toBeLessThan(0.01);
});
