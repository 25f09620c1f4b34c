import { create, toBinary } from '@bufbuild/protobuf';
import type { AttributeProto, GraphProto, ModelProto, NodeProto } from 'onnx-buf';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { toPlainError } from '../../base/errors';
import { valueInfo } from '../graph';
import { listLayers } from '../layers';
import { makeNode } from '../nodes';
import { readModel } from '../read';
import { DataType, int64Tensor } from '../tensor';
import { convNet, ifNet, lstmNet, makeModel, matmulNet, weight } from '../testing/fixtures';
import type { OnnxModel } from '../types';

function outcome({ proto }: OnnxModel): string {
  try {
    listLayers(readModel([{ name: 'm.onnx', bytes: toBinary(ModelProtoSchema, proto) }]));
    return 'opened';
  } catch (error) {
    const { code, message, remedy } = toPlainError(error);
    expect(remedy.length).toBeGreaterThan(10);
    return `${code}: ${message}`;
  }
}

/** What opening convNet says after an edit of its graph: Conv "conv", Relu, Flatten, Gemm "fc". */
function edited(edit: (graph: GraphProto, proto: ModelProto) => void): string {
  const model = convNet(13);
  const { graph } = model.proto;
  if (graph) edit(graph, model.proto);
  return outcome(model);
}

const nodeOf = (graph: GraphProto, at: number): NodeProto => graph.node[at] ?? makeNode('Relu', [], []);
const attribute = (fields: Partial<Omit<AttributeProto, '$typeName'>>) => create(AttributeProtoSchema, fields);
const importOf = (domain: string, version: bigint) => create(OperatorSetIdProtoSchema, { domain, version });

/** A model that calls a function with one node of this operator, which reads this value. */
function called(input: string, opType: string): string {
  const model = makeModel({ opset: 13, inputs: [['x', [1]]], outputs: [['y', [1]]], nodes: [makeNode('F', ['x'], ['y'], {}, 'own')] });
  model.proto.opsetImport.push(importOf('own', 1n));
  const body = [makeNode(opType, [input], ['b'], {}, opType === 'F' ? 'own' : '')];
  model.proto.functions = [
    create(FunctionProtoSchema, {
      name: 'F',
      domain: 'own',
      input: ['a'],
      output: ['b'],
      node: body,
      opsetImport: [importOf('', 13n), importOf('own', 1n)],
    }),
  ];
  return outcome(model);
}

/** x [2, 3] through nodes to y. */
function opened(nodes: NodeProto[]): string {
  return outcome(makeModel({ opset: 13, inputs: [['x', [2, 3]]], outputs: [['y', [2, 3]]], nodes }));
}

/** convNet with another shape of one of its weights. */
function shaped(at: number, dims: readonly number[]): string {
  return edited((graph) => graph.initializer.splice(at, 1, weight(graph.initializer[at]?.name ?? '', dims, 1)));
}

/** A constant [4, 8] given another shape. */
function reshaped(shape: readonly number[]): string {
  return outcome(
    makeModel({
      opset: 13,
      inputs: [['x', [2, 8]]],
      outputs: [['y', [2, 4]]],
      weights: [weight('w', [4, 8], 1), int64Tensor('s', shape)],
      nodes: [makeNode('Reshape', ['w', 's'], ['r']), makeNode('MatMul', ['x', 'r'], ['y'])],
    }),
  );
}

