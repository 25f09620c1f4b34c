import { create } from '@bufbuild/protobuf';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { FunctionProtoSchema, SparseTensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { listLayers } from './layers';
import { makeNode } from './nodes';
import { bytesOf, DataType, int64Tensor, makeTensor } from './tensor';
import { constant, makeModel, weight } from './testing/fixtures';
import type { OnnxModel } from './types';

/** Attributes that `makeNode` has no form for. */
function withText(node: NodeProto, name: string, text: string): NodeProto {
  const [attribute] = makeNode('', [], [], { [name]: 0 }).attribute;
  if (attribute) node.attribute.push({ ...attribute, type: 3, i: 0n, s: new TextEncoder().encode(text) });
  return node;
}

const net = (nodes: readonly NodeProto[], weights: readonly TensorProto[], opset = 17): OnnxModel =>
  makeModel({ opset, inputs: [['x', null]], outputs: [['y', null]], nodes, weights });

/** Views by tensor of a model's layers. */
const views = (model: OnnxModel): Record<string, readonly number[]> =>
  Object.fromEntries(listLayers(model).layers.map(({ tensorName, view }) => [tensorName, [view.outer, view.channels, view.inner]]));
const skips = (model: OnnxModel): Record<string, string> =>
  Object.fromEntries(listLayers(model).skipped.map(({ layer, reason }) => [layer, reason]));

const product = (weightName: string): NodeProto => makeNode('MatMul', ['x', weightName], ['y']);
const axes = (name: string, values: readonly number[]): TensorProto => int64Tensor(name, values);

describe('a weight is followed through nodes that move its elements, and its channels are those of the stored tensor', () => {
  it.each<[string, readonly NodeProto[], readonly TensorProto[], readonly number[]]>([
    ['Transpose', [makeNode('Transpose', ['w'], ['t'], { perm: [1, 0] }), product('t')], [weight('w', [6, 20], 1)], [1, 6, 20]],
    ['Transpose without perm', [makeNode('Transpose', ['w'], ['t']), product('t')], [weight('w', [6, 20], 1)], [1, 6, 20]],
    [
      'Transpose of three axes',
      [makeNode('Transpose', ['w'], ['t'], { perm: [1, 2, 0] }), product('t')],
      [weight('w', [6, 5, 4], 1)],
      [1, 6, 20],
    ],
    [
      'two that undo each other',
      [makeNode('Transpose', ['w'], ['a']), makeNode('Transpose', ['a'], ['t']), product('t')],
      [weight('w', [6, 20], 1)],
      [6, 20, 1],
    ],
    [
      'Slice of rows',
      [makeNode('Slice', ['w', 's', 'e', 'a'], ['t']), product('t')],
      [weight('w', [32, 16], 1), axes('s', [0]), axes('e', [16]), axes('a', [0])],
      [32, 16, 1],
    ],
    [
      'Slice of columns, transposed',
      [makeNode('Slice', ['w', 's', 'e', 'a'], ['c']), makeNode('Transpose', ['c'], ['t']), product('t')],
      [weight('w', [16, 32], 1), axes('s', [4]), axes('e', [12]), axes('a', [-1])],
      [1, 16, 32],
    ],
    [
      'Reshape that takes an axis apart',
      [makeNode('Reshape', ['w', 's'], ['r']), makeNode('Transpose', ['r'], ['t'], { perm: [0, 2, 1] }), product('t')],
      [weight('w', [4, 30], 1), axes('s', [4, 5, 6])],
      [4, 5, 6],
    ],
    [
      'Reshape of a vector',
      [makeNode('Reshape', ['w', 's'], ['t']), product('t')],
      [weight('w', [120], 1), axes('s', [12, -1])],
      [12, 10, 1],
    ],
    [
      'Unsqueeze and Squeeze',
      [makeNode('Unsqueeze', ['w', 'a'], ['u']), makeNode('Squeeze', ['u', 'a'], ['t']), product('t')],
      [weight('w', [8, 9], 1), axes('a', [0])],
      [8, 9, 1],
    ],
    ['Flatten', [makeNode('Flatten', ['w'], ['t'], { axis: 2 }), product('t')], [weight('w', [4, 5, 6], 1)], [20, 6, 1]],
    ['Expand to a batch', [makeNode('Expand', ['w', 's'], ['t']), product('t')], [weight('w', [8, 9], 1), axes('s', [3, 8, 9])], [8, 9, 1]],
    [
      'Cast',
      [makeNode('Cast', ['w'], ['c'], { to: 1 }), makeNode('Transpose', ['c'], ['t']), product('t')],
      [weight('w', [6, 20], 1, 'float16')],
      [1, 6, 20],
    ],
  ])('%s', (_name, nodes, weights, view) => {
    const model = net(nodes, weights);
    expect(views(model)).toEqual({ w: view });
    expect(listLayers(model).skipped).toEqual([]);
  });

  it('Concat of weights, and Split into several', () => {
    const joined = net(
      [makeNode('Concat', ['w', 'v'], ['c'], { axis: 1 }), product('c')],
      [weight('w', [8, 9], 1), weight('v', [8, 10], 2)],
    );
    expect(views(joined)).toEqual({ w: [8, 9, 1], v: [8, 10, 1] });
    const parts = net(
      [
        makeNode('Split', ['w'], ['a', 'b'], { axis: 0 }),
        makeNode('Transpose', ['b'], ['t']),
        makeNode('Gemm', ['x', 'a'], ['h']),
        makeNode('MatMul', ['h', 't'], ['y']),
      ],
      [weight('w', [32, 16], 1)],
      11,
    );
    expect(listLayers(parts).layers.map(({ id, view }) => [id, view.channels])).toEqual([['h', 16]]);
  });

  it('not beside activations: a first token is no weight', () => {
    const model = net(
      [makeNode('Concat', ['token', 'x'], ['c'], { axis: 1 }), makeNode('MatMul', ['c', 'w'], ['y'])],
      [weight('token', [1, 1, 64], 1), weight('w', [64, 8], 2)],
    );
    expect(views(model)).toEqual({ w: [64, 8, 1] });
    expect(skips(model)['token']).toMatch(/^Concat reads these 64 float32 values/);
  });

  it('out of the branches of an If', () => {
    const branch = (name: string, seed: number): ReturnType<typeof net>['proto']['graph'] =>
      net([makeNode('Identity', [name], ['y'])], [weight(name, [8, 9], seed)]).proto.graph;
    const choose = makeNode('If', ['c'], ['t']);
    for (const [name, g] of [
      ['then_branch', branch('a', 1)],
      ['else_branch', branch('b', 2)],
    ] as const) {
      const [attribute] = makeNode('', [], [], { [name]: 0 }).attribute;
      if (attribute && g) choose.attribute.push({ ...attribute, type: 5, i: 0n, g: { ...g, input: [] } });
    }
    const model = net([choose, product('t')], [makeTensor('c', DataType.BOOL, [], Uint8Array.of(1))]);
    expect(listLayers(model).layers.map(({ id, tensorName, view, inSubgraph }) => [id, tensorName, view.channels, inSubgraph])).toEqual([
      ['y', 'a', 9, true],
      ['y#2', 'b', 9, true],
    ]);
  });
});

describe('degenerate shapes', () => {
  it.each<[string, readonly NodeProto[], readonly number[], readonly number[]]>([
    ['K = 1', [product('w')], [1, 64], [1, 64, 1]],
    ['N = 1', [product('w')], [64, 1], [64, 1, 1]],
    ['one element', [product('w')], [1, 1], [1, 1, 1]],
    ['a vector on the right', [product('w')], [64], [1, 1, 64]],
    ['a vector on the left', [makeNode('MatMul', ['w', 'x'], ['y'])], [64], [1, 1, 64]],
    ['a batch of matrices', [product('w')], [3, 8, 9], [24, 9, 1]],
    ['Gemm, weight on the left', [makeNode('Gemm', ['w', 'x'], ['y'])], [8, 9], [1, 8, 9]],
    ['Gemm, weight on the left, transposed', [makeNode('Gemm', ['w', 'x'], ['y'], { transA: 1 })], [8, 9], [8, 9, 1]],
    ['Conv with one output channel', [makeNode('Conv', ['x', 'w'], ['y'])], [1, 8, 3, 3], [1, 1, 72]],
    ['FusedMatMul, transposed', [makeNode('FusedMatMul', ['x', 'w'], ['y'], { transB: 1 }, 'com.microsoft')], [2, 8, 9], [2, 8, 9]],
    ['Einsum', [withText(makeNode('Einsum', ['x', 'w'], ['y']), 'equation', 'bi, hio -> bho')], [4, 8, 9], [32, 9, 1]],
  ])('%s', (_name, nodes, shape, view) => {
    expect(views(net(nodes, [weight('w', shape, 1)]))['w']).toEqual(view);
  });

  it('nothing of an empty tensor', () => {
    expect(listLayers(net([product('w')], [weight('w', [0, 8], 1)])).layers).toEqual([]);
  });
});

describe('nothing is left out in silence', () => {
  it.each<[string, readonly NodeProto[], RegExp]>([
    [
      'computed with (weight norm)',
      [makeNode('Mul', ['w', 'g'], ['v']), makeNode('Conv', ['x', 'v'], ['y'])],
      /^Mul makes the weight of Conv from these 288 float32 values/,
    ],
    [
      'rounded when it runs',
      [makeNode('QuantizeLinear', ['w', 'g'], ['q']), makeNode('DequantizeLinear', ['q', 'g'], ['v']), makeNode('Conv', ['x', 'v'], ['y'])],
      /^QuantizeLinear rounds/,
    ],
    ['read by nothing', [makeNode('Relu', ['x'], ['y'])], /^Nothing reads it/],
    ['looked up along another axis', [makeNode('Gather', ['w', 'x'], ['y'], { axis: 1 })], /^Gather picks from these 288/],
    ['by an operator of nobody', [makeNode('Mine', ['x', 'w'], ['y'], {}, 'mine')], /^Mine reads these 288 float32 values/],
  ])('%s', (_name, nodes, reason) => {
    expect(
      skips(net(nodes, [weight('w', [8, 4, 3, 3], 1), makeTensor('g', DataType.FLOAT, [], bytesOf(Float32Array.of(0.1)))]))['w'],
    ).toMatch(reason);
  });

  it('sparse initializers, lists, and what functions hold', () => {
    const model = net([makeNode('Relu', ['x'], ['y'])], []);
    const values = weight('s', [70], 1);
    model.proto.graph?.sparseInitializer.push(create(SparseTensorProtoSchema, { values, dims: [20n, 20n] }));
    model.proto.functions.push(
      create(FunctionProtoSchema, {
        name: 'Block',
        domain: 'mine',
        node: [constant('fw', weight('', [8, 9], 2)), makeNode('MatMul', ['a', 'fw'], ['b'])],
      }),
    );
    const list = makeNode('Constant', [], ['list'], { value_floats: 0 });
    Object.assign(list.attribute[0] ?? {}, { type: 6, floats: Array.from({ length: 64 }, () => 1) });
    model.proto.graph?.node.push(list);
    const found = skips(model);
    expect(found['s']).toMatch(/stored sparse \(70 of 400 float32 values\)/);
    expect(found['Block/fw']).toMatch(/inside the model's function Block/);
    expect(found['list']).toMatch(/list of 64 numbers/);
  });

  it('biases, norms and scales are no weights, and quiet', () => {
    const model = net(
      [
        makeNode('LayerNormalization', ['x', 'b', 'b'], ['n']),
        makeNode('DequantizeLinear', ['q', 'b'], ['d'], { axis: 1 }),
        makeNode('MatMul', ['n', 'd'], ['y']),
      ],
      [weight('b', [64], 1), makeTensor('q', DataType.INT8, [8, 64], new Uint8Array(512))],
    );
    expect(Object.keys(skips(model))).toEqual(['q']);
  });
});
