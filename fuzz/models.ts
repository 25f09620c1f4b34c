/** Models built in code, and their mutations through the protobuf message. */
import { create, toBinary } from '@bufbuild/protobuf';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { ModelProtoSchema, StringStringEntryProtoSchema } from 'onnx-buf';
import { scopesOf, tensorsOf } from '../src/onnx/graph';
import { makeNode } from '../src/onnx/nodes';
import {
  batchNet,
  convNet,
  ifNet,
  lstmNet,
  makeModel,
  matmulNet,
  qdqNet,
  sharedNet,
  transposedNet,
  weight,
} from '../src/onnx/testing/fixtures';
import { cloneForEdit } from '../src/onnx/clone';
import type { OnnxModel } from '../src/onnx/types';
import type { Dice } from './dice';
import { mutatedBytes, ODD_NUMBERS } from './dice';

/** Two convolutions with norms, clipped and averaged: what fold-batchnorm, equalize-layers and prune-weights work on. */
function normNet(opset: number): OnnxModel {
  return makeModel({
    opset,
    inputs: [['x', [1, 4, 6, 6]]],
    outputs: [['y', [1, 4, 1, 1]]],
    weights: [
      weight('w1', [8, 4, 3, 3], 1),
      ...['s', 'b', 'm', 'v'].map((name, at) => weight(name, [8], at + 2)),
      weight('w2', [4, 8, 1, 1], 7),
    ],
    nodes: [
      makeNode('Conv', ['x', 'w1'], ['c']),
      makeNode('BatchNormalization', ['c', 's', 'b', 'm', 'v'], ['n']),
      makeNode('Relu', ['n'], ['r']),
      makeNode('Conv', ['r', 'w2'], ['d']),
      makeNode('GlobalAveragePool', ['d'], ['y']),
    ],
  });
}

const CORPUS: readonly OnnxModel[] = [7, 11, 13, 17, 21].flatMap((opset) => [
  convNet(opset),
  matmulNet(opset, 64, 32),
  batchNet(opset),
  ifNet(opset),
  lstmNet(opset),
  sharedNet(opset),
  transposedNet(opset),
  normNet(opset),
  qdqNet(opset),
]);

const WORDS = [
  '',
  'x',
  'y',
  'w',
  'cw',
  'r',
  'Conv',
  'MatMul',
  'Gather',
  'Reshape',
  'Transpose',
  'Constant',
  'Concat',
  'If',
  'Cast',
  'Identity',
  'constructor',
  '__proto__',
  'com.microsoft',
  'a\u0000b',
  '\uDCB5\uDCA5',
];

/** One model file, changed in its message, in its bytes or both. */
export function modelCase(dice: Dice): Uint8Array<ArrayBuffer> {
  const { proto } = cloneForEdit(dice.pick(CORPUS) ?? convNet(13));
  for (let count = dice.below(4); count > 0; count--) mutate(proto, dice);
  const bytes = toBinary(ModelProtoSchema, proto);
  return dice.chance(0.35) ? mutatedBytes(bytes, dice) : bytes;
}

function mutate(proto: ModelProto, dice: Dice): void {
  const graph = dice.pick(scopesOf(proto))?.graph;
  if (!graph) return;
  const node = dice.pick(graph.node);
  const tensor = dice.pick([...tensorsOf(proto)]);
  const kind = dice.below(8);
  if (kind === 0) mutateModel(proto, dice);
  else if (kind <= 2) mutateList(graph, dice);
  else if (kind <= 4 && node) mutateNode(node, dice);
  else if (kind === 5 && node) mutateAttribute(node, dice);
  else if (tensor) mutateTensor(tensor, dice);
}

const number = (dice: Dice): number => dice.pick(ODD_NUMBERS) ?? 0;
const word = (dice: Dice): string => dice.pick(WORDS) ?? '';

