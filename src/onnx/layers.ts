import { indexConstants, type Constants } from './constants';
import { macsOf } from './macs';
import { readableText } from './text';
import { elementBits, shapeOf, sizeOf, weightType } from './tensor';
import type { Layer, OnnxModel, Skipped } from './types';
import type { Value } from './values';
import type { OtherUse, WeightUse } from './weights';

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

/**
 * The weights of a model: constant float tensors that Conv, Gemm, MatMul, Gather, LSTM and the like read (see operators/), directly or
 * through nodes that only move elements, in the main graph and in bodies of If, Loop and Scan; and the other large float constants,
 * wherever they are, each with the reason why it is not one. Biases, norms and scales are neither: `findParameters` has them too.
 */
export function listLayers(model: OnnxModel): { layers: Layer[]; skipped: Skipped[] } {
  const { sources, skipped } = findLayers(model);
  const kept = sources.flatMap(({ layer, kept: reason }) => (reason === null ? [] : [{ layer: layer.id, reason }]));
  return { layers: sources.filter((source) => source.kept === null).map((source) => source.layer), skipped: [...skipped, ...kept] };
}

/** As `listLayers`, with the places in the graph. */
export function findLayers(model: OnnxModel): { sources: LayerSource[]; skipped: Skipped[] } {
  const constants = indexConstants(model.proto);
  return { sources: layersAmong(constants), skipped: [...constants.skipped] };
}

/** The layers among a model's constants, in the order in which the graph computes. */
export function layersAmong({ weights, shapes }: Constants): LayerSource[] {
  const names = new Map<string, number>();
  return weights.map(({ value, uses, others, kept }) => {
    const macs = uses.map((use) => macsOf(shapes, use));
    const total = macs.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
    return { layer: describe(value, uses, total, names), value, uses, others, kept };
  });
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

/** The wanted id, or with a number behind it where others have it. @param names how many wanted each. */
export function uniqueId(wanted: string, names: Map<string, number>): string {
  const count = (names.get(wanted) ?? 0) + 1;
  names.set(wanted, count);
  return count === 1 ? wanted : uniqueId(`${wanted}#${count}`, names);
}
