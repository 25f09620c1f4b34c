import type { NodeProto } from 'onnx-buf';
import { intAttribute } from '../../onnx/nodes';
import { operatorOf } from '../../onnx/operators/table';
import type { Homogeneous } from '../../onnx/operators/types';
import { weightType } from '../../onnx/tensor';
import type { Scope } from '../../onnx/graph';
import type { Use, ValueIndex } from '../../onnx/values';
import { clipBounds } from '../clip-bounds';
import { floatConstant, floatTypeOf, perChannel } from '../layer-bias';
import type { Addend, UpperClip, Place, Surroundings } from './types';

/** What a node does with channels that go through it: f(x / s) = f(x) / s for every channel's own s > 0, but for what is named here. */
export interface Passage {
  /** What it changes of the place. */
  readonly place?: Partial<Place>;
  readonly addend?: Addend;
  readonly clip?: UpperClip;
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
  const operator = operatorOf(node);
  if (operator?.adds === true) return isBias ? SAME : addOf(around.index, use, place, refusal);
  if (operator?.moves?.joins === true) return concatOf(around, use, place, refusal);
  if (operator === undefined || use.input !== 0) return refusal;
  if (operator.homogeneous)
    return node.output.slice(1).every((name) => name === '') ? homogeneousOf(operator.homogeneous, node, place, refusal) : refusal;
  if (operator.clips === 'beyond bounds') return clipOf(around.index, use, place);
  if (operator.normalizes === 'batches') return 'It is followed by a batch norm; put fold-batchnorm before equalize-layers in the recipe.';
  return operator.regroups === true ? flattenOf(around, use, place, refusal) : refusal;
}

function homogeneousOf({ activates, pools, fixed }: Homogeneous, node: NodeProto, { layout }: Place, refusal: string): Passage | string {
  if (pools === true && layout !== 'planes') return refusal;
  const reason = fixed?.(node) ?? null;
  if (reason !== null) return { fixed: reason };
  return activates === true ? ACTIVE : SAME;
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
function concatOf(around: Surroundings, { node, scope }: Use, place: Place, refusal: string): Passage | string {
  if (place.layout !== 'planes' || intAttribute(node, 'axis', 1) !== 1) return refusal;
  const found = placeIn(around, scope, node.output[0] ?? '', place);
  return found === null ? 'Its output is joined to others of unknown size.' : { place: found };
}

function clipOf(index: ValueIndex, { node, scope }: Use, place: Place): Passage | string {
  const bounds = clipBounds(index, scope, node);
  if (bounds === null) return 'Its output is clipped to bounds that are not constants.';
  const { min, max } = bounds;
  if (min !== 0 || max <= 0) return `Its output is clipped from ${min} to ${max}, which scaling would move.`;
  if (max > 1e30) return ACTIVE;
  if (place.total !== place.channels) return 'Its output is clipped together with that of other layers.';
  const type = floatTypeOf(index, scope, node.input[0] ?? '');
  return type ? { ...ACTIVE, clip: { node, scope, max, dims: channelDims(place), type } } : 'The type of what is clipped is not known.';
}

/** Dimensions of a constant with a value for each channel. */
function channelDims({ layout, channels, rank }: Place): number[] {
  return layout === 'columns' ? [channels] : [channels, ...Array.from({ length: (rank ?? 2) - 2 }, () => 1)];
}

/** [N, C, ...] to [N, C * positions]: every channel becomes as many columns as it has positions. */
function flattenOf(around: Surroundings, { node, scope }: Use, place: Place, refusal: string): Passage | string {
  const [from, to] = [around.shapes.find(scope, node.input[0] ?? ''), around.shapes.find(scope, node.output[0] ?? '')];
  if (intAttribute(node, 'axis', 1) !== 1) return refusal;
  if (place.layout === 'planes' && (!from || to?.length !== 2 || from[0] !== to[0]))
    return `The shape before or after ${node.opType} is not known.`;
  const found = to?.length === 2 ? placeIn(around, scope, node.output[0] ?? '', place) : null;
  return found === null ? refusal : { place: { ...found, layout: 'columns', rank: 2 } };
}

/**
 * Where the producer's channels lie on axis 1 of a value: in their order, each as many places one after the other; null where they do not.
 */
function placeIn(
  { index, channels }: Surroundings,
  scope: Scope,
  name: string,
  { made }: Place,
): Pick<Place, 'total' | 'offset' | 'spread'> | null {
  const value = index.find(scope, name);
  const marks = value && channels.marksOf(value);
  if (!marks || marks.axes.length !== 1 || marks.axes[0] !== 1) return null;
  const wanted = Array.from(made, (id) => channels.sets.rootOf(id));
  const found = Array.from(marks.ids, (id) => channels.sets.rootOf(id));
  const offset = found.indexOf(wanted[0] ?? -1);
  const spread = found.lastIndexOf(wanted[0] ?? -1) - offset + 1;
  const inOrder =
    offset >= 0 && wanted.every((id, c) => found.slice(offset + c * spread, offset + (c + 1) * spread).every((each) => each === id));
  return inOrder ? { total: found.length, offset, spread } : null;
}
