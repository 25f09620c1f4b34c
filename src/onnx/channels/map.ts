import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../graph';
import type { Geometry } from '../operators/geometry';
import type { Value } from '../values';
import { along, type Marks } from './marks';
import { ChannelSets } from './union';

/** A constant whose elements belong to channels. */
export interface Held {
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

/** An integer that a node was given and that counts channels: it changes with them. */
export interface Counted {
  readonly node: NodeProto;
  readonly scope: Scope;
  /** An element of the list that is this input, or of this attribute (of a single integer: the first). */
  readonly list: number | string;
  readonly element: number;
  /** What it counts: the places along the last of axes of these sizes, row-major. */
  readonly ids: Int32Array;
  readonly sizes: readonly number[];
  /** Which of those axes. */
  readonly axis: number;
  /** So many of them count as one. */
  readonly each: number;
}

/** A node that deals channels out, so many to each of its outputs. */
export interface Dealt {
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly parts: readonly Int32Array[];
}

/** Channels of a graph, as far as they have been followed. */
export class ChannelMap {
  readonly sets = new ChannelSets();
  readonly marked = new Map<Value, Marks>();
  readonly held: Held[] = [];
  readonly products: ProductChannels[] = [];
  readonly counted: Counted[] = [];
  readonly dealt: Dealt[] = [];
  /** Channels that lie along several axes, with the size of the last: they are to be settled when all is followed. */
  private readonly spread: { readonly marks: Marks; readonly row: number }[] = [];

  /** The channels of a value; undefined where they are not known. */
  marksOf(value: Value | undefined): Marks | undefined {
    return value && this.marked.get(value);
  }

  /** The channels of a value along this axis; where none are known they begin here, and stay. Null where they lie along another axis. */
  opened(value: Value, axis: number, size: number): Int32Array | null {
    const marks = this.marked.get(value);
    if (marks) return marks.axes.length === 1 && marks.axes[0] === axis && marks.ids.length === size ? marks.ids : null;
    const ids = this.sets.make(size);
    this.marked.set(value, along(axis, ids));
    this.sets.fix(
      ids,
      value.producer === null ? `"${value.name}" is an input or a constant` : `"${value.name}" comes from ${value.producer.opType}`,
    );
    return ids;
  }

  /** A constant with one value for each channel. */
  hold(value: Value | undefined, ids: Int32Array): void {
    const dims = value?.constant?.dims;
    if (value && dims?.length === 1 && Number(dims[0]) === ids.length) this.held.push({ value, marks: along(0, ids) });
  }

  private isByRows({ axes, ids }: Marks, row: number): boolean {
    return axes.length === 2 && ids.every((id, at) => this.sets.rootOf(id) === this.sets.rootOf(ids[at - (at % row)] ?? id));
  }

  fix(value: Value | undefined, reason: string): void {
    const marks = this.marksOf(value);
    if (marks) this.sets.fix(marks.ids, reason);
  }

  /**
   * Of channels along several axes only whole rows can go, or the same place of every row: rows where each is one set of channels when all
   * is followed, places else.
   * @param row size of the last axis.
   */
  spreadOver(marks: Marks, row: number): void {
    if (marks.axes.length > 1) this.spread.push({ marks, row });
  }

  /** Channels along several axes, of which the same place of every row goes. */
  level({ axes, ids }: Marks, row: number): void {
    if (axes.length < 2) return;
    for (let start = row; start < ids.length; start += row) this.sets.join(ids.subarray(0, row), ids.subarray(start, start + row));
  }

  /** What hangs together beyond single nodes: constants that several of them read, and what graphs give and take. */
  close(): void {
    for (const { marks, row } of this.spread) if (!this.isByRows(marks, row)) this.level(marks, row);
    const owners = new Map<Value, Held[]>();
    for (const each of this.held) owners.set(each.value, [...(owners.get(each.value) ?? []), each]);
    for (const [value, all] of owners) {
      const [first] = all;
      for (const { marks } of all) {
        if (first && marks.axes.join() === first.marks.axes.join() && marks.ids.length === first.marks.ids.length)
          this.sets.join(first.marks.ids, marks.ids);
        if (value.uses.length > new Set(value.uses.map(({ node }) => node)).size || value.uses.length > all.length || value.isOutput)
          this.sets.fix(marks.ids, `"${value.name}" is read elsewhere too`);
      }
    }
    for (const [value, { ids }] of this.marked) {
      if (value.isOutput) this.sets.fix(ids, `"${value.name}" is an output of the graph`);
      else if (value.uses.some(({ scope }) => scope !== value.scope)) this.sets.fix(ids, `"${value.name}" is read inside a branch or loop`);
    }
  }
}
