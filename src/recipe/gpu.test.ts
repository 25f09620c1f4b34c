import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { countGpu } from '../compute/testing/count-gpu';
import { describeGpu } from '../compute/testing/makers';
import type { Compute } from '../compute/types';
import { listLayers } from '../onnx/layers';
import { convNet } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import { floats } from '../onnx/testing/ort';
import type { Options } from '../passes/options';
import { calibrationOver } from '../passes/testing/calibration';
import { maxAbsDifference } from '../passes/testing/compare';
import type { SampleSource } from './apply-steps';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe } from './run';
import { layerStates } from './states';
import type { LayerState, Recipe, RecipeStep } from './types';
import { predictGzipBytes } from './wire';

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

/** Two samples of the conv net, on which passes learn. */
function sampled(compute: Compute): SampleSource {
  const samples = [1, 2].map((seed) => ({ x: floats([1, 3, 6, 6], noise(108, seed)) }));
  return {
    samples: samples.length,
    key: 'noise',
    content: () => Promise.resolve('noise'),
    observe: (probe, lease, visit, own) => {
      const leased = (which: 'present' | 'original') => (id: string) => lease({ id, which, inputName: '', shape: [] });
      return calibrationOver(samples, { acquire: leased('present'), acquireOriginal: leased('original') }, compute).observe(
        probe,
        visit,
        own,
      );
    },
  };
}

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
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

    test.each([
      [
        'fitted rounding',
        { id: 'quantize-weights', options: { bits: 4, rounding: 'gptq', inputs: 'original', range: 'minmax' } },
        { bits: 5 },
      ],
      ['clusters', { id: 'cluster-weights', options: { clusters: 4 } }, { clusters: 8 }],
      ['fitted clusters', { id: 'cluster-weights', options: { clusters: 4, refine: 'samples', inputs: 'original' } }, { clusters: 8 }],
      ['integers on ranges of the moment', { id: 'quantize-dynamic' }, {}],
      ['integers on ranges of samples', { id: 'quantize-static' }, {}],
      ['float16', { id: 'convert-float16', options: { form: 'weights' } }, {}],
    ] as const)('%s, states and sizes: no oftener for two layers than for one', async (_name, step: RecipeStep, other: Options) => {
      const model = convNet(13);
      const cache = createRecipeCache(model, listLayers(model).layers, gpu, mode);
      const target = { gpu: false, shaderF16: false };
      const run = async (include: readonly string[], options: Options): Promise<void> => {
        const passes = [{ ...step, options: { ...step.options, ...options }, layers: { include } }];
        const made = await runRecipe({
          recipe: { version: 1, target: 'wasm', passes },
          compute: gpu,
          target,
          cache,
          job,
          samples: sampled(gpu),
        });
        expect(made.steps[0]?.skipped).toEqual([]);
        await predictGzipBytes(made, await layerStates(made, gpu, job), gpu, () => Promise.resolve(100), job);
        made.dispose();
      };
      // What is learned from samples, which are run here layer by layer, is kept from the first time.
      const counts = await inOrder([['conv'], ['fc'], ['conv', 'fc']], async (include) => {
        await run(include, {});
        return countGpu(() => run(include, other));
      });
      const [conv, fc, both] = counts.map(({ submissions, readbacks }) => Math.max(submissions, readbacks));
      expect(both).toBeLessThanOrEqual(Math.max(conv ?? 0, fc ?? 0));
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
