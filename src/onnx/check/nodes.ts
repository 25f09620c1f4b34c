import { isFieldSet } from '@bufbuild/protobuf';
import type { AttributeProto, NodeProto } from 'onnx-buf';
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema } from 'onnx-buf';
import { isOnnx } from '../nodes';
import { elementBits, DataType } from '../tensor';
import { schemaOf } from '../operators/schemas';
import { badModel, nodeLabel, quoted } from './problem';
import { tensorProblem } from './tensors';

const { f, i, s, t, g, sparseTensor, tp, floats, ints, strings, tensors, graphs, sparseTensors, typeProtos } = AttributeProtoSchema.field;

/** The letter that `schemaOf` has for each declared type, how errors call it, and the field that holds its value. */
const KINDS = [
  [Kind.FLOAT, 'f', 'a float', f],
  [Kind.INT, 'i', 'an integer', i],
  [Kind.STRING, 's', 'a string', s],
  [Kind.TENSOR, 't', 'a tensor', t],
  [Kind.GRAPH, 'g', 'a graph', g],
  [Kind.SPARSE_TENSOR, 'x', 'a sparse tensor', sparseTensor],
  [Kind.TYPE_PROTO, 'p', 'a type', tp],
  [Kind.FLOATS, 'F', 'a list of floats', floats],
  [Kind.INTS, 'I', 'a list of integers', ints],
  [Kind.STRINGS, 'S', 'a list of strings', strings],
  [Kind.TENSORS, 'T', 'a list of tensors', tensors],
  [Kind.GRAPHS, 'G', 'a list of graphs', graphs],
  [Kind.SPARSE_TENSORS, 'X', 'a list of sparse tensors', sparseTensors],
  [Kind.TYPE_PROTOS, 'P', 'a list of types', typeProtos],
] as const;

/** Types whose value must be there: the others may be left out where they are zero. */
const WITH_VALUE: ReadonlySet<string> = new Set(['t', 'g', 'x', 'p']);

/**
 * Checks what a node says of itself: its attributes against the types that they declare, and for standard operators against the standard.
 * @param inFunction whether attributes may refer to those of the function.
 * @throws WhittleError 'bad-model' naming the node and the attribute.
 */
export function checkNode(node: NodeProto, inFunction: boolean): void {
  if (node.opType === '') throw badModel(`${nodeLabel(node)} does not say which operator it is.`);
  const kinds = new Map<string, string>();
  for (const attribute of node.attribute) {
    const of = `Attribute ${quoted(attribute.name)} of ${lower(nodeLabel(node))}`;
    if (kinds.has(attribute.name)) throw badModel(`${of} is there twice.`);
    const problem = valueProblem(attribute, inFunction);
    if (problem !== null) throw badModel(`${of} ${problem}.`);
    kinds.set(attribute.name, KINDS.find(([kind]) => kind === attribute.type)?.[1] ?? '');
  }
  const operator = isOnnx(node.domain) ? schemaOf(node.opType) : undefined;
  if (!operator) return;
  for (const [name, { type, required }] of operator.attributes) {
    const kind = kinds.get(name);
    const wanted = KINDS.find(([, letter]) => letter === type)?.[2] ?? '';
    if (kind === undefined && required) throw badModel(`${nodeLabel(node)} lacks its attribute ${quoted(name)}, ${wanted}.`);
    if (kind !== undefined && kind !== type) throw badModel(`Attribute ${quoted(name)} of ${lower(nodeLabel(node))} must be ${wanted}.`);
  }
  checkCount(node, 'inputs', lastNamed(node.input), node.input.length, operator.inputs);
  checkCount(node, 'outputs', lastNamed(node.output), node.output.length, operator.outputs);
  const bad = numbersProblem(node);
  if (bad !== null) throw badModel(`${nodeLabel(node)} has ${bad}.`);
}

function lower(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}

/** Trailing names that are empty stand for nothing. */
function lastNamed(names: readonly string[]): number {
  return names.findLastIndex((name) => name !== '') + 1;
}

function checkCount(node: NodeProto, what: string, named: number, listed: number, [least, most]: readonly [number, number]): void {
  if (listed >= least && named <= most) return;
  throw badModel(
    `${nodeLabel(node)} has ${listed < least ? listed : named} ${what}; ` +
      `the operator has ${least === most ? least : `${least} to ${most}`}.`,
  );
}

function valueProblem(attribute: AttributeProto, inFunction: boolean): string | null {
  const set = KINDS.filter(([, , , field]) => isFieldSet(attribute, field));
  const declared = KINDS.find(([kind]) => kind === attribute.type);
  if (attribute.name === '') return 'has no name';
  if (!declared) return 'does not say of which type it is';
  if (attribute.refAttrName !== '') return inFunction ? null : 'refers to one of a function, and is in none';
  const [, letter, words] = declared;
  const [first, second] = set;
  if (second) return 'holds values of more than one type';
  if (first && first[0] !== attribute.type) return `is declared as ${words} and holds ${first[2]}`;
  if (!first && WITH_VALUE.has(letter)) return `is declared as ${words} and holds none`;
  for (const tensor of attribute.t ? [attribute.t] : attribute.tensors) {
    const problem = tensorProblem(tensor);
    if (problem !== null) return `is a tensor that ${problem}`;
  }
  return null;
}

/** Values that no node of the operator can have, in words. They are of the right types by now. */
function numbersProblem(node: NodeProto): string | null {
  const listed = (name: string): readonly bigint[] | undefined => node.attribute.find((attribute) => attribute.name === name)?.ints;
  const single = (name: string): bigint | undefined =>
    node.attribute.find((attribute) => attribute.name === name && attribute.refAttrName === '')?.i;
  if (/Conv|Pool$/.test(node.opType)) {
    for (const name of ['kernel_shape', 'strides', 'dilations']) if (listed(name)?.some((value) => value < 1n)) return `"${name}" below 1`;
    const axes = listed('kernel_shape')?.length ?? 0;
    for (const name of ['strides', 'dilations'])
      if (axes > 0 && (listed(name)?.length ?? 0) % axes !== 0) return `"${name}" of another length than "kernel_shape"`;
    if (axes > 0 && (listed('pads')?.length ?? 0) % (2 * axes) !== 0) return '"pads" of another length than twice "kernel_shape"';
  }
  for (const name of ['group', 'hidden_size', 'blocksize', 'num_outputs']) if ((single(name) ?? 1n) < 1n) return `"${name}" below 1`;
  const perm = node.opType === 'Transpose' ? listed('perm') : undefined;
  if (perm && new Set(perm).size + perm.filter((axis) => axis < 0n || axis >= perm.length).length !== perm.length)
    return 'a "perm" that is no order of axes';
  const to = node.opType === 'Cast' ? single('to') : undefined;
  if (to !== undefined && Number(to) !== DataType.STRING && elementBits(Number(to)) === undefined) return 'a type "to" that is not known';
  return null;
}
