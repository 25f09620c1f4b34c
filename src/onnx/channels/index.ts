/**
 * Which values share channels. Every product with a weight makes channels; they are followed through what computes element by element,
 * pools, normalizes or moves, are joined where values are added to each other, and end where another product reads them.
 */
import type { NodeProto } from 'onnx-buf';
import { derivedValues } from '../derived';
import type { Scope } from '../graph';
import { axisOf } from '../operators/shape-rules';
import { inputsOf, outputsOf, type Geometry } from '../operators/geometry';
import { operatorOf } from '../operators/table';
import type { MoveSite, Moves, Product, Shape } from '../operators/types';
import { geometryOf, weightPort } from '../operators/weights';
import type { ShapeIndex } from '../shapes';
import { readInts, sizeOf } from '../tensor';
import type { Value, ValueIndex } from '../values';
import { along, movedMarks, type Marks } from './marks';
import { ChannelSets } from './union';

/** A constant whose elements belong to channels. */
interface Held {
  readonly value: Value;
  readonly marks: Marks;
}

/** A product between the channels that it reads and those that it makes. */
export interface ProductChannels {
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly geometry: Geometry;
  readonly reads: Int32Array;
  readonly makes: Int32Array;
}

export interface Channels {
  /** The channels of a value; undefined where they are not known. */
  marksOf(value: Value): Marks | undefined;
  readonly sets: ChannelSets;
  readonly held: readonly Held[];
  readonly marked: ReadonlyMap<Value, Marks>;
  readonly products: readonly ProductChannels[];
}

/** Values with more elements along their channel axes are not followed: flattened images of large layers have some 100,000. */
const MOST = 2 ** 22;

/**
 * @param remove whether channels are to be taken out, not only rescaled: what grouped convolutions read and make then hangs together, since their
 * groups stay as large as each other, and a depthwise one has as many as it reads.
 */
export function indexChannels(index: ValueIndex, shapes: ShapeIndex, remove: boolean): Channels {
  const builder = new Builder(index, shapes, remove);
  for (const scope of index.scopes) for (const node of scope.graph.node) builder.visit(scope, node);
  builder.close();
  return builder;
}

class Builder implements Channels {
  readonly sets = new ChannelSets();
  readonly held: Held[] = [];
  readonly marked = new Map<Value, Marks>();
  readonly products: ProductChannels[] = [];
  private readonly index: ValueIndex;
  private readonly shapes: ShapeIndex;
  private readonly remove: boolean;
  /** Values that are the same in every run: weights, however they are worked out. */
  private readonly derived: ReadonlySet<Value>;

  constructor(index: ValueIndex, shapes: ShapeIndex, remove: boolean) {
    this.index = index;
    this.shapes = shapes;
    this.remove = remove;
    this.derived = derivedValues(index);
  }

  marksOf(value: Value): Marks | undefined {
    return this.marked.get(value);
  }

  visit(scope: Scope, node: NodeProto): void {
    const at = new Place(this.index, this.shapes, scope, node);
    const operator = operatorOf(node);
    const done =
      (operator?.product !== undefined && this.multiply(at, operator.product)) ||
      (operator?.moves?.joins === true && this.concatenate(at)) ||
      (operator?.moves?.splits === true && this.split(at)) ||
      (operator?.moves !== undefined && this.move(at, operator.moves)) ||
      (operator?.channels === 'aligned' && this.align(at)) ||
      ((operator?.channels === 'kept' || operator?.channels === 'mixed') && this.keep(at, operator.channels === 'mixed'));
    if (!done) for (const value of at.inputs) this.stop(value, `${node.opType} reads "${value?.name ?? ''}"`);
  }

  /** Outputs of graphs keep their channels, and so does what is read inside others. */
  close(): void {
    for (const [value, { ids }] of this.marked) {
      if (value.isOutput) this.sets.fix(ids, `"${value.name}" is an output of the graph`);
      else if (value.uses.some(({ scope }) => scope !== value.scope)) this.sets.fix(ids, `"${value.name}" is read inside a branch or loop`);
    }
  }

