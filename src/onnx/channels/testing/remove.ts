import type { TensorProto } from 'onnx-buf';
import { cloneForEdit } from '../../clone';
import { bytesOf, DataType, makeTensor, readFloats, shapeOf, sizeOf } from '../../tensor';
import { indexShapes } from '../../shapes';
import type { OnnxModel } from '../../types';
import { indexValues } from '../../values';
import { groupsOf, type ChannelGroup } from '../groups';
import { indexChannels } from '../index';

export function groupsOfModel({ proto }: OnnxModel, remove = true): ChannelGroup[] {
  const index = indexValues(proto);
  return groupsOf(indexChannels(index, indexShapes(index), remove));
}

/** A copy in which every product reads zeros of this channel of each group: whatever the channel holds, it makes no difference. */
export function silenced(model: OnnxModel, gone: ReadonlyMap<ChannelGroup, number>): OnnxModel {
  const copy = cloneForEdit(model);
  for (const [group, channel] of gone) {
    const weights = new Set(group.readers.map(({ node }) => node.input[1] ?? ''));
    for (const { value, axes, channels } of group.members) {
      const reader = group.readers.find(({ node }) => node.input[1] === value.name);
      if (!weights.has(value.name) || !reader) continue;
      const depthwise = reader.geometry.groups > 1 && reader.geometry.inputs === 1;
      const isInput = axes[0] === (reader.geometry.scatters || reader.geometry.inputStride > reader.geometry.outputStride ? 0 : 1);
      if (!depthwise && !isInput) continue;
      edit(copy, value.name, (tensor) => withValues(tensor, axes[0] ?? 0, (place) => channels[place] === channel, 'zero'));
    }
  }
  return copy;
}

/** A copy without this channel of each group. */
export function removed(model: OnnxModel, gone: ReadonlyMap<ChannelGroup, number>): OnnxModel {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) return copy;
  graph.valueInfo = [];
  const cuts = new Map<string, Map<number, Set<number>>>();
  for (const [group, channel] of gone) {
    for (const { value, axes, channels } of group.members) {
      if (!value.constant) continue;
      const own = cuts.get(value.name) ?? new Map<number, Set<number>>();
      const places = own.get(axes[0] ?? 0) ?? new Set<number>();
      for (const [place, each] of channels.entries()) if (each === channel) places.add(place);
      cuts.set(value.name, own.set(axes[0] ?? 0, places));
    }
    for (const { node, geometry, makes } of group.readers) {
      const grouped = graph.node.find((other) => other.output[0] === node.output[0])?.attribute.find(({ name }) => name === 'group');
      if (grouped && geometry.groups > 1 && geometry.inputs === 1)
        grouped.i -= BigInt(
          makes.length / geometry.outputs - (makes.length - channelsGone(group, node.output[0] ?? '', channel)) / geometry.outputs,
        );
    }
  }
  for (const [name, axes] of cuts)
    for (const [axis, places] of axes) edit(copy, name, (tensor) => withValues(tensor, axis, (place) => places.has(place), 'cut'));
  return copy;
}

function channelsGone(group: ChannelGroup, name: string, channel: number): number {
  return group.members.find(({ value }) => value.name === name)?.channels.filter((each) => each === channel).length ?? 0;
}

function edit({ proto }: OnnxModel, name: string, change: (tensor: TensorProto) => TensorProto): void {
  const { graph } = proto;
  if (!graph) return;
  graph.initializer = graph.initializer.map((tensor) => (tensor.name === name ? change(tensor) : tensor));
  for (const node of graph.node)
    for (const attribute of node.output[0] === name ? node.attribute : []) if (attribute.t) attribute.t = change(attribute.t);
  graph.input = graph.input.filter((input) => input.name !== name);
}

function withValues(tensor: TensorProto, axis: number, gone: (place: number) => boolean, how: 'zero' | 'cut'): TensorProto {
  const shape = shapeOf(tensor);
  const inner = sizeOf(shape.slice(axis + 1));
  const size = shape[axis] ?? 1;
  const isGone = (element: number): boolean => gone(Math.floor(element / inner) % size);
  const values = readFloats(tensor);
  if (how === 'zero') return makeTensor(tensor.name, DataType.FLOAT, shape, bytesOf(values.map((v, e) => (isGone(e) ? 0 : v))));
  const kept = values.filter((_, e) => !isGone(e));
  const left = Array.from({ length: size }, (_, place) => place).filter((place) => !gone(place)).length;
  return makeTensor(
    tensor.name,
    DataType.FLOAT,
    shape.map((each, at) => (at === axis ? left : each)),
    bytesOf(kept),
  );
}
