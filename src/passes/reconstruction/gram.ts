import { doubles, nullable, number, record } from '../../base/codec';
import type { LayerSource } from '../../onnx/layers';
import { matrixOf, type WeightMatrix } from '../../onnx/operators/geometry';
import { operatorOf } from '../../onnx/operators/table';
import { geometryOf } from '../../onnx/operators/weights';
import { valuesAlong } from '../../onnx/weights';

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
 * Products of columns that end in a row of ones, taken about the columns' means.
 * @param gram [groups, columns + 1, columns + 1] of the present network, @param cross of the original with the present one, @param own of
 * the original; null where both are one network.
 */
export function aboutMeans(matrix: WeightMatrix, gram: Float64Array, cross: Float64Array | null, own: Float64Array | null): InputGram {
  const present = lastColumn(matrix, gram);
  const centred = aboutMean(matrix, gram, present, present);
  if (cross === null || own === null)
    return { matrix, gram: centred, cross: null, centred: { means: { original: present, present }, gram: centred } };
  const original = lastColumn(matrix, own);
  return {
    matrix,
    gram: centred,
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