function mutateModel(proto: ModelProto, dice: Dice): void {
  const [opset] = proto.opsetImport;
  if (dice.chance(0.3)) proto.irVersion = BigInt(number(dice));
  else if (opset && dice.chance(0.7)) opset.version = BigInt(dice.chance(0.7) ? 6 + dice.below(21) : number(dice));
  else if (opset) proto.opsetImport.push({ ...opset, domain: word(dice) });
}

/** Drops, doubles or moves a node, an initializer, an input or an output. */
function mutateList(graph: GraphProto, dice: Dice): void {
  const list: unknown[] = dice.pick([graph.node, graph.node, graph.initializer, graph.input, graph.output, graph.valueInfo]) ?? [];
  const at = dice.below(list.length);
  const kind = dice.below(3);
  if (kind === 0) list.splice(at, 1);
  else if (kind === 1 && list.length > 0) list.push(list[at]);
  else list.splice(dice.below(list.length), 0, ...list.splice(at, 1));
}

function mutateNode(node: NodeProto, dice: Dice): void {
  const kind = dice.below(5);
  if (kind === 0) node.input[dice.below(node.input.length + 1)] = word(dice);
  else if (kind === 1) node.output[dice.below(node.output.length + 1)] = word(dice);
  else if (kind === 2) node.opType = word(dice);
  else if (kind === 3) node.name = word(dice);
  else node.domain = word(dice);
}

const USUAL = [
  'group',
  'axis',
  'pads',
  'strides',
  'kernel_shape',
  'dilations',
  'perm',
  'alpha',
  'beta',
  'transA',
  'transB',
  'to',
  'epsilon',
  'hidden_size',
  'auto_pad',
];

function mutateAttribute(node: NodeProto, dice: Dice): void {
  const found = dice.pick(node.attribute);
  if (!found || dice.chance(0.5)) {
    const value = dice.chance(0.5) ? number(dice) : Array.from({ length: dice.below(5) }, () => number(dice));
    const made = makeNode('', [], [], { [dice.pick(USUAL) ?? 'axis']: value }).attribute;
    node.attribute = [...node.attribute.filter(({ name }) => name !== made[0]?.name), ...made];
    return;
  }
  const edits: readonly ((attribute: AttributeProto) => void)[] = [
    (a) => (a.type = dice.below(16)),
    (a) => (a.i = BigInt(number(dice))),
    (a) => (a.f = dice.pick([0, -1, NaN, Infinity, 1e38]) ?? 0),
    (a) => a.ints.splice(dice.below(a.ints.length + 1), 1, BigInt(number(dice))),
    (a) => (a.name = dice.chance(0.5) ? word(dice) : (dice.pick(USUAL) ?? '')),
    (a) => (a.refAttrName = word(dice)),
    (a) => node.attribute.push(a),
    (a) => delete a.t,
    (a) => delete a.g,
  ];
  dice.pick(edits)?.(found);
}

function mutateTensor(tensor: TensorProto, dice: Dice): void {
  const kind = dice.below(7);
  if (kind === 0) tensor.dims[dice.below(tensor.dims.length + 1)] = BigInt(number(dice));
  else if (kind === 1) tensor.dims = dice.chance(0.5) ? tensor.dims.toReversed() : [...tensor.dims, 1n];
  else if (kind === 2) tensor.dataType = dice.below(30);
  else if (kind === 3) tensor.name = word(dice);
  else if (kind === 4 && tensor.rawData.length > 0) tensor.rawData = mutatedBytes(tensor.rawData, dice);
  else if (kind === 5) {
    tensor.dataLocation = 1;
    tensor.externalData = ['location', 'offset', 'length'].slice(0, 1 + dice.below(3)).map((key) =>
      create(StringStringEntryProtoSchema, {
        key,
        value: key === 'location' ? (dice.pick(['w.bin', '../w.bin', '/w.bin', '', 'v.bin']) ?? '') : String(number(dice)),
      }),
    );
  } else
    tensor.dims =
      tensor.dims.length > 1
        ? [
            BigInt.asIntN(
              64,
              tensor.dims.reduce((a, b) => a * b, 1n),
            ),
          ]
        : [1n, ...tensor.dims, 1n];
}
