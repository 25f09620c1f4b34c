import type { NodeProto } from 'onnx-buf';
import { findAttribute, intAttribute, intsAttribute, isOnnx } from '../../onnx/nodes';
import { readFloats, weightType } from '../../onnx/tensor';
import type { Use, ValueIndex } from '../../onnx/values';
import type { Scope } from '../../onnx/graph';
import { floatConstant, floatTypeOf, perChannel } from '../layer-bias';
import type { Addend, Ceiling, Place, Surroundings } from './types';

/** What a node does with channels that go through it: f(x / s) = f(x) / s for every channel's own s > 0, but for what is named here. */
export interface Passage {
  /** What it changes of the place. */
  readonly place?: Partial<Place>;
  readonly addend?: Addend;
  readonly ceiling?: Ceiling;
  /** It is the identity on values >= 0 only. */
  readonly activates?: boolean;
  /** Why f(x - c) = f(x) - c does not hold. */
  readonly fixed?: string;
}

const SAME: Passage = {};
const ACTIVE: Passage = { activates: true };

/** How a node passes scaled channels on, or the reason why it does not. */
export function passOn(around: Surroundings, use: Use, place: Place, isBias: boolean): Passage | string {
  const { node } = use;
  const refusal = `Its output goes to ${node.opType}, which does not pass a scale of channels on.`;
  if (!isOnnx(node.domain)) return refusal;
  if (node.opType === 'Add') return isBias ? SAME : addOf(around.index, use, place, refusal);
  if (node.opType === 'Concat') return concatOf(around, use, place, refusal);
  if (use.input !== 0) return refusal;
  switch (node.opType) {
    case 'Identity':
    case 'Dropout':
      return node.output.length > 1 && node.output.slice(1).some((name) => name !== '') ? refusal : SAME;
    case 'Relu':
    case 'LeakyRelu':
    case 'PRelu':
      return ACTIVE;
    case 'Clip':
      return clipOf(around.index, use, place);
    case 'MaxPool':
    case 'GlobalMaxPool':
    case 'GlobalAveragePool':
      return place.layout === 'planes' && node.output.length === 1 ? SAME : refusal;
    case 'AveragePool':
      if (place.layout !== 'planes') return refusal;
      return intsAttribute(node, 'pads')?.some((pad) => pad !== 0) || findAttribute(node, 'auto_pad') ? { fixed: 'an average over padding follows it' } : SAME;
    case 'Flatten':
    case 'Reshape':
      return flattenOf(around, use, place, refusal);
    case 'BatchNormalization':
      return 'It is followed by a batch norm; put fold-batchnorm before equalize-layers in the recipe.';
    default:
      return refusal;
  }
}

function addOf(index: ValueIndex, { node, scope, input }: Use, place: Place, refusal: string): Passage | string {
  const other = 1 - input;
  const tensor = floatConstant(index, scope, node.input[other] ?? '');
  if (!tensor) return refusal;
  if (place.total !== place.channels) return 'A constant is added to its output after channels were flattened or joined.';
  const axis = place.layout === 'columns' ? 1 : (place.rank ?? 0) - 1;
  const values = perChannel(tensor, place.channels, axis);
  const type = weightType(tensor.dataType);
  return values && type ? { addend: { node, scope, input: other, values, dims: channelDims(place), type } } : refusal;
}

/** Channels keep their order and come to stand after those of the inputs before. */
function concatOf({ shapes }: Surroundings, { node, scope, input }: Use, place: Place, refusal: string): Passage | string {
  if (place.layout !== 'planes' || intAttribute(node, 'axis', 1) !== 1) return refusal;
  const before = node.input.slice(0, input).map((name) => shapes.find(scope, name)?.[1]);
  if (before.some((size) => size === undefined)) return 'Its output is joined to others of unknown size.';
  const total = shapes.find(scope, node.output[0] ?? '')?.[1];
  if (total === undefined) return 'Its output is joined to others of unknown size.';
  return { place: { total, offset: place.offset + before.reduce<number>((sum, size) => sum + (size ?? 0), 0) } };
}

function clipOf(index: ValueIndex, { node, scope }: Use, place: Place): Passage | string {
  const [min, max] = [bound(index, scope, node, 1, 'min'), bound(index, scope, node, 2, 'max')];
  if (min === null || max === null) return 'Its output is clipped to bounds that are not constants.';
  if (min !== 0 || max <= 0) return `Its output is clipped from ${min} to ${max}, which scaling would move.`;
  if (max > 1e30) return ACTIVE;
  if (place.total !== place.channels) return 'Its output is clipped together with that of other layers.';
  const type = floatTypeOf(index, scope, node.input[0] ?? '');
  return type ? { ...ACTIVE, ceiling: { node, scope, max, dims: channelDims(place), type } } : 'The type of what is clipped is not known.';
}

/** Dimensions of a constant with a value for each channel. */
function channelDims({ layout, channels, rank }: Place): number[] {
  return layout === 'columns' ? [channels] : [channels, ...Array.from({ length: (rank ?? 2) - 2 }, () => 1)];
}

/** A bound of a Clip, as an input (opset 11 on) or an attribute; null where it is not constant. */
function bound(index: ValueIndex, scope: Scope, node: NodeProto, input: number, name: 'min' | 'max'): number | null {
  const open = name === 'min' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = node.input[input] ?? '';
  if (value === '') return findAttribute(node, name)?.f ?? open;
  const constant = floatConstant(index, scope, value);
  return constant ? (readFloats(constant)[0] ?? open) : null;
}

/** [N, C, ...] to [N, C * positions]: every channel becomes as many columns as it has positions. */
function flattenOf({ shapes }: Surroundings, { node, scope }: Use, place: Place, refusal: string): Passage | string {
  const [from, to] = [shapes.find(scope, node.input[0] ?? ''), shapes.find(scope, node.output[0] ?? '')];
  if (node.opType === 'Flatten' && intAttribute(node, 'axis', 1) !== 1) return refusal;
  if (place.layout === 'columns') return from?.length === 2 && to?.length === 2 && from[1] === to[1] ? SAME : refusal;
  if (!from || to?.length !== 2 || from[0] !== to[0]) return `The shape before or after ${node.opType} is not known.`;
  const positions = from.slice(2).reduce((product, size) => product * size, 1);
  if (from[1] !== place.total || place.total * positions !== to[1]) return refusal;
  return { place: { layout: 'columns', rank: 2, total: to[1] ?? 0, spread: positions, offset: place.offset * positions } };
}
