import { create } from '@bufbuild/protobuf';
import type { GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from 'onnx-buf';
import { addInitializer, valueInfo } from '../graph';
import { makeNode } from '../nodes';
import { DataType, encodeFloats, FLOAT_TYPES, makeTensor } from '../tensor';
import type { OnnxModel, WeightType } from '../types';
import { noise } from './noise';

/** [name, shape] of a float32 value, or with its ONNX type; shape null declares none. */
type Declared = readonly [name: string, shape: readonly (number | string)[] | null, type?: number];

interface Parts {
  readonly opset: number;
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
  readonly nodes: readonly NodeProto[];
  readonly weights?: readonly TensorProto[];
}

/** The IR version that ONNX released with an operator set. */
function irOf(opset: number): number {
  if (opset <= 8) return 3;
  if (opset <= 13) return 7;
  return opset < 21 ? 8 : 10;
}

function declare([name, shape, type = DataType.FLOAT]: Declared): ReturnType<typeof valueInfo> {
  return valueInfo(name, type, shape);
}

/** A model of the given parts, with the IR version of its operator set: at opset 8 initializers are graph inputs too. */
export function makeModel({ opset, inputs, outputs, nodes, weights = [] }: Parts): OnnxModel {
  const graph = create(GraphProtoSchema, { name: 'g', node: [...nodes], input: inputs.map(declare), output: outputs.map(declare) });
  const proto = create(ModelProtoSchema, {
    irVersion: BigInt(irOf(opset)),
    producerName: 'fixture',
    graph,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
  });
  for (const tensor of weights) addInitializer(proto, proto.graph ?? graph, tensor);
  return { proto, name: 'fixture.onnx', bytes: 0 };
}

/** A float weight of reproducible noise. */
export function weight(name: string, dims: readonly number[], seed: number, type: WeightType = 'float32'): TensorProto {
  const values = noise(
    dims.reduce((a, b) => a * b, 1),
    seed,
  );
  return makeTensor(name, FLOAT_TYPES[type], dims, encodeFloats(type, values));
}

export function constant(name: string, tensor: TensorProto): NodeProto {
  return makeNode('Constant', [], [name], { value: tensor });
}

function named(name: string, node: NodeProto): NodeProto {
  node.name = name;
  return node;
}

/** x [1,3,6,6] -> Conv [4,3,3,3] with bias -> Relu -> Flatten -> Gemm (transB) [5,64] -> y [1,5]. */
export function convNet(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [1, 3, 6, 6]]],
    outputs: [['y', [1, 5]]],
    weights: [weight('cw', [4, 3, 3, 3], 1), weight('cb', [4], 2), weight('gw', [5, 64], 3), weight('gb', [5], 4)],
    nodes: [
      named('conv', makeNode('Conv', ['x', 'cw', 'cb'], ['c'])),
      makeNode('Relu', ['c'], ['r']),
      makeNode('Flatten', ['r'], ['f']),
      named('fc', makeNode('Gemm', ['f', 'gw', 'gb'], ['y'], { transB: 1 })),
    ],
  });
}

/** x [2,K] -> MatMul with a `Constant` [K,N] -> y [2,N]. */
export function matmulNet(opset: number, K: number, N: number, type: WeightType = 'float32'): OnnxModel {
  const elem = FLOAT_TYPES[type];
  return makeModel({
    opset,
    inputs: [['x', [2, K], elem]],
    outputs: [['y', [2, N], elem]],
    nodes: [constant('w', weight('w', [K, N], 5, type)), named('mm', makeNode('MatMul', ['x', 'w'], ['y']))],
  });
}

/** x [n,128] -> MatMul [128,64] -> Relu -> MatMul [64,16] -> y [n,16], n open: large enough for MatMulNBits, small enough to be quick. */
export function batchNet(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', ['n', 128]]],
    outputs: [['y', ['n', 16]]],
    weights: [weight('w1', [128, 64], 14), weight('w2', [64, 16], 15)],
    nodes: [
      named('first', makeNode('MatMul', ['x', 'w1'], ['h'])),
      makeNode('Relu', ['h'], ['r']),
      named('second', makeNode('MatMul', ['r', 'w2'], ['y'])),
    ],
  });
}

function branch(nodes: readonly NodeProto[], output: string, weights: readonly TensorProto[] = []): GraphProto {
  return create(GraphProtoSchema, {
    name: 'b',
    node: [...nodes],
    initializer: [...weights],
    output: [valueInfo(output, DataType.FLOAT, [2, 4])],
  });
}

function attributeOfGraph(name: string, g: GraphProto): ReturnType<typeof create<typeof AttributeProtoSchema>> {
  return create(AttributeProtoSchema, { name, type: Kind.GRAPH, g });
}

