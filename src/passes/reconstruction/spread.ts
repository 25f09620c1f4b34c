/**
 * Rounded layers each lose a little of how far their outputs spread; behind dozens of them little of the signal is left, unless it is given
 * back.
 */
import { channelOf, type Groups, scaleChannels } from '../../base/grids';
import type { Coded } from '../coded';
import { storedGrid } from '../quantize-weights/grid';
import type { InputGram } from './gram';

/** Beyond these a channel's samples say too little. */
const [LEAST, MOST] = [0.5, 2];

/**
 * The encoding whose values make each channel's output vary on the present inputs as the original's does on its own: standard deviations
 * are made equal, one factor a scale or codebook. Least squares draws outputs towards their means wherever inputs are noisy, and layers add
 * up: mobilenet_v2's logits at 4 bits have a third of their spread without this. (What Jordan et al. 2022, arXiv 2211.08403, do to merged
 * networks.)
 * @param weights the layer's own, @param fitted what they became. Where the original's inputs are not known the encoding stays.
 */
export function withSpread(encoding: Coded, weights: Float32Array, fitted: Float32Array, inputs: InputGram): Coded {
  if (inputs.centred === null) return encoding;
  const groups = encoding.kind === 'grid' ? encoding.grid.groups : encoding.codebook.groups;
  const factors = spreadFactors(groups, weights, fitted, inputs, inputs.centred.gram);
  if (encoding.kind === 'codebook') {
    const { codebook } = encoding;
    return { ...encoding, codebook: { ...codebook, values: scaleChannels(codebook.values, factors) } };
  }
  const { grid, storage } = encoding;
  return { ...encoding, grid: storedGrid({ ...grid, scales: scaleChannels(grid.scales, factors) }, storage) };
}

/** One a channel of `groups`. */
function spreadFactors(
  groups: Groups,
  weights: Float32Array,
  fitted: Float32Array,
  { matrix, gram }: InputGram,
  original: Float64Array,
): Float64Array {
  const wanted = new Float64Array(groups.channels);
  const found = new Float64Array(groups.channels);
  const { rows, columns, groupStride, rowStride, columnStride } = matrix;
  for (let g = 0; g < matrix.groups; g++) {
    for (let r = 0; r < rows; r++) {
      const first = g * groupStride + r * rowStride;
      const channel = channelOf(first, groups);
      wanted[channel] = (wanted[channel] ?? 0) + variance(weights, first, columnStride, original, g, columns);
      found[channel] = (found[channel] ?? 0) + variance(fitted, first, columnStride, gram, g, columns);
    }
  }
  return wanted.map((w, channel) => {
    const factor = Math.sqrt(w / (found[channel] ?? 0));
    return factor > 0 && Number.isFinite(factor) ? Math.min(MOST, Math.max(LEAST, factor)) : 1;
  });
}

/** w^T G w of one row, summed over the samples. */
function variance(weights: Float32Array, first: number, stride: number, gram: Float64Array, group: number, columns: number): number {
  let sum = 0;
  for (let a = 0, at = group * columns * columns; a < columns; a++) {
    const w = weights[first + a * stride] ?? 0;
    let product = 0;
    for (let b = 0; b < columns; b++, at++) product += (gram[at] ?? 0) * (weights[first + b * stride] ?? 0);
    sum += w * product;
  }
  return sum;
}
