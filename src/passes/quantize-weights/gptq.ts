import type { AdaroundOptions } from '../../compute/operations/adaround';
import { type GridLevels, roundWithFeedback } from '../../compute/operations/round-with-feedback';
import { channelOf, type Grid, groupOf, scaleChannels } from '../../base/grids';
import type { Compute } from '../../compute/types';
import type { Storage } from '../../onnx/types';
import { feedbackRows, gather, scatter, targetWeights, type FeedbackRows } from '../reconstruction/rows';
import type { InputGram } from '../reconstruction/gram';
import { learnRounding } from './adaround';
import { storedGrid } from './grid';

/** Scales tried, as parts of the one with the least weight error: with feedback, narrower and wider grids are often better. */
const COARSE = [0.7, 0.78, 0.86, 0.93, 1, 1.08, 1.18] as const;
/** Then about the best of them. */
const FINE = [0.96, 1.04] as const;

/** A layer rounded: its values lie on the grid. */
export interface Rounded {
  readonly grid: Grid;
  readonly values: Float32Array;
}

export interface GptqChoice {
  /** The layer's grid by its weights alone, for the weights given. */
  readonly start: (weights: Float32Array) => Promise<Grid>;
  /** Whether scales are tried, each by the output error it leads to. */
  readonly search: boolean;
  /** Whether negative scales are allowed: the lone code -2^(b-1) may then serve either tail. */
  readonly trySign: boolean;
  readonly storage: Storage;
  /** Learns the rounding on the grid found (AdaRound); null leaves it at error feedback. */
  readonly learn: AdaroundOptions | null;
}

/**
 * Rounds a layer to a grid so that its output on the samples changes least: column by column with error feedback (GPTQ, Frantar et al.
 * 2022, arXiv 2210.17323), for several scales of each channel, of which the one with the least output error stays. Where the inputs come
 * from a network that is quantized already, the original's outputs are what is aimed at. AdaRound goes on from there, if asked for.
 * @param weights the layer's original values. @returns in words why it cannot be done.
 */
export async function roundByOutput(
  compute: Compute,
  weights: Float32Array,
  inputs: InputGram,
  choice: GptqChoice,
): Promise<Rounded | string> {
  const target = targetWeights(weights, inputs);
  const start = await choice.start(target);
  const blocks = start.scales.length > start.groups.channels;
  // Columns of several groups have orders of their own, and blocks one table for all.
  const rows = feedbackRows(inputs, !blocks || inputs.matrix.groups === 1);
  if (typeof rows === 'string') return rows;
  const wanted = gather(target, rows);
  const placed = compute.upload(wanted);
  const factor = compute.upload(rows.factor);
  try {
    const attempt = async (grid: Grid): Promise<{ values: Float32Array; byChannel: Float64Array }> => {
      const { values, losses } = await compute.run(roundWithFeedback, placed, factor, rows.shape, levelsOf(grid, rows));
      try {
        return { values: await compute.download(values), byChannel: perChannel(losses, grid, rows) };
      } finally {
        values.destroy();
      }
    };
    const finish = async (grid: Grid): Promise<Rounded> => {
      const { values } = await attempt(grid);
      const learned = choice.learn ? await learnRounding(compute, wanted, values, rows, levelsOf(grid, rows), choice.learn) : values;
      return { grid, values: scatter(learned, rows) };
    };
    if (!choice.search) return await finish(storedGrid(start, choice.storage));
    let best = bestOf(start, []);
    const consider = async (factors: Float32Array): Promise<void> => {
      const grid = storedGrid({ ...start, scales: scaleChannels(start.scales, factors) }, choice.storage);
      const { byChannel } = await attempt(grid);
      best = bestOf(start, [best, { scales: grid.scales, factors, losses: byChannel }]);
    };
    const channels = start.groups.channels;
    for (const sign of choice.trySign && start.qMin < 0 ? [1, -1] : [1])
      for (const ratio of COARSE) await consider(new Float32Array(channels).fill(sign * ratio));
    const middle = best.factors;
    for (const ratio of FINE) await consider(middle.map((f) => f * ratio));
    return await finish({ ...start, scales: best.scales });
  } finally {
    placed.destroy();
    factor.destroy();
  }
}

interface Candidate {
  readonly scales: Float32Array;
  /** By channel, of the first grid's scales. */
  readonly factors: Float32Array;
  readonly losses: Float64Array;
}

/** For each channel the candidate with the least loss; of equal ones the first. */
function bestOf(start: Grid, candidates: readonly Candidate[]): Candidate {
  const channels = start.groups.channels;
  const blocks = start.scales.length / channels;
  const scales = start.scales.slice();
  const factors = new Float32Array(channels).fill(1);
  const losses = new Float64Array(channels).fill(Infinity);
  for (const candidate of candidates) {
    for (let c = 0; c < channels; c++) {
      if (!((candidate.losses[c] ?? Infinity) < (losses[c] ?? Infinity))) continue;
      losses[c] = candidate.losses[c] ?? Infinity;
      factors[c] = candidate.factors[c] ?? 1;
      scales.set(candidate.scales.subarray(c * blocks, (c + 1) * blocks), c * blocks);
    }
  }
  return { scales, factors, losses };
}

/** A grid as the rounding reads it: by column and row. */
function levelsOf(grid: Grid, { shape, elementOf }: FeedbackRows): GridLevels {
  const { groups } = grid;
  const perChannelBlocks = grid.scales.length / groups.channels;
  const blockOf = Uint32Array.from({ length: shape.columns }, (_, c) => groupOf(elementOf(c, 0), groups) % perChannelBlocks);
  const scales = new Float32Array(perChannelBlocks * shape.rows);
  const zeroPoints = new Int32Array(scales.length);
  for (let row = 0; row < shape.rows; row++) {
    const channel = channelOf(elementOf(0, row), groups);
    for (let block = 0; block < perChannelBlocks; block++) {
      scales[block * shape.rows + row] = grid.scales[channel * perChannelBlocks + block] ?? 1;
      zeroPoints[block * shape.rows + row] = grid.zeroPoints[channel * perChannelBlocks + block] ?? 0;
    }
  }
  return { kind: 'grid', qMin: grid.qMin, qMax: grid.qMax, scales, zeroPoints, blockOf };
}

/** Losses of rows, added up by the channel whose scale they use. */
function perChannel(losses: Float32Array, { groups }: Grid, { shape, elementOf }: FeedbackRows): Float64Array {
  const sums = new Float64Array(groups.channels);
  for (let row = 0; row < shape.rows; row++) {
    const channel = channelOf(elementOf(0, row), groups);
    sums[channel] = (sums[channel] ?? 0) + (losses[row] ?? 0);
  }
  return sums;
}
