/** Operators that move elements, or leave them where they are. */
import type { Axis } from '../axes';
import { expanded, positive, regrouped, reshaped, sizesOf, unsqueezed, withMoved, withSingles } from '../axes';
import { intAttribute, intsAttribute, stringAttribute } from '../nodes';
import { sizeOf } from '../tensor';
import { changedBy } from './changes';
import { axisOf, broadcast, sameShape, unary } from './shape-rules';
import type { Known, Moves, MoveSite, Operator, Shape } from './types';

/** What shape arithmetic makes of the same numbers in another shape. */
function sameIntegers({ numbers: [a] }: Known): Shape | null {
  return a ?? null;
}

const nowhere: Moves = { axes: (_, axes) => axes, stays: true };

export const MOVING: readonly Operator[] = [
  {
    types: 'Identity',
    shape: sameShape,
    integers: sameIntegers,
    moves: nowhere,
    pointwise: { value: (_, [x = 0]) => x },
    homogeneous: {},
    integer: { as: 'sharing' },
  },
  { types: 'Cast', shape: sameShape, integers: sameIntegers, moves: nowhere, typeAttribute: { name: 'to' } },
  { types: 'CastLike', moves: nowhere },
  {
    types: 'Dropout',
    changed: changedBy(12),
    channels: 'kept',
    shape: ({ shapes: [x] }) => [x ?? null, x ?? null],
    pointwise: { reads: 1, value: (_, [x = 0]) => x },
    homogeneous: {},
    integer: { as: 'sharing' },
    inference: 'Identity',
  },
  {
    types: 'Flatten',
    regroups: true,
    integer: { as: 'sharing' },
    shape: unary((x, { node }) => {
      const axis = axisOf(node, x.length, 1);
      return [sizeOf(x.slice(0, axis)), sizeOf(x.slice(axis))];
    }),
    moves: {
      axes: ({ node }, axes) => {
        const at = axisOf(node, axes.length, 1);
        return regrouped(axes, [sizeOf(sizesOf(axes.slice(0, at))), sizeOf(sizesOf(axes.slice(at)))]);
      },
    },
  },
  {
    types: 'Reshape',
    regroups: true,
    sizes: 1,
    shape: unary((x, { numbers }) => (numbers[1] ? reshaped(x, numbers[1]) : null)),
    moves: { axes: reshapedAxes },
    integer: { as: 'sharing' },
  },
  {
    types: 'Squeeze',
    changed: changedBy(13),
    integer: { as: 'sharing' },
    shape: unary((x, { node, numbers }) => {
      const axes = (intsAttribute(node, 'axes') ?? numbers[1])?.map((axis) => positive(axis, x.length));
      return x.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
    }),
    integers: sameIntegers,
    moves: {
      axes: (site, axes) => {
        const named = (intsAttribute(site.node, 'axes') ?? site.list(1) ?? []).map((axis) => positive(axis, axes.length));
        return axes.filter(({ size }, at) => (named.length > 0 ? !named.includes(at) : size !== 1));
      },
    },
  },
  {
    types: 'Unsqueeze',
    changed: changedBy(13),
    integer: { as: 'sharing' },
    shape: unary((x, { node, numbers }) => {
      const axes = intsAttribute(node, 'axes') ?? numbers[1];
      return axes ? unsqueezed(x, axes) : null;
    }),
    integers: sameIntegers,
    moves: {
      axes: (site, axes) => {
        const places = intsAttribute(site.node, 'axes') ?? site.list(1);
        return places && withSingles(axes, places);
      },
    },
  },
  {
    types: 'Transpose',
    integer: { as: 'sharing' },
    shape: unary((x, { node }) => {
      const order = intsAttribute(node, 'perm') ?? x.map((_, axis) => x.length - 1 - axis);
      return order.map((axis) => x[axis] ?? 1);
    }),
    moves: {
      axes: ({ node }, axes) => {
        const order = intsAttribute(node, 'perm') ?? axes.map((_, at) => axes.length - 1 - at);
        const turned = order.flatMap((at) => axes[at] ?? []);
        return turned.length === axes.length ? turned : null;
      },
    },
  },
  {
    types: 'Slice',
    cutsOut: true,
    shape: unary(sliced),
    integers: cutIntegers,
    moves: { axes: slicedAxes },
    integer: { as: 'sharing' },
    changed: changedBy(10),
  },
  {
    types: 'Concat',
    integer: { as: 'sharing', joins: true },
    shape: ({ node, shapes }) => {
      const [first] = shapes;
      if (!first || shapes.some((shape) => shape === null)) return [];
      const axis = axisOf(node, first.length, 0);
      const total = shapes.reduce((sum, shape) => sum + (shape?.[axis] ?? 0), 0);
      return [first.map((size, at) => (at === axis ? total : size))];
    },
    integers: ({ numbers }) => (numbers.every((part) => part !== null) ? numbers.flat() : null),
    moves: {
      joins: true,
      axes: (site, axes) => {
        // Beside activations it is data of its own, a first token for instance, and no part of a weight.
        if (!site.isDerived()) return null;
        return site.node.input.length === 1 ? axes : alongAxis(site, axes);
      },
    },
  },
  {
    types: 'Split',
    changed: changedBy(13),
    shape: ({ node, shapes: [x], numbers }) => {
      if (!x) return [];
      const axis = axisOf(node, x.length, 0);
      const sizes = intsAttribute(node, 'split') ?? numbers[1];
      const even = Math.ceil((x[axis] ?? 1) / node.output.length);
      return node.output.map((_, part) => x.map((size, at) => (at === axis ? (sizes?.[part] ?? even) : size)));
    },
    moves: { splits: true, axes: alongAxis },
  },
  {
    types: 'Pad',
    changed: changedBy(11),
    channels: 'kept',
    domains: ['', 'com.microsoft'],
    shape: unary((x, { node, numbers }) => {
      const pads = intsAttribute(node, 'pads') ?? numbers[1];
      return pads?.length === 2 * x.length ? x.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + x.length] ?? 0)) : null;
    }),
  },
  {
    types: 'Expand',
    sizes: 1,
    shape: ({ shapes: [x], numbers: [, target] }) => [x && target ? broadcast([x, target]) : null],
    moves: {
      axes: (site, axes) => {
        const shape = site.made();
        return shape && expanded(axes, shape);
      },
    },
  },
  {
    types: 'Resize',
    changed: changedBy(10, 11, 13),
    channels: 'kept',
    sizes: 3,
    shape: unary(
      (x, { numbers }) => numbers[3] ?? (numbers[2] ? x.map((size, axis) => Math.floor(size * (numbers[2]?.[axis] ?? 1))) : null),
    ),
  },
  {
    types: 'DepthToSpace',
    integer: { as: 'sharing' },
    shape: unary((x, { node }) => {
      const block = intAttribute(node, 'blocksize', 1);
      return [x[0] ?? 1, (x[1] ?? 1) / block ** 2, (x[2] ?? 1) * block, (x[3] ?? 1) * block];
    }),
  },
  { types: 'Trilu', domains: ['', 'com.microsoft'], shape: sameShape },
  { types: 'Upsample', changed: changedBy(9, 10) },
  { types: 'Scatter', renamed: { since: 11, name: 'ScatterElements' } },
  { types: 'SpaceToDepth', integer: { as: 'sharing' } },
  {
    // Runtimes move halves, and do not add them up, multiply or compare them.
    types: 'ScatterElements ScatterND',
    shape: sameShape,
    lacksHalf: (node) => stringAttribute(node, 'reduction', 'none') !== 'none',
  },
];

