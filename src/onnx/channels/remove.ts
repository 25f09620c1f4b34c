/** Takes channels out of a graph: the constants that belong to them, and the integers that count them. */
import type { GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { addInitializer, uniqueNames } from '../graph';
import { findAttribute, makeNode } from '../nodes';
import { bytesOf, DataType, elementBits, elementBytes, int64Tensor, makeTensor, readInts, shapeOf, sizeOf } from '../tensor';
import { removeUnread } from '../unread';
import type { Value, ValueIndex } from '../values';
import type { ChannelMap, Counted, Dealt } from './map';

/** What a map was made of, and is edited by it. */
export interface Mapped {
  readonly proto: ModelProto;
  readonly index: ValueIndex;
  /** Made for removing. */
  readonly map: ChannelMap;
}

/** What a constant lost. */
export interface Cut {
  readonly value: Value;
  /** Of the constant before. */
  readonly shape: readonly number[];
  /** The places that are gone, by axis. */
  readonly axes: ReadonlyMap<number, ReadonlySet<number>>;
}

/**
 * Edits the graph in place: without these channels it computes what it would if no product listened to them.
 * @param gone roots of sets of channels (`ChannelGroup.roots`), none of them of a group that is fixed.
 * @returns what constants of floats lost, for values of theirs that are kept elsewhere.
 * @throws RangeError where something would be left without any channel (see `emptied`).
 */
export function removeChannels(mapped: Mapped, gone: ReadonlySet<number>): Cut[] {
  const { proto, map } = mapped;
  const isGone = (id: number): boolean => gone.has(map.sets.rootOf(id));
  const problem = emptied(map, gone);
  if (problem !== null) throw new RangeError(problem);
  const cuts = cutsOf(map, isGone);
  for (const cut of cuts) if (cut.value.constant) replaceConstant(cut.value, cutTensor(cut.value.constant, cut));
  const fresh = uniqueNames(proto);
  const unread = [...recount(mapped, fresh, isGone), ...map.dealt.flatMap((dealt) => deal(mapped, fresh, dealt, isGone))];
  dropShapes(mapped, isGone);
  removeUnread(proto, unread);
  return cuts;
}

/** What is left of values in the order of the constant before. */
export function cutFloats(values: Float32Array, cut: Cut): Float32Array {
  const bytes = cutBytes(bytesOf(values), values.BYTES_PER_ELEMENT, cut).bytes;
  return new Float32Array(bytes.buffer);
}

/** Written shapes of values that have fewer channels now, and of what nodes make beside them, which nobody reads. */
function dropShapes({ index, map }: Mapped, isGone: (id: number) => boolean): void {
  const stale = new Map<GraphProto, Set<string>>();
  for (const [{ name, scope, producer }, { ids }] of map.marked) {
    if (!ids.some(isGone)) continue;
    const names = stale.get(scope.graph) ?? new Set<string>();
    for (const each of [name, ...(producer?.output ?? [])]) names.add(each);
    stale.set(scope.graph, names);
  }
  for (const { graph } of index.scopes) graph.valueInfo = graph.valueInfo.filter(({ name }) => stale.get(graph)?.has(name) !== true);
}

/** In words what would be left without any channel; null: nothing. */
export function emptied(map: ChannelMap, gone: ReadonlySet<number>): string | null {
  const all = (ids: Int32Array): boolean => ids.length > 0 && ids.every((id) => gone.has(map.sets.rootOf(id)));
  for (const [value, { ids }] of map.marked) if (all(ids)) return `"${value.name}" would have no channel left`;
  return null;
}

function cutsOf(map: ChannelMap, isGone: (id: number) => boolean): Cut[] {
  const cuts = new Map<Value, Map<number, Set<number>>>();
  for (const { value, marks } of map.held) {
    const shape = value.constant ? shapeOf(value.constant) : [];
    const sizes = marks.axes.map((axis) => shape[axis] ?? 1);
    for (const [position, axis] of marks.axes.entries()) {
      const places = goneAlong(marks.ids, sizes, position, isGone);
      if (places.size > 0) cuts.set(value, (cuts.get(value) ?? new Map<number, Set<number>>()).set(axis, places));
    }
  }
  return [...cuts].map(([value, axes]) => ({ value, shape: value.constant ? shapeOf(value.constant) : [], axes }));
}

/** Places along one of several axes whose channels all go. */
function goneAlong(ids: Int32Array, sizes: readonly number[], axis: number, isGone: (id: number) => boolean): Set<number> {
  const size = sizes[axis] ?? 1;
  const inner = sizeOf(sizes.slice(axis + 1));
  const stays = new Uint8Array(size);
  for (const [at, id] of ids.entries()) if (!isGone(id)) stays[Math.floor(at / inner) % size] = 1;
  const places = new Set<number>();
  for (const [place, kept] of stays.entries()) if (kept === 0) places.add(place);
  return places;
}

/** The tensor without those places; its type stays. */
function cutTensor(tensor: TensorProto, cut: Cut): TensorProto {
  const width = (elementBits(tensor.dataType) ?? 0) / 8;
  if (!Number.isInteger(width) || width === 0) throw new RangeError(`"${tensor.name}" has elements of parts of bytes`);
  const { bytes, shape } = cutBytes(elementBytes(tensor), width, cut);
  return makeTensor(tensor.name, tensor.dataType, shape, bytes);
}

/** Row-major elements of `width` bytes. */
function cutBytes(
  from: Uint8Array<ArrayBuffer>,
  width: number,
  { shape: before, axes }: Pick<Cut, 'shape' | 'axes'>,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly shape: readonly number[] } {
  let bytes = from;
  let shape = before;
  for (const [axis, gone] of axes) {
    const size = shape[axis] ?? 1;
    const inner = sizeOf(shape.slice(axis + 1)) * width;
    const kept = new Uint8Array((bytes.length / size) * (size - gone.size));
    let to = 0;
    for (let start = 0, place = 0; start < bytes.length; start += inner, place = place + 1 === size ? 0 : place + 1) {
      if (gone.has(place)) continue;
      kept.set(bytes.subarray(start, start + inner), to);
      to += inner;
    }
    bytes = kept;
    shape = shape.map((each, at) => (at === axis ? size - gone.size : each));
  }
  return { bytes, shape };
}

/** Puts a constant of another shape where it stood: an initializer, its graph input before IR version 4, or a Constant node. */
function replaceConstant({ name, scope: { graph }, producer }: Value, tensor: TensorProto): void {
  const attribute = producer && findAttribute(producer, 'value');
  if (attribute) attribute.t = tensor;
  else graph.initializer = graph.initializer.map((each) => (each.name === name ? tensor : each));
  for (const input of graph.input) {
    const dims = input.name === name && input.type?.value.case === 'tensorType' ? input.type.value.value.shape?.dim : undefined;
    for (const [at, dim] of dims?.entries() ?? []) dim.value = { case: 'dimValue', value: tensor.dims[at] ?? 1n };
  }
}

/** Integers that count channels, each node's lists anew, since others may read the same ones. Gives names that they no longer read. */
function recount({ proto, index, map }: Mapped, fresh: (prefix: string) => string, isGone: (id: number) => boolean): string[] {
  const lists = new Map<NodeProto, Map<number, Counted[]>>();
  for (const each of map.counted) {
    if (!each.ids.some(isGone)) continue;
    if (typeof each.list === 'string') {
      const attribute = findAttribute(each.node, each.list);
      if (attribute && attribute.ints.length > 0) attribute.ints[each.element] = BigInt(leftOf(each, isGone));
      else if (attribute) attribute.i = BigInt(leftOf(each, isGone));
      continue;
    }
    const own = lists.get(each.node) ?? new Map<number, Counted[]>();
    lists.set(each.node, own.set(each.list, [...(own.get(each.list) ?? []), each]));
  }
  return [...lists].flatMap(([node, own]) =>
    [...own].flatMap(([input, all]) => {
      const [first] = all;
      const name = node.input[input] ?? '';
      const constant = first && index.find(first.scope, name)?.constant;
      if (!constant) return [];
      const values = readInts(constant);
      for (const each of all) values[each.element] = leftOf(each, isGone);
      node.input[input] = fresh('n');
      addInitializer(proto, first.scope.graph, integers(node.input[input] ?? '', constant.dataType, values));
      return [name];
    }),
  );
}

/** The number that is left of what an integer counts. */
function leftOf({ ids, sizes, axis, each }: Counted, isGone: (id: number) => boolean): number {
  return ((sizes[axis] ?? 0) - goneAlong(ids, sizes, axis, isGone).size) / each;
}

/** Writes how many channels each output of a Split gets now. Gives the name of a list that it no longer reads. */
function deal(
  { proto, index }: Mapped,
  fresh: (prefix: string) => string,
  { node, scope, parts }: Dealt,
  isGone: (id: number) => boolean,
): string[] {
  if (!parts.some((ids) => ids.some(isGone))) return [];
  const sizes = parts.map((ids) => ids.reduce((count, id) => (isGone(id) ? count : count + 1), 0));
  if (index.opset < SIZES_ARE_INPUT) {
    node.attribute = [...node.attribute.filter(({ name }) => name !== 'split'), ...makeNode('Split', [], [], { split: sizes }).attribute];
    return [];
  }
  const [name = ''] = node.input.slice(1);
  node.attribute = node.attribute.filter(({ name: own }) => own !== 'num_outputs');
  node.input = [node.input[0] ?? '', fresh('n')];
  addInitializer(proto, scope.graph, int64Tensor(node.input[1] ?? '', sizes));
  return [name];
}

/** The operator set in which the sizes of a Split became an input. */
const SIZES_ARE_INPUT = 13;

function integers(name: string, dataType: number, values: readonly number[]): TensorProto {
  return dataType === DataType.INT32
    ? makeTensor(name, dataType, [values.length], bytesOf(Int32Array.from(values)))
    : int64Tensor(name, values);
}
