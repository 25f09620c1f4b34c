import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { countGpu } from '../compute/testing/count-gpu';
import { describeGpu } from '../compute/testing/makers';
import type { Compute } from '../compute/types';
import { listLayers } from '../onnx/layers';
import { convNet } from '../onnx/testing/fixtures';
import { maxAbsDifference } from '../passes/testing/compare';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe } from './run';
import { layerStates } from './states';
import type { LayerState, Recipe } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };

function recipeOf(options: Readonly<Record<string, string | number>>): Recipe {
  return {
    version: 1,
    target: 'webgpu',
    passes: [
      { id: 'prune-weights', options: { sparsity: 0.6 } },
      { id: 'quantize-weights', options },
    ],
  };
}

interface Outcome {
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly states: readonly LayerState[];
}

/** Values and states of a recipe on one maker, read after the run's file was made as well. */
async function outcomeOf(compute: Compute, mode: 'resident' | 'streaming', recipe: Recipe): Promise<Outcome> {
  const model = convNet(13);
  const cache = createRecipeCache(model, listLayers(model).layers, compute, mode);
  const run = await runRecipe({ recipe, compute, target: { gpu: true, shaderF16: false }, cache, job });
  await storeWeights(run, compute, job);
  const states = await layerStates(run, compute, job);
  const values: Record<string, Float32Array> = {};
  for (const { id } of run.layers) {
    const lease = await run.store.acquire(id);
    values[id] = await compute.download(lease.handle);
    lease.release();
  }
  run.dispose();
  cache.destroy();
  return { values, states };
}

await describeGpu('a recipe', (gpu) => {
  describe.each(['resident', 'streaming'] as const)('%s', (mode) => {
    test.each([
      { bits: 4, range: 'minmax' },
      { bits: 3, range: 'minmax', scheme: 'asymmetric', granularity: 'block', blockSize: 16 },
      { bits: 8, range: 'percentile', granularity: 'tensor' },
    ])('%o gives the values of the CPU maker', async (options) => {
      const [own, oracle] = [await outcomeOf(gpu, mode, recipeOf(options)), await outcomeOf(createCpuCompute(), mode, recipeOf(options))];
      for (const [id, values] of Object.entries(oracle.values)) expect(maxAbsDifference(own.values[id] ?? [], values)).toBeLessThan(1e-6);
      expect(own.states.map((s) => s.sparsity)).toEqual(oracle.states.map((s) => s.sparsity));
    });

    test('asks the device as often for many layers as for one', async () => {
      const model = convNet(13);
      const cache = createRecipeCache(model, listLayers(model).layers, gpu, mode);
      const quantize: Recipe = { version: 1, target: 'webgpu', passes: [{ id: 'quantize-weights', options: { bits: 3, range: 'mse' } }] };
      const measured = async (): Promise<void> => {
        const run = await runRecipe({ recipe: quantize, compute: gpu, target: { gpu: true, shaderF16: false }, cache, job });
        await layerStates(run, gpu, job);
        run.dispose();
      };
      await measured();
      expect(cache.layers.length).toBeGreaterThan(1);
      // Ranges, coarse clip ratios, fine ones of both signs, states; streaming also takes the codes from the device.
      const times = mode === 'resident' ? 4 : 5;
      expect(await countGpu(measured)).toEqual({ submissions: times, readbacks: times });
      cache.destroy();
    });

    test('least error: as good as the CPU maker, whose sums are in float64', async () => {
      const recipe = recipeOf({ bits: 3, range: 'mse' });
      const [own, oracle] = [await outcomeOf(gpu, mode, recipe), await outcomeOf(createCpuCompute(), mode, recipe)];
      for (const [i, state] of oracle.states.entries())
        expect(Math.abs((own.states[i]?.sqnrDb ?? 0) - (state.sqnrDb ?? 0))).toBeLessThan(0.01);
    });
  });
});
