/** What the constants of a graph are to the nodes that read them. */
import type { ModelProto, NodeProto } from 'onnx-buf';
import { derivedValues } from './derived';
import { floatsElsewhere } from './elsewhere';
import { createReasons } from './reasons';
import { returnedConstants } from './returned';
import { indexShapes, type ShapeIndex } from './shapes';
import { sizeOf, weightType } from './tensor';
import type { Skipped } from './types';
import { indexValues, type Use, type Value, type ValueIndex } from './values';
import { readersOf, type OtherUse, type ParameterUse, type WeightUse } from './weights';

export interface Constants {
  readonly index: ValueIndex;
  readonly shapes: ShapeIndex;
  /** Those that any node reads as a weight, in the order in which the graph computes, whatever the order in which the file keeps them. */
  readonly weights: readonly FoundWeight[];
  /** Those that nodes read as other parameters and none as a weight, in the same order. */
  readonly others: readonly FoundParameter[];
  /** Float tensors of notable size that are neither, with the reason. */
  readonly skipped: readonly Skipped[];
}

interface Found<Reader> {
  readonly value: Value;
  readonly uses: readonly Reader[];
  /** Why its values have to stay as they are; null where they may change. */
  readonly kept: string | null;
}

export interface FoundWeight extends Found<WeightUse> {
  readonly others: readonly OtherUse[];
}

export type FoundParameter = Found<ParameterUse>;

const RETURNED = 'The model returns it as an output, or what is worked out from it alone: its values stay.';
const OVERRIDABLE = 'It is an input of the model too, and whoever runs the model may give another: it stays as it is.';

/** Reads the whole model once. */
export function indexConstants(proto: ModelProto): Constants {
  const index = indexValues(proto);
  const shapes = indexShapes(index);
  const derived = derivedValues(index);
  const ground = { index, shapes, derived };
  const reasonOf = createReasons(proto, ground);
  const returned = returnedConstants(index);
  const weights: FoundWeight[] = [];
  const parameters: FoundParameter[] = [];
  const skipped: Skipped[] = [];
  for (const scope of index.scopes) {
    for (const value of index.valuesOf(scope.graph)) {
      const { constant, fallback } = value;
      if (fallback && weightType(fallback.dataType) && readersOf(ground, value, fallback).weights.length > 0)
        skipped.push({ layer: value.name, reason: OVERRIDABLE });
      if (!constant || sizeOf(constant.dims) === 0) continue;
      const reading = readersOf(ground, value, constant);
      const kept = reading.isReturned || returned.has(value) ? RETURNED : null;
      const isFloat = weightType(constant.dataType) !== null;
      if (isFloat && reading.weights.length > 0) {
        weights.push({ value, uses: reading.weights, others: reading.others, kept });
        continue;
      }
      const uses = isFloat
        ? reading.others.flatMap(({ parameter }) => (parameter && computes(index, derived, parameter) ? [parameter] : []))
        : [];
      if (uses.length > 0) parameters.push({ value, uses, kept });
      const reason = reasonOf(value, constant, reading);
      if (reason !== null) skipped.push({ layer: value.name, reason });
    }
  }
  skipped.push(...floatsElsewhere(proto));
  const order = orderOf(index);
  return { index, shapes, weights: inOrder(weights, order), others: inOrder(parameters, order), skipped };
}

/** Whether a node computes with activations: what constants alone make is worked out when a model is loaded. */
function computes(index: ValueIndex, derived: ReadonlySet<Value>, { node, scope }: Use): boolean {
  const made = index.find(scope, node.output[0] ?? '');
  return made === undefined || !derived.has(made);
}

function orderOf(index: ValueIndex): ReadonlyMap<NodeProto, number> {
  const order = new Map<NodeProto, number>();
  for (const scope of index.scopes) for (const node of scope.graph.node) order.set(node, order.size);
  return order;
}

function inOrder<F extends Found<Use>>(found: readonly F[], order: ReadonlyMap<NodeProto, number>): F[] {
  const rank = new Map(found.map((each) => [each, each.uses.reduce((least, use) => Math.min(least, order.get(use.node) ?? 0), Infinity)]));
  return found.toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || (a.uses[0]?.input ?? 0) - (b.uses[0]?.input ?? 0));
}
