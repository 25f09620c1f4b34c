import { constant, doubles, number, record } from '../../base/codec';
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
  /** How the original network's inputs X0 differ; null where both are one network. */
  readonly drift: Drift | null;
  /** Where it is given, `gram` and `drift` are about the columns' means: a bias takes the means, and weights need not. */
  readonly centred: Centred | null;
}

/** As a product of columns, or of what the layer's weights W give of them, whichever is the smaller. */
export type Drift =
  /** Sums of X0 X^T: [groups, columns, columns]. */
  | { readonly of: 'columns'; readonly cross: Float64Array }
  /** Sums of W (X0 - X) X^T: [groups * rows, columns]. */
  | { readonly of: 'outputs'; readonly sums: Float64Array };

export interface Centred {
  /** Means of the columns in both networks, [groups, columns]. */
  readonly means: { readonly original: Float64Array; readonly present: Float64Array };
  /** How the original's vary about the means. */
  readonly spread: Spread;
}

export type Spread =
  /** Sums of X0 X0^T: [groups, columns, columns]. */
  | { readonly of: 'columns'; readonly gram: Float64Array }
  /** Sums of the squares of W X0: [groups * rows]. */
  | { readonly of: 'outputs'; readonly squares: Float64Array };

/** How one of a single network is kept. */
export const INPUT_GRAM = record<InputGram>({
  matrix: record<WeightMatrix>({
    groups: number,
    rows: number,
    columns: number,
    groupStride: number,
    rowStride: number,
    columnStride: number,
  }),
  gram: doubles,
  drift: constant(null),
  centred: constant(null),
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

/** What a run sums up. Columns of the present network end in a row of ones, so that products hold sums and the count too. */
export type Sums =
  | { readonly of: 'one network'; readonly gram: Float64Array }
  /** Of the original with the present one, and of the original; its columns end in ones too. */
  | { readonly of: 'columns'; readonly gram: Float64Array; readonly cross: Float64Array; readonly own: Float64Array }
  | {
      readonly of: 'outputs';
      readonly gram: Float64Array;
      /** Of W (X0 - X) with the present columns: [groups * rows, columns + 1]. */
      readonly drift: Float64Array;
      /** Of X0: [groups, columns]. Of W X0 and its squares: [groups * rows]. */
      readonly inputs: Float64Array;
      readonly outputs: Float64Array;
      readonly squares: Float64Array;
    };

/** Products taken about the columns' means. */
export function aboutMeans(matrix: WeightMatrix, sums: Sums): InputGram {
  const { groups, rows, columns } = matrix;
  const present = lastColumn(matrix, sums.gram);
  const gram = aboutMean(matrix, sums.gram, present, present);
  if (sums.of === 'one network')
    return { matrix, gram, drift: null, centred: { means: { original: present, present }, spread: { of: 'columns', gram } } };
  if (sums.of === 'columns') {
    const original = lastColumn(matrix, sums.own);
    return {
      matrix,
      gram,
      drift: { of: 'columns', cross: aboutMean(matrix, sums.cross, original, present) },
      centred: {
        means: { original, present },
        spread: { of: 'columns', gram: aboutMean(matrix, sums.own, original, original) },
      },
    };
  }
  const countOf = (g: number): number => placesOf(sums.gram, g, columns + 1);
  const drift = new Float64Array(groups * rows * columns);
  for (let row = 0, at = 0; row < groups * rows; row++) {
    const first = row * (columns + 1);
    const mean = Math.floor(row / rows) * columns;
    const total = sums.drift[first + columns] ?? 0;
    for (let c = 0; c < columns; c++, at++) drift[at] = (sums.drift[first + c] ?? 0) - total * (present[mean + c] ?? 0);
  }
  return {
    matrix,
    gram,
    drift: { of: 'outputs', sums: drift },
    centred: {
      means: { original: sums.inputs.map((sum, at) => sum / countOf(Math.floor(at / columns))), present },
      spread: {
        of: 'outputs',
        squares: sums.squares.map((square, row) => square - (sums.outputs[row] ?? 0) ** 2 / countOf(Math.floor(row / rows))),
      },
    },
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