function sliced(x: Shape, { node, numbers }: Known): Shape | null {
  const starts = intsAttribute(node, 'starts') ?? numbers[1];
  const ends = intsAttribute(node, 'ends') ?? numbers[2];
  if (!starts || !ends) return null;
  const axes = intsAttribute(node, 'axes') ?? numbers[3] ?? starts.map((_, axis) => axis);
  const result = [...x];
  for (const [at, axis] of axes.entries()) {
    const size = x[positive(axis, x.length)] ?? 1;
    const step = numbers[4]?.[at] ?? 1;
    const clamp = (limit: number): number =>
      Math.min(Math.max(limit < 0 ? limit + size : limit, step < 0 ? -1 : 0), step < 0 ? size - 1 : size);
    result[positive(axis, x.length)] = Math.max(0, Math.ceil((clamp(ends[at] ?? size) - clamp(starts[at] ?? 0)) / step));
  }
  return result;
}

function cutIntegers({ node, numbers }: Known): Shape | null {
  const [a, b, c] = numbers;
  const starts = intsAttribute(node, 'starts') ?? b;
  const ends = intsAttribute(node, 'ends') ?? c;
  return a && starts?.length === 1 && ends?.length === 1 && (numbers[4]?.[0] ?? 1) === 1 ? a.slice(starts[0], ends[0]) : null;
}

function reshapedAxes(site: MoveSite, axes: readonly Axis[]): readonly Axis[] | null {
  const target = site.list(1);
  const shape =
    target && !(intAttribute(site.node, 'allowzero', 0) !== 0 && target.includes(0)) ? reshaped(sizesOf(axes), target) : site.made();
  if (shape && target && axes.every(({ whole }) => whole)) site.refuseUnless(shape, sizesOf(axes));
  return shape && regrouped(axes, shape);
}

/** One axis cut, or longer by what others put beside. */
function alongAxis(site: MoveSite, axes: readonly Axis[]): readonly Axis[] {
  const at = axisOf(site.node, axes.length, 0);
  return withMoved(axes, at, site.made()?.[at] ?? axes[at]?.size ?? 1);
}

function slicedAxes(site: MoveSite, axes: readonly Axis[]): readonly Axis[] | null {
  const { node } = site;
  const [starts, ends] = [intsAttribute(node, 'starts') ?? site.list(1), intsAttribute(node, 'ends') ?? site.list(2)];
  const which = intsAttribute(node, 'axes') ?? site.list(3) ?? starts?.map((_, at) => at);
  const steps = site.list(4);
  if (!which) return null;
  const made = site.made();
  return which.reduce<readonly Axis[]>((cut, named, at) => {
    const place = positive(named, axes.length);
    const size = cut[place]?.size ?? 1;
    const whole = starts?.[at] === 0 && (ends?.[at] ?? 0) >= size && (steps?.[at] ?? 1) === 1;
    return whole ? cut : withMoved(cut, place, made?.[place] ?? size);
  }, axes);
}