describe('order and names', () => {
  const cases: readonly (readonly [string, (graph: GraphProto, proto: ModelProto) => void, RegExp])[] = [
    ['nodes out of order', (g) => Object.assign(g, { node: g.node.toReversed() }), /Node "fc" \(Gemm\) reads "f", which is made after it/],
    ['a circle', (g) => nodeOf(g, 0).input.splice(0, 1, 'r'), /Node "conv" \(Conv\) reads "r", which is made after it or by way of itself/],
    [
      'a value that nothing makes',
      (g) => nodeOf(g, 1).input.splice(0, 1, 'nowhere'),
      /Node that makes "r" \(Relu\) reads "nowhere", which nothing makes/,
    ],
    [
      'a value made twice',
      (g) => nodeOf(g, 2).output.splice(0, 1, 'r'),
      /Value "r", output of Node that makes "r" \(Flatten\), is made twice/,
    ],
    ['an initializer made again', (g) => nodeOf(g, 2).output.splice(0, 1, 'cw'), /"cw".*made twice/],
    ['two inputs of a name', (g) => g.input.push(valueInfo('x', DataType.FLOAT, [1])), /"x", graph input, is made twice/],
    ['two initializers of a name', (g) => g.initializer.push(weight('cb', [4], 1)), /Two initializers are called "cb"/],
    ['an initializer without a name', (g) => g.initializer.push(weight('', [4], 1)), /initializer has no name/],
    ['two outputs of a name', (g) => g.output.push(valueInfo('y', DataType.FLOAT, [1, 5])), /Two outputs .* "y"/],
    ['an output that nothing makes', (g) => g.output.push(valueInfo('z', DataType.FLOAT, [1])), /Nothing makes the output "z"/],
    ['a node without operator', (g) => Object.assign(nodeOf(g, 1), { opType: '' }), /does not say which operator/],
    ['an operator set not imported', (g) => Object.assign(nodeOf(g, 1), { domain: 'my.own' }), /"my.own", which the model does not import/],
    [
      'two versions of one set',
      (_, p) => p.opsetImport.push(importOf('ai.onnx', 12n)),
      /two versions of the operator set "ai.onnx", 13 and 12/,
    ],
    ['no version of the format', (_, p) => Object.assign(p, { irVersion: 0n }), /which version of ONNX/],
  ];
  for (const [what, edit, message] of cases) it(`names ${what}`, () => expect(edited(edit)).toMatch(message));

  it('a branch sees what is made before it in the graph around, and its own names alone', () => {
    expect(outcome(ifNet(13))).toBe('opened');
    const late = ifNet(13);
    const graph = late.proto.graph;
    graph?.node.push(makeNode('Relu', ['x'], ['late']));
    const branch = graph?.node[0]?.attribute[0]?.g;
    if (branch?.node[1]) branch.node[1].input[0] = 'late';
    expect(outcome(late)).toMatch(/"thenMul" \(MatMul\) reads "late", which nothing makes/);
  });

  it('looks into functions', () => {
    expect(called('a', 'Relu')).toBe('opened');
    expect(called('c', 'Relu')).toMatch(/reads "c", which nothing makes/);
    expect(called('a', 'F')).toMatch(/Function "F" calls itself/);
  });

  it('names graphs nested too deep', () => {
    const model = matmulNet(13, 6, 4);
    const wrapped = (g: GraphProto, levels: number): GraphProto => {
      if (levels === 0) return g;
      const node = create(NodeProtoSchema, {
        opType: 'If',
        input: ['c'],
        output: ['y'],
        attribute: [attribute({ name: 'then_branch', type: Kind.GRAPH, g })],
      });
      return wrapped(create(GraphProtoSchema, { node: [node], output: [valueInfo('y', DataType.FLOAT, [1])] }), levels - 1);
    };
    if (model.proto.graph) model.proto.graph = wrapped(model.proto.graph, 40);
    expect(outcome(model)).toMatch(/bad-model: .*nests graphs/);
  });
});

