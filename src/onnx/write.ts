import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { clearField, create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { AttributeProtoSchema, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { StoredBytes, type Bytes } from '../base/stored-bytes';
import { rawOf } from './raw';
import './text';
import type { OnnxModel } from './types';

/** Protobuf readers refuse messages of 2 GiB and more. */
export const MAX_BYTES = 2 ** 31 - 1;

/** Tensors from this size on are handed over as they are; smaller ones are cheaper to copy than to keep apart. */
export const SHARE_BYTES = 4096;

/**
 * The file of a model as a list of chunks fit for `blobOf(chunks)`. Large tensors are shared with the model, not copied. Fields
 * stand in order of their numbers, as every common writer has them, so that an unedited file comes out byte for byte.
 * @throws WhittleError 'too-large' above 2^31 - 1 bytes.
 */
export function writeModel(model: OnnxModel): Bytes[] {
  const { proto } = model;
  const large = proto.graph && holdsLarge(proto.graph) ? [proto.graph] : [];
  const chunks = assemble(ModelProtoSchema, proto, [{ field: 7, items: large.map((graph) => () => graphChunks(graph)) }]);
  checkedLength(chunks);
  return chunks;
}

/** All chunks in one array (a copy). */
export function concatChunks(chunks: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(totalLength(chunks));
  let at = 0;
  for (const chunk of chunks) {
    if (chunk instanceof StoredBytes) chunk.readInto(whole.subarray(at, at + chunk.length));
    else whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function totalLength(chunks: readonly Bytes[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function checkedLength(chunks: readonly Bytes[]): number {
  const length = totalLength(chunks);
  if (length <= MAX_BYTES) return length;
  const message = `The model would take more than ${length} bytes; an ONNX file holds at most ${MAX_BYTES}.`;
  throw new WhittleError('too-large', message, 'Quantize its weights to fewer bits, or prune it, before saving.');
}

/** A length-delimited field, with the contents of each of its items; empty where nothing in it is large. */
interface Large {
  readonly field: number;
  readonly items: readonly (() => Bytes[])[];
}

/** Encodes a message whose large fields (in order of number) are given apart; all other fields go through the library. */
function assemble<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, large: readonly Large[]): Bytes[] {
  const split = large.filter(({ items }) => items.length > 0);
  const chunks: Bytes[] = [];
  const push = (chunk: Bytes): void => {
    if (chunk.length > 0) chunks.push(chunk);
  };
  let above = 0;
  for (const { field, items } of split) {
    push(toBinary(schema, slice(schema, message, above, field)));
    for (const item of items) {
      const inner = item();
      push(new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(checkedLength(inner)).finish());
      for (const chunk of inner) push(chunk);
    }
    above = field;
  }
  push(toBinary(schema, above === 0 ? message : slice(schema, message, above, Infinity)));
  return chunks;
}

/** A shallow copy with only the fields numbered between the limits; unknown fields belong to the last part. */
function slice<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, above: number, below: number): MessageShape<Desc> {
  const part = Object.assign(create(schema), message);
  for (const field of schema.fields) if (field.number <= above || field.number >= below) clearField(part, field);
  if (below !== Infinity) part.$unknown = undefined;
  return part;
}

function graphChunks(graph: GraphProto): Bytes[] {
  return assemble(GraphProtoSchema, graph, [
    { field: 1, items: graph.node.map((node) => () => nodeChunks(node)) },
    { field: 5, items: graph.initializer.map((tensor) => () => tensorChunks(tensor)) },
  ]);
}

function nodeChunks(node: NodeProto): Bytes[] {
  const large = node.attribute.some(attributeHoldsLarge) ? node.attribute : [];
  return assemble(NodeProtoSchema, node, [{ field: 5, items: large.map((attribute) => () => attributeChunks(attribute)) }]);
}

function attributeChunks(attribute: AttributeProto): Bytes[] {
  const { t, g } = attribute;
  if (!attributeHoldsLarge(attribute)) return assemble(AttributeProtoSchema, attribute, []);
  return assemble(AttributeProtoSchema, attribute, [
    { field: 5, items: t ? [() => tensorChunks(t)] : [] },
    { field: 6, items: g ? [() => graphChunks(g)] : [] },
    { field: 10, items: attribute.tensors.map((tensor) => () => tensorChunks(tensor)) },
    { field: 11, items: attribute.graphs.map((graph) => () => graphChunks(graph)) },
  ]);
}

function tensorChunks(tensor: TensorProto): Bytes[] {
  return assemble(TensorProtoSchema, tensor, [{ field: 9, items: isLarge(tensor) ? [() => [rawOf(tensor)]] : [] }]);
}

function isLarge(tensor: TensorProto): boolean {
  return rawOf(tensor).length >= SHARE_BYTES;
}

function attributeHoldsLarge({ t, g, tensors, graphs }: AttributeProto): boolean {
  return (t !== undefined && isLarge(t)) || (g !== undefined && holdsLarge(g)) || tensors.some(isLarge) || graphs.some(holdsLarge);
}

function holdsLarge(graph: GraphProto): boolean {
  return graph.initializer.some(isLarge) || graph.node.some((node) => node.attribute.some(attributeHoldsLarge));
}
