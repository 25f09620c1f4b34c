import { foldBatchnormMeta } from '../passes/fold-batchnorm/meta';
import { pruneWeightsMeta } from '../passes/prune-weights/meta';
import { quantizeWeightsMeta } from '../passes/quantize-weights/meta';
import { makeStep } from './steps';
import { DEFAULT_TARGET } from './targets';
import type { Recipe } from './types';

/** What a freshly opened model starts with: lossless folding and 8-bit weights; pruning is there, switched off. */
export const defaultRecipe: Recipe = {
  version: 1,
  target: DEFAULT_TARGET,
  passes: [makeStep(foldBatchnormMeta), { ...makeStep(pruneWeightsMeta), off: true }, makeStep(quantizeWeightsMeta, { bits: 8 })],
};
