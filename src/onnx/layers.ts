import type { NodeProto } from 'onnx-buf';
import { indexShapes } from './shapes';
import { DataType, elementBits, shapeOf, sizeOf, typeName, weightType } from './tensor';
import { readableText } from './text';
import type { Layer, OnnxModel, Skipped } from './types';
import type { Value } from './values';
import { indexValues } from './values';
import type { OtherUse, WeightUse } from './weights';
import { readersOf } from './weights';
import { macsOf } from './macs';

/** Constants below this size are never worth a line: they hold no weight that matters. */
const NOTABLE_ELEMENTS = 64;

/** A layer with where its weight is kept and who reads it. */
export interface LayerSource {
  readonly layer: Layer;
  readonly value: Value;
  readonly uses: readonly WeightUse[];
  /** Readers that do not take it as a weight. */
  readonly others: readonly OtherUse[];
}

/**
 * The weights of a model: constant float tensors that Conv, ConvTranspose, Gemm, MatMul, Gather, LSTM, GRU or RNN read, in the
 * main graph and in bodies of If, Loop and Scan; and the other large constants, each with the reason why it is not one.
 */
export function listLayers(model: OnnxModel): { layers: Layer[]; skipped: Skipped[] } {
  const { sources, skipped } = findLayers(model);
  return { layers: sources.map((source) => source.layer), skipped };
}

/** As `listLayers`, with the places in the graph. */
export function findLayers(model: OnnxModel): { sources: LayerSource[]; skipped: Skipped[] } {
  const index = indexValues(model.proto);
  const shapes = indexShapes(index);
  const found: { value: Value; uses: readonly WeightUse[]; others: readonly OtherUse[] }[] = [];
  const skipped: Skipped[] = [];
  for (const scope of index.scopes) {
    for (const value of index.valuesOf(scope.graph)) {
      const { constant } = value;
      if (!constant || sizeOf(constant.dims) === 0) continue;
      const { weights, others } = readersOf(index, value, constant);
      const reason = weights.length > 0 && weightType(constant.dataType) ? null : reasonFor(constant.dataType, sizeOf(constant.dims), [...weights, ...others]);
      if (weights.length > 0 && weightType(constant.dataType)) found.push({ value, uses: weights, others });
      else if (reason) skipped.push({ layer: value.name, reason });
    }
  }
  // In the order in which the graph computes, not the order in which a file happens to keep its weights.
  const order = new Map<NodeProto, number>();
  for (const scope of index.scopes) for (const node of scope.graph.node) order.set(node, order.size);
  const rank = new Map(found.map(({ value, uses }) => [value, uses.reduce((least, use) => Math.min(least, order.get(use.node) ?? 0), Infinity)]));
  found.sort((a, b) => (rank.get(a.value) ?? 0) - (rank.get(b.value) ?? 0) || (a.uses[0]?.input ?? 0) - (b.uses[0]?.input ?? 0));

  const names = new Map<string, number>();
  const sources = found.map(({ value, uses, others }) => {
    const macs = uses.map((use) => macsOf(shapes, use));
    const total = macs.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
    return { layer: describe(value, uses, total, names), value, uses, others };
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
    id: uniqueId(readableText(use.node.name || (use.node.output[0] ?? value.name)) + use.role.suffix, names),
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

const SMALL_INTEGERS: ReadonlySet<number> = new Set([DataType.INT8, DataType.UINT8, DataType.INT4, DataType.UINT4, DataType.INT2, DataType.UINT2]);

/** Why a constant is not a layer; null where nobody would expect it to be one. */
function reasonFor(dataType: number, count: number, uses: readonly (WeightUse | OtherUse)[]): string | null {
  if (count < NOTABLE_ELEMENTS) return null;
  const reader = uses.find((use) => !('quiet' in use && use.quiet));
  if (!reader) return null;
  const { opType } = reader.node;
  if (SMALL_INTEGERS.has(dataType)) return `Already quantized (${typeName(dataType)}, read by ${opType}).`;
  if (!weightType(dataType)) return null;
  return `${opType} reads these ${count} ${typeName(dataType)} values, and weights of ${opType} are not quantized or pruned.`;
}