/**
 * x [2,6], c bool -> If: both branches call their own weight "w"; the else branch also reads the main graph's "shared" weight
 * and returns a sum. y [2,4].
 */
export function ifNet(opset: number): OnnxModel {
  const mainWeight = weight('shared', [6, 4], 9);
  const then = branch([constant('w', weight('w', [6, 4], 6)), named('thenMul', makeNode('MatMul', ['x', 'w'], ['ty']))], 'ty');
  const inner = [
    named('elseMul', makeNode('MatMul', ['x', 'w'], ['e1'])),
    named('sharedMul', makeNode('MatMul', ['x', 'shared'], ['e2'])),
    makeNode('Add', ['e1', 'e2'], ['ey']),
  ];
  const own = weight('w', [6, 4], 7);
  const otherwise = opset <= 8 ? branch([constant('w', own), ...inner], 'ey') : branch(inner, 'ey', [own]);
  const node = makeNode('If', ['c'], ['y']);
  node.attribute = [attributeOfGraph('then_branch', then), attributeOfGraph('else_branch', otherwise)];
  return makeModel({
    opset,
    inputs: [
      ['x', [2, 6]],
      ['c', [], DataType.BOOL],
    ],
    outputs: [['y', [2, 4]]],
    weights: [mainWeight],
    nodes: [node],
  });
}

/** x [3,1,4] -> LSTM with 5 hidden units: W [1,20,4], R [1,20,5] -> y [3,1,1,5]. */
export function lstmNet(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [3, 1, 4]]],
    outputs: [['y', [3, 1, 1, 5]]],
    weights: [weight('W', [1, 20, 4], 10), weight('R', [1, 20, 5], 11)],
    nodes: [named('lstm', makeNode('LSTM', ['x', 'W', 'R'], ['y'], { hidden_size: 5 }))],
  });
}

/** As `sharedNet`, the weight returned as well: an output that no pass may change. */
export function returnedNet(opset: number, n = 4): OnnxModel {
  const model = sharedNet(opset, n);
  model.proto.graph?.output.push(valueInfo('w', DataType.FLOAT, [n, n]));
  return model;
}

/** One weight [n,n] read by two MatMuls: x [2,n] -> y [2,n]. */
export function sharedNet(opset: number, n = 4): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [2, n]]],
    outputs: [['y', [2, n]]],
    weights: [weight('w', [n, n], 12)],
    nodes: [named('first', makeNode('MatMul', ['x', 'w'], ['h'])), named('second', makeNode('MatMul', ['h', 'w'], ['y']))],
  });
}

/** x [1,4,3,3] -> ConvTranspose [4,6,2,2], stride 2 -> y [1,6,6,6]. */
export function transposedNet(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [1, 4, 3, 3]]],
    outputs: [['y', [1, 6, 6, 6]]],
    weights: [weight('w', [4, 6, 2, 2], 13)],
    nodes: [named('up', makeNode('ConvTranspose', ['x', 'w'], ['y'], { strides: [2, 2] }))],
  });
}

function scalar(name: string, value: number): TensorProto {
  return makeTensor(name, DataType.FLOAT, [], encodeFloats('float32', Float32Array.of(value)));
}

/** QuantizeLinear and DequantizeLinear with the scale "s" and the zero point "z". */
function quantizedPair(input: string, output: string): NodeProto[] {
  const codes = `${output}q`;
  return [makeNode('QuantizeLinear', [input, 's', 'z'], [codes]), makeNode('DequantizeLinear', [codes, 's', 'z'], [output])];
}

/**
 * A statically quantized convolution in QDQ form: x [1,4,8,8] -> Quantize, Dequantize -> Conv [8,4,3,3] of dequantized int8 weights -> Relu
 * -> Quantize, Dequantize -> y [1,8,8,8].
 */
export function qdqNet(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [1, 4, 8, 8]]],
    outputs: [['y', [1, 8, 8, 8]]],
    weights: [
      scalar('s', 0.02),
      makeTensor('z', DataType.UINT8, [], Uint8Array.of(128)),
      makeTensor(
        'w',
        DataType.INT8,
        [8, 4, 3, 3],
        Uint8Array.from({ length: 288 }, (_, i) => (i * 37) % 256),
      ),
      scalar('ws', 0.01),
      makeTensor('wz', DataType.INT8, [], Uint8Array.of(0)),
    ],
    nodes: [
      ...quantizedPair('x', 'xd'),
      makeNode('DequantizeLinear', ['w', 'ws', 'wz'], ['wd']),
      makeNode('Conv', ['xd', 'wd'], ['c'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['c'], ['r']),
      ...quantizedPair('r', 'y'),
    ],
  });
}
