/**
 * Rounded layers each lose a little of how far their outputs spread; behind dozens of them little of the signal is left, unless it is given
 * back.
 */
import { channelOf, type Groups, scaleChannels } from '../../base/grids';
import type { Coded } from '../coded';
import { storedGrid } from '../quantize-weights/grid';
import type { InputGram, Spread } from './gram';
import { LANES } from '../../base/lanes';
import { quadraticLanes, takeLanes } from './lanes';

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
  const factors = spreadFactors(groups, weights, fitted, inputs, inputs.centred.spread);
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
  original: Spread,
): Float64Array {
  const wanted = new Float64Array(groups.channels);
  const found = new Float64Array(groups.channels);
  const { rows, columns, groupStride } = matrix;
  const size = columns * columns;
  const lanes = new Float64Array(columns * LANES);
  const sums = new Float64Array(LANES);
  /** Adds w^T G w of rows, summed over the samples, to the channels that they belong to. */
  const add = (to: Float64Array, values: Float32Array, own: Float64Array, first: number, count: number): void => {
    takeLanes(values, first, matrix, columns, count, lanes);
    quadraticLanes(lanes, own, columns, sums);
    addSums(to, first, count);
  };
  const addSums = (to: Float64Array, first: number, count: number): void => {
    for (let lane = 0; lane < count; lane++) {
      const channel = channelOf(first + lane * matrix.rowStride, groups);
      to[channel] = (to[channel] ?? 0) + (sums[lane] ?? 0);
    }
  };
  for (let g = 0; g < matrix.groups; g++) {
    for (let r = 0; r < rows; r += LANES) {
      const count = Math.min(LANES, rows - r);
      const first = g * groupStride + r * matrix.rowStride;
      add(found, fitted, gram.subarray(g * size, (g + 1) * size), first, count);
      if (original.of === 'columns') add(wanted, weights, original.gram.subarray(g * size, (g + 1) * size), first, count);
      else {
        sums.set(original.squares.subarray(g * rows + r, g * rows + r + count));
        addSums(wanted, first, count);
      }
    }
  }
  return wanted.map((w, channel) => {
    const factor = Math.sqrt(w / (found[channel] ?? 0));
    return factor > 0 && Number.isFinite(factor) ? Math.min(MOST, Math.max(LEAST, factor)) : 1;
  });
}
