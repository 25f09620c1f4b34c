import { expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { listLayers } from '../onnx/layers';
import { readModel } from '../onnx/read';
import { convNet } from '../onnx/testing/fixtures';
import { testOnModels } from '../onnx/testing/models';
import type { OnnxModel } from '../onnx/types';
import { concatChunks, writeModel } from '../onnx/write';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe } from './run';
import { layerStates } from './states';
import type { RecipeStep } from './types';
import { predictGzipBytes, type Gzip } from './wire';

const job = { signal: new AbortController().signal, onProgress: () => {} };

const gzip: Gzip = async (parts) => {
  const stream = new Blob([...parts]).stream().pipeThrough(new CompressionStream('gzip'));
  return (await new Response(stream).arrayBuffer()).byteLength;
};

/** Estimated and real bytes after gzip of a model under passes. */
async function bothOf(model: OnnxModel, passes: readonly RecipeStep[]): Promise<{ readonly predicted: number; readonly real: number }> {
  const compute = createCpuCompute();
  const cache = createRecipeCache(model, listLayers(model).layers, compute, 'resident');
  const run = await runRecipe({
    recipe: { version: 1, target: 'wasm', passes },
    compute,
    target: { gpu: false, shaderF16: false },
    cache,
    job,
  });
  const predicted = (await predictGzipBytes(run, await layerStates(run, compute, job), compute, gzip, job)) ?? Number.NaN;
  const stored = await storeWeights(run, compute, job);
  const real = await gzip([concatChunks(writeModel(stored.model))]);
  run.dispose();
  cache.destroy();
  return { predicted, real };
}

const RECIPES: readonly (readonly [string, readonly RecipeStep[]])[] = [
  ['nothing', []],
  ['zeros at 99 %', [{ id: 'prune-weights', options: { sparsity: 0.99 } }]],
  ['8 bits', [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: 8 } }]],
  [
    'half zeros in 3 bits',
    [
      { id: 'prune-weights', options: { sparsity: 0.5 } },
      { id: 'quantize-weights', options: { bits: 3 } },
    ],
  ],
  ['float16', [{ id: 'convert-float16', options: { form: 'weights' } }]],
];

testOnModels(
  ['digits.onnx', 'ppocr_cls.onnx', 'resnet8_cifar10.onnx'],
  'the estimate after gzip is within 8 % of the written file',
  async (file) => {
    const model = readModel([file]);
    // Clusters take the processor long: the smallest model shows them.
    const clustered: typeof RECIPES =
      file.name === 'digits.onnx' ? [['16 values', [{ id: 'cluster-weights', options: { clusters: 16 } }]]] : [];
    for (const [name, passes] of [...RECIPES, ...clustered]) {
      const { predicted, real } = await bothOf(model, passes);
      console.log(`${file.name}, ${name}: gzip ${real} bytes, estimated ${predicted} (${((100 * predicted) / real - 100).toFixed(1)} %)`);
      expect(Math.abs(predicted / real - 1), name).toBeLessThan(0.08);
    }
  },
);

test('zeros show in the estimate, where the size alone does not move', async () => {
  const model = convNet(13);
  const [none, all] = [await bothOf(model, []), await bothOf(model, [{ id: 'prune-weights', options: { sparsity: 0.99 } }])];
  expect(all.predicted).toBeLessThan(none.predicted);
  expect(all.real).toBeLessThan(none.real);
});

test('a stopped job stops', async () => {
  const model = convNet(13);
  const compute = createCpuCompute();
  const cache = createRecipeCache(model, listLayers(model).layers, compute, 'resident');
  const run = await runRecipe({
    recipe: { version: 1, target: 'wasm', passes: [] },
    compute,
    target: { gpu: false, shaderF16: false },
    cache,
    job,
  });
  await expect(predictGzipBytes(run, [], compute, gzip, { ...job, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  run.dispose();
  cache.destroy();
});
