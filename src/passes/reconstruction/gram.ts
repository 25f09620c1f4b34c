import { doubles, nullable, number, record } from '../../base/codec';
import { openCut } from '../../onnx/probe';
import { GramBuilder } from '../../onnx/gram';
import { uniqueNames, valueInfo } from '../../onnx/graph';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { opsetOf } from '../../onnx/nodes';
import { matrixOf, type WeightMatrix } from '../../onnx/operators/geometry';
import { operatorOf } from '../../onnx/operators/table';
import { geometryOf } from '../../onnx/operators/weights';
import { DataType } from '../../onnx/tensor';
import type { Layer, OnnxModel } from '../../onnx/types';
import { valuesAlong } from '../../onnx/weights';
import type { Job } from '../../base/job';
import { probeWeights } from '../calibration';
import type { Calibration } from '../types';
import { putBeside } from './put-beside';

/** What a layer's inputs have in common over the samples. */
export interface InputGram {
  readonly matrix: WeightMatrix;
  /** Sums of X X^T over samples and places, X the layer's input columns in the network as it is now: [groups, columns, columns]. */
  readonly gram: Float64Array;
  /** Sums of X0 X^T, X0 the same columns in the original network; null where both are one network. */
  readonly cross: Float64Array | null;
  /** Where it is given, `gram` and `cross` are about the columns' means: a bias takes the means, and weights need not. */
  readonly centred: Centred | null;
}

export interface Centred {
  /** Means of the columns in both networks, [groups, columns]. */
  readonly means: { readonly original: Float64Array; readonly present: Float64Array };
  /** Sums of X0 X0^T about the means, like the present network's. */
  readonly gram: Float64Array;
}

const MATRIX = record<WeightMatrix>({
  groups: number,
  rows: number,
  columns: number,
  groupStride: number,
  rowStride: number,
  columnStride: number,
});
/** How it is kept. */
export const INPUT_GRAM = record<InputGram>({
  matrix: MATRIX,
  gram: doubles,
  cross: nullable(doubles),
  centred: nullable(record<Centred>({ means: record<Centred['means']>({ original: doubles, present: doubles }), gram: doubles })),
});

/** Two settings of a network: its graph as it is now, and as it was. */
export interface Networks {
  readonly present: OnnxModel;
  readonly original: OnnxModel;
}

/**
 * Which inputs a layer is fitted to. 'float': those of the original network. 'present': those of the network as quantized so far, with the
 * original's outputs as the target, so that later layers make up for earlier ones.
 */
export type InputsFrom = 'float' | 'present';

/** The layer's weight as a matrix that multiplies columns of its input, or in words why it is not seen so. */
export function inputMatrix(source: LayerSource): WeightMatrix | string {
  const [use] = source.uses;
  if (use === undefined || source.uses.length > 1) return 'several nodes share the weight';
  if (source.layer.inSubgraph) return 'it is inside a branch or loop, whose inputs cannot be observed';
  if (valuesAlong(use.via).some(({ producer }) => !producer || operatorOf(producer)?.moves?.stays !== true))
    return 'the weight is reshaped before it is used';
  const geometry = geometryOf(use.node, use.input, use.shape);
  return typeof geometry === 'string' ? geometry : matrixOf(geometry);
}

/** Entries of all Gram matrices of a layer. */
export function gramEntries(source: LayerSource): number {
  const matrix = inputMatrix(source);
  return typeof matrix === 'string' ? 0 : matrix.groups * matrix.columns ** 2;
}

/**
 * Runs the samples once through the part of the model that these layers' inputs need and sums the Gram matrices, which the graph itself
 * computes: products run where the model runs, and only they come back. Layers whose inputs cannot be had are left out of the answer.
 * @param centred layers whose biases take the means, where both networks are seen.
 */
