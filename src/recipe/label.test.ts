import { describe, expect, it } from 'vitest';
import { labelRecipe } from './label';
import type { RecipeStep } from './types';

describe('labelRecipe', () => {
  it.each<[string, readonly RecipeStep[]]>([
    ['Original', [{ id: 'fold-batchnorm' }, { id: 'prune-weights', off: true }]],
    ['8-bit', [{ id: 'fold-batchnorm' }, { id: 'quantize-weights' }]],
    [
      '60 % pruned, 4-bit per block',
      [
        { id: 'prune-weights', options: { sparsity: 0.6 } },
        { id: 'quantize-weights', options: { bits: 4, granularity: 'block' } },
      ],
    ],
    ['3-bit GPTQ per tensor', [{ id: 'quantize-weights', options: { bits: 3, rounding: 'gptq', granularity: 'tensor' } }]],
    ['pruned below 0.01, float16', [{ id: 'prune-weights', options: { threshold: 0.01 } }, { id: 'convert-float16' }]],
    ['16 clusters', [{ id: 'cluster-weights' }]],
    ['8 clusters per channel', [{ id: 'cluster-weights', options: { clusters: 8, granularity: 'channel' } }]],
    ['4-bit, 2 layers of their own', [{ id: 'quantize-weights', options: { bits: 4 }, overrides: { a: { bits: 8 }, b: { bits: 8 } } }]],
    ['4-bit, 1 layer of its own', [{ id: 'quantize-weights', options: { bits: 4 }, overrides: { a: { bits: 8 } } }]],
  ])('%s', (label, passes) => {
    expect(labelRecipe({ version: 1, target: 'webgpu', passes })).toBe(label);
  });
});