  private multiply(at: Place, { layout, bias, turned }: Product): boolean {
    const { node, scope } = at;
    const [x, w] = at.inputs;
    const [xShape, wShape, made] = [at.shape(0), at.shape(1), at.made()];
    if (!x || !w || this.derived.has(x) || !xShape || !wShape || !made) return false;
    const geometry = geometryOf(node, 1, wShape);
    const output = weightPort(node, 1)?.outputs(wShape, node)?.[0];
    const isWeight = this.derived.has(w) && typeof geometry !== 'string' && output !== undefined;
    if (!isWeight || at.output === undefined) return false;
    const axis = layout === 'planes' ? 1 : turned?.(node) === true ? 0 : xShape.length - 1;
    if (xShape[axis] !== inputsOf(geometry)) return false;
    const reads = this.opened(x, axis, inputsOf(geometry));
    if (reads === null) return false;
    const makes = this.sets.make(outputsOf(geometry));
    this.marked.set(at.output, along(layout === 'planes' ? 1 : made.length - 1, makes));
    this.products.push({ node, scope, geometry, reads, makes });
    if (this.remove) this.tie(geometry, reads, makes);
    this.holdWeight(w, output, geometry, reads, makes);
    if (this.remove && !w.constant) for (const ids of [reads, makes]) this.sets.fix(ids, `"${w.name}" is worked out whenever the model runs`);
    if (w.uses.length > 1) for (const ids of [reads, makes]) this.sets.fix(ids, `"${w.name}" is read by several nodes`);
    if (bias !== null) this.hold(at.inputs[bias], makes);
    return true;
  }

  /** One axis of a weight counts within a group: its places are those of every group, and in depthwise convolutions they are nobody's. */
  private holdWeight(value: Value, output: number, { groups, inputs, outputs, scatters }: Geometry, reads: Int32Array, makes: Int32Array): void {
    const sides = [
      { axis: output, ids: makes, within: scatters, each: outputs },
      { axis: 1 - output, ids: reads, within: !scatters, each: inputs },
    ];
    for (const { axis, ids, within, each } of sides) {
      if (groups > 1 && within && each === 1) continue;
      this.held.push({ value, marks: along(axis, within ? ids.subarray(0, each) : ids) });
    }
  }

  /** Channels at the same place of each group are one; those of a depthwise convolution are what it reads. */
  private tie({ groups, inputs, outputs }: Geometry, reads: Int32Array, makes: Int32Array): void {
    if (groups === 1) return;
    if (inputs === 1) {
      for (let place = 0; place < outputs; place++) this.sets.join(reads, makes.filter((_, channel) => channel % outputs === place));
      return;
    }
    for (let g = 1; g < groups; g++) {
      this.sets.join(reads.subarray(0, inputs), reads.subarray(g * inputs, (g + 1) * inputs));
      this.sets.join(makes.subarray(0, outputs), makes.subarray(g * outputs, (g + 1) * outputs));
    }
  }

  /** Of several inputs at the same places: one channel each. */
  private align(at: Place): boolean {
    const made = at.made();
    const { output } = at;
    if (!made || !output) return false;
    const rank = made.length;
    const known = at.inputs.flatMap((value, input) => {
      const marks = value && this.marked.get(value);
      return marks ? [{ marks, axes: marks.axes.map((axis) => axis + rank - (at.shape(input)?.length ?? rank)) }] : [];
    });
    const [first] = known;
    if (!first) return true;
    const sizes = first.axes.map((axis) => made[axis] ?? 1);
    if (sizeOf(sizes) !== first.marks.ids.length) return false;
    for (const [input, value] of at.inputs.entries()) {
      const shape = at.shape(input);
      if (!value || !shape) continue;
      const own = first.axes.map((axis) => axis - rank + shape.length);
      const spans = own.map((axis) => (axis < 0 ? 1 : (shape[axis] ?? 1)));
      const marks = this.marked.get(value);
      if (marks) {
        if (marks.axes.join() !== own.join() || marks.ids.length !== first.marks.ids.length) return false;
        this.sets.join(first.marks.ids, marks.ids);
      } else if (spans.every((size) => size === 1)) continue;
      else if (spans.join() !== sizes.join()) return false;
      else if (value.constant) this.held.push({ value, marks: { axes: own, ids: first.marks.ids } });
      else {
        this.marked.set(value, { axes: own, ids: first.marks.ids });
        this.sets.fix(first.marks.ids, `"${value.name}" is computed with it, and its channels are not known`);
      }
    }
    this.marked.set(output, { axes: first.axes, ids: first.marks.ids });
    return true;
  }

  /** Of the first input, with constants of one value a channel beside it. */
  private keep(at: Place, mixes: boolean): boolean {
    const [x, ...others] = at.inputs;
    const marks = x && this.marked.get(x);
    const [shape, made] = [at.shape(0), at.made()];
    if (!marks) return true;
    if (!shape || !made || !at.output || shape.length !== made.length || marks.axes.some((axis) => shape[axis] !== made[axis])) return false;
    if (mixes) this.sets.fix(marks.ids, `${at.node.opType} computes across channels of "${x?.name ?? ''}"`);
    for (const value of others) this.hold(value, marks.ids);
    this.marked.set(at.output, marks);
    return true;
  }

