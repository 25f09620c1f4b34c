import { DEFAULT_TARGET } from './targets';
import type { Recipe } from './types';

/** What a freshly opened model starts with: lossless folding and 8-bit weights; pruning is there, switched off. */
export const defaultRecipe: Recipe = {
  version: 1,
  target: DEFAULT_TARGET,
  passes: [{ id: 'fold-batchnorm' }, { id: 'prune-weights', off: true }, { id: 'quantize-weights', options: { bits: 8 } }],
};
