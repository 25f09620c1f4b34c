import type { NodeProto } from 'onnx-buf';
import { derivedValues } from './derived';
import { floatsElsewhere } from './elsewhere';
import { createReasons } from './reasons';
import { indexShapes } from './shapes';
import { returnedConstants } from './returned';
import { elementBits, shapeOf, sizeOf, weightType } from './tensor';
import { readableText } from './text';
import type { Layer, OnnxModel, Skipped } from './types';
import type { Value } from './values';
import { indexValues } from './values';
import type { OtherUse, WeightUse } from './weights';
import { readersOf } from './weights';
import { macsOf } from './macs';

/** A layer with where its weight is kept and who reads it. */
export interface LayerSource {
  readonly layer: Layer;
  readonly value: Value;
  readonly uses: readonly WeightUse[];
  /** Readers that do not take it as a weight. */
  readonly others: readonly OtherUse[];
  /** Why its values have to stay as they are; null where they may change. */
  readonly kept: string | null;
}

const RETURNED = 'The model returns it as an output, or what is worked out from it alone: its values stay.';
const OVERRIDABLE = 'It is an input of the model too, and whoever runs the model may give another: it stays as it is.';

/**
 * The weights of a model: constant float tensors that Conv, Gemm, MatMul, Gather, LSTM and the like read (see operators/), directly or
 * through nodes that only move elements, in the main graph and in bodies of If, Loop and Scan; and the other large float constants,
 * wherever they are, each with the reason why it is not one. Biases, norms and scales are neither.
 */
export function listLayers(model: OnnxModel): { layers: Layer[]; skipped: Skipped[] } {
  const { sources, skipped } = findLayers(model);
  const kept = sources.flatMap(({ layer, kept: reason }) => (reason === null ? [] : [{ layer: layer.id, reason }]));
  return { layers: sources.filter((source) => source.kept === null).map((source) => source.layer), skipped: [...skipped, ...kept] };
}

/** As `listLayers`, with the places in the graph. */
export function findLayers(model: OnnxModel): { sources: LayerSource[]; skipped: Skipped[] } {
  const index = indexValues(model.proto);
  const shapes = indexShapes(index);
  const ground = { index, shapes, derived: derivedValues(index) };
  const reasonOf = createReasons(model.proto, ground);
  const returned = returnedConstants(index);
  const found: Omit<LayerSource, 'layer'>[] = [];
  const skipped: Skipped[] = [];
  for (const scope of index.scopes) {
    for (const value of index.valuesOf(scope.graph)) {
      const { constant, fallback } = value;
      if (fallback && weightType(fallback.dataType) && readersOf(ground, value, fallback).weights.length > 0)
        skipped.push({ layer: value.name, reason: OVERRIDABLE });
      if (!constant || sizeOf(constant.dims) === 0) continue;
      const reading = readersOf(ground, value, constant);
      const { weights, others, isReturned } = reading;
      const isLayer = weights.length > 0 && weightType(constant.dataType) !== null;
      const reason = isLayer ? null : reasonOf(value, constant, reading);
      if (isLayer) found.push({ value, uses: weights, others, kept: isReturned || returned.has(value) ? RETURNED : null });
      else if (reason !== null) skipped.push({ layer: value.name, reason });
    }
  }
  skipped.push(...floatsElsewhere(model.proto));
  // In the order in which the graph computes, not the order in which a file happens to keep its weights.
  const order = new Map<NodeProto, number>();
  for (const scope of index.scopes) for (const node of scope.graph.node) order.set(node, order.size);
  const rank = new Map(
    found.map(({ value, uses }) => [value, uses.reduce((least, use) => Math.min(least, order.get(use.node) ?? 0), Infinity)]),
  );
  found.sort((a, b) => (rank.get(a.value) ?? 0) - (rank.get(b.value) ?? 0) || (a.uses[0]?.input ?? 0) - (b.uses[0]?.input ?? 0));

  const names = new Map<string, number>();
  const sources = found.map(({ value, uses, others, kept }) => {
    const macs = uses.map((use) => macsOf(shapes, use));
    const total = macs.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
    return { layer: describe(value, uses, total, names), value, uses, others, kept };
  });
  return { sources, skipped };
}

function describe(value: Value, uses: readonly WeightUse[], macs: number | null, names: Map<string, number>): Layer {
  const [use] = uses;
  const { constant } = value;
  const type = weightType(constant?.dataType ?? 0);
  if (!use || !constant || !type) throw new Error(`"${value.name}" is not a weight`);
  const params = sizeOf(constant.dims);
  return {
    id: uniqueId(readableText(use.node.name || (use.node.output[0] ?? value.name)) + use.port.suffix, names),
    op: use.node.opType,
    shape: shapeOf(constant),
    type,
    params,
    bytes: (params * (elementBits(constant.dataType) ?? 0)) / 8,
    view: use.view,
    source: value.producer ? 'constant' : 'initializer',
    inSubgraph: value.scope.parent !== null,
    tensorName: value.name,
    macs,
  };
}

function uniqueId(wanted: string, names: Map<string, number>): string {
  const count = (names.get(wanted) ?? 0) + 1;
  names.set(wanted, count);
  return count === 1 ? wanted : uniqueId(`${wanted}#${count}`, names);
}