describe('attributes', () => {
  const cases: readonly (readonly [string, number, AttributeProto, RegExp])[] = [
    [
      'a value of another type than declared',
      0,
      attribute({ name: 'group', type: Kind.INT, f: 1 }),
      /"group" of node "conv" \(Conv\) is declared as an integer and holds a float/,
    ],
    ['two values', 0, attribute({ name: 'group', type: Kind.INT, i: 1n, f: 1 }), /more than one type/],
    [
      'another type than the standard says',
      0,
      attribute({ name: 'group', type: Kind.INTS, ints: [1n] }),
      /"group" of node "conv" \(Conv\) must be an integer/,
    ],
    ['no type', 0, attribute({ name: 'group', i: 1n }), /does not say of which type/],
    ['a reference outside functions', 0, attribute({ name: 'group', type: Kind.INT, refAttrName: 'g' }), /refers to one of a function/],
    ['a negative group', 0, attribute({ name: 'group', type: Kind.INT, i: -1n }), /"conv" \(Conv\) has "group" below 1/],
    [
      'a group that does not divide',
      0,
      attribute({ name: 'group', type: Kind.INT, i: 3n }),
      /"cw" \[4, 3, 3, 3\] does not fit .* 3 groups/,
    ],
    ['another kernel', 0, attribute({ name: 'kernel_shape', type: Kind.INTS, ints: [3n, 1n] }), /"cw" .* "kernel_shape" is \[3, 1\]/],
    ['a stride of 0', 0, attribute({ name: 'strides', type: Kind.INTS, ints: [0n, 1n] }), /"strides" below 1/],
    ['strides of one axis', 0, attribute({ name: 'strides', type: Kind.INTS, ints: [1n] }), /"strides" is \[1\]/],
    ['no name', 0, attribute({ type: Kind.INT, i: 1n }), /has no name/],
    ['a name twice', 3, attribute({ name: 'transB', type: Kind.INT, i: 1n }), /"transB" of node "fc" \(Gemm\) is there twice/],
    [
      'a float that is declared as one and is an integer',
      3,
      attribute({ name: 'alpha', type: Kind.INT, i: 1n }),
      /"alpha" of node "fc" \(Gemm\) must be a float/,
    ],
  ];
  for (const [what, at, value, message] of cases)
    it(`names ${what}`, () => expect(edited((graph) => nodeOf(graph, at).attribute.push(value))).toMatch(message));

  it("names what a node lacks, and inputs beyond the operator's", () => {
    expect(opened([makeNode('Cast', ['x'], ['y'])])).toMatch(/lacks its attribute "to", an integer/);
    expect(opened([makeNode('Cast', ['x'], ['y'], { to: 99 })])).toMatch(/"to" that is not known/);
    expect(opened([makeNode('Relu', ['x', 'x'], ['y'])])).toMatch(/has 2 inputs; the operator has 1/);
    expect(opened([makeNode('Conv', ['x'], ['y'])])).toMatch(/has 1 inputs; the operator has 2 to 3/);
    expect(opened([makeNode('Transpose', ['x'], ['y'], { perm: [0, 0] })])).toMatch(/"perm" that is no order/);
    expect(opened([makeNode('Transpose', ['x'], ['y'], { perm: [1, 0] })])).toBe('opened');
  });
});

describe('weights', () => {
  it('must fit their operator', () => {
    expect(shaped(0, [4, 27])).toMatch(/"cw" \[4, 27\] does not fit Node "conv".*three dimensions/);
    expect(shaped(1, [5])).toMatch(/"cb" \[5\] does not fit .*4 channels/);
    expect(shaped(2, [5, 8, 8])).toMatch(/"gw" \[5, 8, 8\] does not fit Node "fc".*matrix/);
    const lstm = lstmNet(13);
    lstm.proto.graph?.initializer.splice(1, 1, weight('R', [1, 18, 5], 1));
    expect(outcome(lstm)).toMatch(/"R" \[1, 18, 5\] does not fit .*must be 20/);
  });
  it('must fit the shape that a Reshape gives them', () => {
    expect(reshaped([8, 4])).toBe('opened');
    expect(reshaped([8, 5])).toMatch(/Reshape\) cannot give "w" \[4, 8\] the shape \[8, 5\]/);
    expect(reshaped([-1, 7])).toMatch(/cannot give/);
  });
  it('hold their data in one form and of their size', () => {
    expect(edited((graph) => Object.assign(graph.initializer[1] ?? {}, { floatData: [1, 2, 3, 4] }))).toMatch(
      /"cb" \[4\] holds data in more than one form/,
    );
    expect(edited((graph) => Object.assign(graph.initializer[1] ?? {}, { dims: [-4n] }))).toMatch(/negative dimension/);
    expect(edited((graph) => Object.assign(graph.initializer[1] ?? {}, { dims: [1n << 60n, 1n << 60n] }))).toMatch(
      /more elements than can be counted/,
    );
    expect(edited((graph) => Object.assign(graph.initializer[1] ?? {}, { dataType: 77 }))).toMatch(/data type that is not known/);
  });
});