export async function observeGrams(
  { present: model, original: before }: Networks,
  layers: readonly Layer[],
  wanted: readonly string[],
  centred: ReadonlySet<string>,
  from: InputsFrom,
  calibration: Calibration,
  job: Job,
): Promise<Map<string, InputGram>> {
  const sources = findLayers(model).sources.filter((s) => wanted.includes(s.layer.id));
  const seen = sources.flatMap((source) => {
    const matrix = inputMatrix(source);
    const [use] = source.uses;
    const input = use?.node.input[0];
    return typeof matrix === 'string' || use === undefined || input === undefined ? [] : [{ id: source.layer.id, matrix, use, input }];
  });
  if (seen.length === 0) return new Map();
  const values = [...new Set(seen.map(({ input }) => input))];
  const ids = layers.map((l) => l.id);
  const probe = openCut(model, values, ids);
  const { proto } = probe.model;
  const { graph } = proto;
  if (!graph) return new Map();
  const weights = probeWeights(probe.inputs, from === 'float' ? 'original' : 'present');
  const names = uniqueNames(proto);
  // Names in the original network; where one cannot be put beside, the present inputs are the only ones.
  const other = from === 'present' ? openCut(before, values, ids) : null;
  const inOriginal = other?.model.proto.graph ? putBeside(graph, other.model.proto.graph, other.inputs, names) : null;
  if (other !== null && inOriginal !== null) weights.push(...probeWeights(other.inputs, 'original', inOriginal));
  const builder = new GramBuilder(graph.node, opsetOf(proto), names);
  const outputs = seen.flatMap(({ id, matrix, use, input }) => {
    const about = inOriginal !== null && centred.has(id);
    const columnsOf = (value: string): string | null => {
      const plain = builder.columns(use, matrix, value);
      return plain === null || !about ? plain : builder.withOnes(plain);
    };
    const columns = columnsOf(input);
    if (columns === null) return [];
    const original = inOriginal === null ? null : columnsOf(inOriginal(input));
    return [
      {
        id,
        matrix,
        gram: builder.product(columns, columns),
        cross: original === null ? null : builder.product(original, columns),
        own: original === null || !about ? null : builder.product(original, original),
      },
    ];
  });
  graph.output = outputs
    .flatMap(({ gram, cross, own }) => [gram, cross, own].filter((name) => name !== null))
    .map((name) => valueInfo(name, DataType.FLOAT, null));
  const sums = new Map<string, Float64Array>();
  await calibration.observe(
    { model: probe.model, weights },
    (seenNow) => {
      for (const [name, { data }] of Object.entries(seenNow)) {
        const sum = sums.get(name) ?? new Float64Array(data.length);
        for (let i = 0; i < data.length; i++) sum[i] = (sum[i] ?? 0) + (data[i] ?? 0);
        sums.set(name, sum);
      }
    },
    job,
  );
  const sumOf = (name: string): Float64Array => sums.get(name) ?? new Float64Array(0);
  return new Map(
    outputs.map(({ id, matrix, gram, cross, own }) => {
      if (cross !== null && own !== null) return [id, aboutMeans(matrix, sumOf(gram), sumOf(cross), sumOf(own))];
      return [id, { matrix, gram: sumOf(gram), cross: cross === null ? null : sumOf(cross), centred: null }];
    }),
  );
}

/**
 * Products of columns that end in a row of ones, taken about the columns' means.
 * @param gram [groups, columns + 1, columns + 1] of the present network, @param cross of the original with the present one, @param own of
 * the
 * original.
 */
function aboutMeans(matrix: WeightMatrix, gram: Float64Array, cross: Float64Array, own: Float64Array): InputGram {
  const present = lastColumn(matrix, gram);
  const original = lastColumn(matrix, own);
  return {
    matrix,
    gram: aboutMean(matrix, gram, present, present),
    cross: aboutMean(matrix, cross, original, present),
    centred: { means: { original, present }, gram: aboutMean(matrix, own, original, original) },
  };
}

/** Means of the columns: their products with the row of ones, over the ones' own. */
function lastColumn({ groups, columns }: WeightMatrix, product: Float64Array): Float64Array {
  const wide = columns + 1;
  return Float64Array.from({ length: groups * columns }, (_, at) => {
    const g = Math.floor(at / columns);
    return (product[g * wide * wide + (at - g * columns) * wide + columns] ?? 0) / placesOf(product, g, wide);
  });
}

/** Without the row of ones, and less what the means of both sides make of the sum. */
function aboutMean({ groups, columns }: WeightMatrix, product: Float64Array, left: Float64Array, right: Float64Array): Float64Array {
  const wide = columns + 1;
  const own = new Float64Array(groups * columns * columns);
  for (let g = 0, at = 0; g < groups; g++) {
    const count = placesOf(product, g, wide);
    for (let a = 0; a < columns; a++) {
      const mean = count * (left[g * columns + a] ?? 0);
      for (let b = 0; b < columns; b++, at++) own[at] = (product[(g * wide + a) * wide + b] ?? 0) - mean * (right[g * columns + b] ?? 0);
    }
  }
  return own;
}

function placesOf(product: Float64Array, group: number, wide: number): number {
  return Math.max(1, product[(group + 1) * wide * wide - 1] ?? 1);
}
