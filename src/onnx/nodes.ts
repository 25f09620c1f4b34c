import { create } from '@bufbuild/protobuf';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { AttributeProtoSchema, AttributeProto_AttributeType as Kind, NodeProtoSchema } from 'onnx-buf';

/** Attribute values a node of ours is made with: whole numbers, lists of them, or a tensor. */
type AttributeValue = number | readonly number[] | TensorProto;

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value) });
  if ('dataType' in value) return create(AttributeProtoSchema, { name, type: Kind.TENSOR, t: value });
  return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map(BigInt) });
}

/** A node with whole-number, list or tensor attributes. It gets no name: readers do without, and bytes count. */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): NodeProto {
  const list = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  return create(NodeProtoSchema, { opType, input: [...input], output: [...output], attribute: list, ...(domain ? { domain } : {}) });
}

/** Whatever its type; most callers want `intAttribute` and the like, which ask for one. */
export function findAttribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((candidate) => candidate.name === name);
}

/** The attribute where it is of this type and holds a value itself: nodes of other domains may have another of the same name. */
function typed(node: NodeProto, name: string, type: Kind): AttributeProto | undefined {
  const found = findAttribute(node, name);
  return found?.type === type && !found.refAttrName ? found : undefined;
}

/** Opset attributes fit a double. @param fallback where it is absent or of another type: the operator's default. */
export function intAttribute(node: NodeProto, name: string, fallback: number): number {
  const found = typed(node, name, Kind.INT);
  return found ? Number(found.i) : fallback;
}

/** undefined where it is absent or of another type: operators differ in what that means. */
export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return typed(node, name, Kind.INTS)?.ints.map(Number);
}

/** UTF-8. @param fallback where it is absent or of another type. */
export function stringAttribute(node: NodeProto, name: string, fallback: string): string {
  const found = typed(node, name, Kind.STRING);
  return found ? new TextDecoder().decode(found.s) : fallback;
}

/** The graphs that a node's attributes hold: branches of If, bodies of Loop and Scan. */
export function subgraphsOf(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap((candidate) => (candidate.g ? [candidate.g, ...candidate.graphs] : candidate.graphs));
}

/** The tensor of a `Constant` node, or undefined for other nodes and other forms of constant. */
export function constantTensor(node: NodeProto): TensorProto | undefined {
  return node.opType === 'Constant' && isOnnx(node.domain) ? findAttribute(node, 'value')?.t : undefined;
}

/** Whether a domain name means the standard operator set. */
export function isOnnx(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** Version of the standard operator set that the model imports; 0 where it imports none. */
export function opsetOf(proto: ModelProto): number {
  return Number(proto.opsetImport.find((entry) => isOnnx(entry.domain))?.version ?? 0n);
}
