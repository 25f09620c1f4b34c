/** How nodes that only move elements hand a weight on. */
import type { Axis } from './axes';
import { badModel, nodeLabel, quoted } from './check/problem';
import { shapeText } from './check/tensors';
import { operatorOf } from './operators/table';
import type { MoveSite } from './operators/types';
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

/**
 * The values that a node makes of an input by moving its elements; null for nodes that compute something, or by numbers that are not known.
 */
export function passOn(ground: Ground, use: Use, axes: readonly Axis[]): Moved[] | null {
  const { node, scope, input } = use;
  const moves = operatorOf(node)?.moves;
  if (!moves || (input !== 0 && moves.joins !== true)) return null;
  const outputs = moves.splits === true ? node.output : node.output.slice(0, 1);
  const moved = outputs.flatMap((name) => {
    const value = ground.index.find(scope, name);
    const after = value && moves.axes(new Site(ground, use, name), axes);
    return value && after ? [{ value, axes: after }] : [];
  });
  return moved.length > 0 ? moved : null;
}

class Site implements MoveSite {
  private readonly ground: Ground;
  private readonly use: Use;
  private readonly output: string;

  constructor(ground: Ground, use: Use, output: string) {
    this.ground = ground;
    this.use = use;
    this.output = output;
  }

  get node(): Use['node'] {
    return this.use.node;
  }

  refuseUnless(shape: readonly number[], before: readonly number[]): void {
    if (shape.every(Number.isInteger) && sizeOf(shape) === sizeOf(before)) return;
    throw badModel(
      `${nodeLabel(this.node)} cannot give ${quoted(this.node.input[0] ?? '')} ${shapeText(before)} the shape ${shapeText(shape)}.`,
    );
  }

  list(input: number): number[] | null {
    const name = this.node.input[input];
    const constant = name === undefined ? null : this.ground.index.find(this.use.scope, name)?.constant;
    return constant ? readInts(constant) : null;
  }

  isDerived(): boolean {
    const value = this.ground.index.find(this.use.scope, this.output);
    return value !== undefined && this.ground.derived.has(value);
  }

  made(): readonly number[] | null {
    return this.ground.shapes.find(this.use.scope, this.output);
  }
}
