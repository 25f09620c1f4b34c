import type { RecipeStep } from '../../src/recipe/types';

const quantize = (options: NonNullable<RecipeStep['options']>): RecipeStep => ({ id: 'quantize-weights', options });

/** One recipe a way of finding values: those that round to nearest must be equal wherever they are made, those that fit need not. */
export const RECIPES: readonly { readonly name: string; readonly exact: boolean; readonly passes: readonly RecipeStep[] }[] = [
  { name: '8 bits, nearest, min-max', exact: true, passes: [quantize({ bits: 8, rounding: 'nearest', range: 'minmax' })] },
  { name: '4 bits, nearest, min-max', exact: true, passes: [quantize({ bits: 4, rounding: 'nearest', range: 'minmax' })] },
  { name: '4 bits, nearest, least error', exact: true, passes: [quantize({ bits: 4, rounding: 'nearest', range: 'mse' })] },
  {
    name: '4 bits in blocks of 32, nearest, least error',
    exact: true,
    passes: [quantize({ bits: 4, rounding: 'nearest', range: 'mse', granularity: 'block', blockSize: 32 })],
  },
  { name: '60 % pruned, 6 bits', exact: true, passes: [{ id: 'prune-weights', options: { sparsity: 0.6 } }, quantize({ bits: 6 })] },
  { name: 'float16', exact: true, passes: [{ id: 'convert-float16' }] },
  { name: '16 clusters', exact: false, passes: [{ id: 'cluster-weights', options: { clusters: 16 } }] },
  { name: 'static int8, min-max', exact: false, passes: [{ id: 'quantize-static', options: { calibrator: 'minmax' } }] },
  { name: 'static int8, percentile', exact: false, passes: [{ id: 'quantize-static', options: { calibrator: 'percentile' } }] },
  { name: '4 bits, HQQ', exact: false, passes: [quantize({ bits: 4, rounding: 'hqq' })] },
  { name: '4 bits, GPTQ', exact: false, passes: [quantize({ bits: 4, rounding: 'gptq' })] },
];