  private move(at: Place, moves: Moves): boolean {
    const [x] = at.inputs;
    const marks = x && this.marked.get(x);
    const [shape, made] = [at.shape(0), at.made()];
    if (!marks) return true;
    const moved = shape && movedMarks(moves, at, shape, marks);
    if (!moved || !at.output || moved.ids.length > MOST) return false;
    if (this.remove) this.level(moved, made);
    this.marked.set(at.output, moved);
    return true;
  }

  /** Channels split over several axes can only go row by row: those at the same place of the last one are one. */
  private level({ axes, ids }: Marks, made: Shape | null): void {
    const rows = axes.length > 1 ? (made?.[axes.at(-1) ?? 0] ?? ids.length) : ids.length;
    for (let start = rows; start < ids.length; start += rows) this.sets.join(ids.subarray(0, rows), ids.subarray(start, start + rows));
  }

  private concatenate(at: Place): boolean {
    const made = at.made();
    const { output } = at;
    const known = at.inputs.map((value) => value && this.marked.get(value));
    const first = known.find((marks) => marks !== undefined);
    if (!first) return true;
    if (!made || !output || first.axes.length !== 1) return false;
    const [channels = 0] = first.axes;
    const axis = axisOf(at.node, made.length, 1);
    const parts = at.inputs.map((value, input) => {
      const size = at.shape(input)?.[channels];
      return value && size !== undefined ? this.opened(value, channels, size) : null;
    });
    if (!parts.every((ids) => ids !== null)) return false;
    if (axis !== channels) {
      for (const ids of parts) if (ids.length !== first.ids.length) return false;
      for (const ids of parts) this.sets.join(first.ids, ids);
      this.marked.set(output, first);
      return true;
    }
    const ids = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let start = 0;
    for (const part of parts) {
      ids.set(part, start);
      start += part.length;
    }
    this.marked.set(output, along(channels, ids));
    return true;
  }

  private split(at: Place): boolean {
    const [x] = at.inputs;
    const marks = x && this.marked.get(x);
    const shape = at.shape(0);
    if (!marks) return true;
    if (!shape || marks.axes.length !== 1) return false;
    const [channels = 0] = marks.axes;
    const axis = axisOf(at.node, shape.length, 0);
    let start = 0;
    for (const name of at.node.output) {
      const value = this.index.find(at.scope, name);
      const size = this.shapes.find(at.scope, name)?.[channels];
      if (!value || size === undefined) return false;
      this.marked.set(value, axis === channels ? along(channels, marks.ids.subarray(start, start + size)) : marks);
      start += size;
    }
    return true;
  }

  /** The channels of a value along this axis; where none are known they begin here, and stay. Null where they lie along another axis. */
  private opened(value: Value, axis: number, size: number): Int32Array | null {
    const marks = this.marked.get(value);
    if (marks) return marks.axes.length === 1 && marks.axes[0] === axis && marks.ids.length === size ? marks.ids : null;
    const ids = this.sets.make(size);
    this.marked.set(value, along(axis, ids));
    this.sets.fix(ids, value.producer === null ? `"${value.name}" is an input or a constant` : `"${value.name}" comes from ${value.producer.opType}`);
    return ids;
  }

  /** A constant with one value for each channel. */
  private hold(value: Value | undefined, ids: Int32Array): void {
    const dims = value?.constant?.dims;
    if (value && dims?.length === 1 && Number(dims[0]) === ids.length) this.held.push({ value, marks: along(0, ids) });
  }

  private stop(value: Value | undefined, reason: string): void {
    const marks = value && this.marked.get(value);
    if (marks) this.sets.fix(marks.ids, reason);
  }
}

/** A node where it stands, with what it reads and makes. */
class Place implements MoveSite {
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly inputs: readonly (Value | undefined)[];
  readonly output: Value | undefined;
  private readonly shapes: ShapeIndex;

  constructor(index: ValueIndex, shapes: ShapeIndex, scope: Scope, node: NodeProto) {
    this.node = node;
    this.scope = scope;
    this.shapes = shapes;
    this.inputs = node.input.map((name) => (name === '' ? undefined : index.find(scope, name)));
    this.output = index.find(scope, node.output[0] ?? '');
  }

  shape(input: number): Shape | null {
    return this.shapes.find(this.scope, this.node.input[input] ?? '');
  }

  made(): Shape | null {
    return this.shapes.find(this.scope, this.node.output[0] ?? '');
  }

  list(input: number): number[] | null {
    const constant = this.inputs[input]?.constant;
    return constant ? readInts(constant) : null;
  }

  isDerived(): boolean {
    return false;
  }

  /** Shapes of activations are those of one inference with open sizes taken as 1: what does not fit them may fit others. */
  refuseUnless(): void {}
}
