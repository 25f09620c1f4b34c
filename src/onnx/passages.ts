/** How nodes that only move elements hand a weight on. */
import { own } from '../base/own';
import type { Axis } from './axes';
import { expanded, positive, regrouped, reshaped, sizesOf, withMoved, withSingles } from './axes';
import { badModel, nodeLabel, quoted } from './check/problem';
import { shapeText } from './check/tensors';
import type { Scope } from './graph';
import { intAttribute, intsAttribute, isOnnx } from './nodes';
import type { ShapeIndex } from './shapes';
import { readInts, sizeOf } from './tensor';
import type { Use, Value, ValueIndex } from './values';

/** What is known of the graph where values are followed. */
export interface Ground {
  readonly index: ValueIndex;
  readonly shapes: ShapeIndex;
  /** Values that are the same in every run. */
  readonly derived: ReadonlySet<Value>;
}

/** A value that holds elements of a stored tensor. */
export interface Moved {
  readonly value: Value;
  readonly axes: readonly Axis[];
}

/** The values that a node makes of an input by moving its elements; null for nodes that compute something, or by numbers that are not known. */
export function passOn(ground: Ground, use: Use, axes: readonly Axis[]): Moved[] | null {
  const { node, scope, input } = use;
  if (!isOnnx(node.domain) || (input !== 0 && node.opType !== 'Concat')) return null;
  const rule = own(RULES, node.opType);
  if (!rule) return null;
  const outputs = node.opType === 'Split' ? node.output : node.output.slice(0, 1);
  const moved = outputs.flatMap((name) => {
    const value = ground.index.find(scope, name);
    const after = value && rule(new Site(ground, use, name), axes);
    return value && after ? [{ value, axes: after }] : [];
  });
  return moved.length > 0 ? moved : null;
}

type Rule = (site: Site, axes: readonly Axis[]) => readonly Axis[] | null;

const same: Rule = (_, axes) => axes;

const RULES: Readonly<Record<string, Rule>> = {
  Identity: same,
  Cast: same,
  CastLike: same,
  Flatten(site, axes) {
    const at = positive(site.int('axis', 1), axes.length);
    return regrouped(axes, [sizeOf(sizesOf(axes.slice(0, at))), sizeOf(sizesOf(axes.slice(at)))]);
  },
  Reshape(site, axes) {
    const target = site.list(1);
    const shape = target && !(site.int('allowzero', 0) !== 0 && target.includes(0)) ? reshaped(sizesOf(axes), target) : site.made();
    if (shape && target && axes.every(({ whole }) => whole)) site.refuseUnless(shape, sizesOf(axes));
    return shape && regrouped(axes, shape);
  },
  Squeeze(site, axes) {
    const named = (site.ints('axes') ?? site.list(1) ?? []).map((axis) => positive(axis, axes.length));
    return axes.filter(({ size }, at) => (named.length > 0 ? !named.includes(at) : size !== 1));
  },
  Unsqueeze(site, axes) {
    const places = site.ints('axes') ?? site.list(1);
    return places && withSingles(axes, places);
  },
  Transpose(site, axes) {
    const order = site.ints('perm') ?? axes.map((_, at) => axes.length - 1 - at);
    const turned = order.flatMap((at) => axes[at] ?? []);
    return turned.length === axes.length ? turned : null;
  },
  Slice(site, axes) {
    const [starts, ends] = [site.ints('starts') ?? site.list(1), site.ints('ends') ?? site.list(2)];
    const which = site.ints('axes') ?? site.list(3) ?? starts?.map((_, at) => at);
    const steps = site.list(4);
    if (!which) return null;
    const made = site.made();
    return which.reduce<readonly Axis[]>((cut, named, at) => {
      const place = positive(named, axes.length);
      const size = cut[place]?.size ?? 1;
      const whole = starts?.[at] === 0 && (ends?.[at] ?? 0) >= size && (steps?.[at] ?? 1) === 1;
      return whole ? cut : withMoved(cut, place, made?.[place] ?? size);
    }, axes);
  },
  Concat(site, axes) {
    const at = positive(site.int('axis', 0), axes.length);
    // Beside activations it is data of its own, a first token for instance, and no part of a weight.
    if (!site.isDerived()) return null;
    return site.inputs === 1 ? axes : withMoved(axes, at, site.made()?.[at] ?? axes[at]?.size ?? 1);
  },
  Split(site, axes) {
    const at = positive(site.int('axis', 0), axes.length);
    return withMoved(axes, at, site.made()?.[at] ?? axes[at]?.size ?? 1);
  },
  Expand(site, axes) {
    const shape = site.made();
    return shape && expanded(axes, shape);
  },
};

/** A node on the way, with what is asked of it. */
class Site {
  private readonly ground: Ground;
  private readonly use: Use;
  private readonly output: string;

  constructor(ground: Ground, use: Use, output: string) {
    this.ground = ground;
    this.use = use;
    this.output = output;
  }

  /** @throws WhittleError 'bad-model' where elements of one shape cannot be given the other. */
  refuseUnless(shape: readonly number[], before: readonly number[]): void {
    if (shape.every(Number.isInteger) && sizeOf(shape) === sizeOf(before)) return;
    throw badModel(`${nodeLabel(this.use.node)} cannot give ${quoted(this.use.node.input[0] ?? '')} ${shapeText(before)} the shape ${shapeText(shape)}.`);
  }

  get inputs(): number {
    return this.use.node.input.length;
  }

  int(name: string, fallback: number): number {
    return intAttribute(this.use.node, name, fallback);
  }

  ints(name: string): number[] | undefined {
    return intsAttribute(this.use.node, name);
  }

  /** The constant integers of an input; null where it is none. */
  list(input: number): number[] | null {
    return integers(this.ground.index, this.use.scope, this.use.node.input[input]);
  }

  /** Whether what the node makes is the same in every run. */
  isDerived(): boolean {
    const value = this.ground.index.find(this.use.scope, this.output);
    return value !== undefined && this.ground.derived.has(value);
  }

  /** The shape of what the node makes, as far as it is known. */
  made(): readonly number[] | null {
    return this.ground.shapes.find(this.use.scope, this.output);
  }
}

function integers(index: ValueIndex, scope: Scope, name: string | undefined): number[] | null {
  const constant = name === undefined ? null : index.find(scope, name)?.constant;
  return constant ? readInts(constant) : null;
}
