/** Clustered models: the file computes what the studio computed, in the bytes that were predicted. */
import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import type { Codebook } from '../base/grids';
import { listLayers } from '../onnx/layers';
import { batchNet, convNet, ifNet, lstmNet, matmulNet, sharedNet, transposedNet } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import { bool, floats, runModel, type Feeds } from '../onnx/testing/ort';
import type { OnnxModel } from '../onnx/types';
import { writeModel } from '../onnx/write';
import type { Options } from '../passes/options';
import { countHandles } from '../passes/testing/count-handles';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe, type RecipeRun } from './run';
import { layerStates, predictFileBytes } from './states';
import type { RecipeStep } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const x = (shape: readonly number[]): ReturnType<typeof floats> =>
  floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      77,
    ),
  );

/** Runs steps over a model in a mode, and frees everything after. */
async function withRun(
  model: OnnxModel,
  steps: readonly RecipeStep[],
  mode: 'resident' | 'streaming',
  use: (run: RecipeRun, compute: ReturnType<typeof createCpuCompute>) => Promise<void>,
): Promise<void> {
  const { compute, live } = countHandles(createCpuCompute());
  const cache = createRecipeCache(model, listLayers(model).layers, compute, mode);
  const run = await runRecipe({
    recipe: { version: 1, target: 'wasm', passes: steps },
    compute,
    target: { gpu: false, shaderF16: false },
    cache,
    job,
  });
  await use(run, compute);
  run.dispose();
  cache.destroy();
  expect(live()).toBe(0);
}

const cluster = (options: Options = {}): RecipeStep => ({ id: 'cluster-weights', options });

async function valueOf(run: RecipeRun, compute: ReturnType<typeof createCpuCompute>, id: string): Promise<Float32Array> {
  const lease = await run.store.acquire(id);
  const values = await compute.download(lease.handle);
  lease.release();
  return values;
}

/** The run's graph with its values as plain floats. Before a write takes them. */
async function asFloats(run: RecipeRun, compute: ReturnType<typeof createCpuCompute>): Promise<OnnxModel> {
  return (await storeWeights({ ...run, store: { ...run.store, encodingOf: () => null, drop: () => {} }, finishers: [] }, compute, job))
    .model;
}

function codebookOf(run: RecipeRun, id: string): Codebook {
  const encoding = run.store.encodingOf(id);
  if (encoding?.kind !== 'codebook') throw new Error(`${id} has no codebook`);
  return encoding.codebook;
}

const CASES: readonly (readonly [string, OnnxModel, Feeds])[] = [
  ['Conv and Gemm', convNet(13), { x: x([1, 3, 6, 6]) }],
  ['Conv and Gemm, opset 8', convNet(8), { x: x([1, 3, 6, 6]) }],
  ['MatMul', matmulNet(13, 40, 12), { x: x([2, 40]) }],
  ['If', ifNet(13), { x: x([2, 6]), c: bool(false) }],
  ['LSTM', lstmNet(14), { x: x([3, 1, 4]) }],
  ['shared', sharedNet(13, 16), { x: x([2, 16]) }],
  ['ConvTranspose', transposedNet(13), { x: x([1, 4, 3, 3]) }],
];

describe.each(CASES)('%s', (_name, model, feeds) => {
  test.each(['tensor', 'channel'])('a table a %s: outputs equal those of the float values exactly', async (granularity) => {
    for (const [mode, clusters] of [
      ['streaming', 2],
      ['resident', 5],
      ['streaming', 16],
    ] as const) {
      await withRun(
        model,
        [{ id: 'prune-weights', options: { sparsity: 0.3 } }, cluster({ clusters, granularity })],
        mode,
        async (run, compute) => {
          const own = await runModel(await asFloats(run, compute), feeds);
          const changed = run.layers.filter(({ id }) => run.store.encodingOf(id) !== null).length;
          const { model: written } = await storeWeights(run, compute, job);
          expect(await runModel(written, feeds)).toEqual(own);
          expect(changed + (run.steps.at(-1)?.skipped.length ?? 0)).toBe(run.layers.length);
          if (granularity === 'tensor' && clusters < 16) expect(changed).toBe(run.layers.length);
        },
      );
    }
  });
});

test('values are those of the codebook, zeros stay zero, and the streamed codes give the same', async () => {
  const steps = [{ id: 'prune-weights', options: { sparsity: 0.5 } }, cluster({ clusters: 4, granularity: 'channel' })];
  const found: Float32Array[] = [];
  for (const mode of ['resident', 'streaming'] as const) {
    await withRun(convNet(13), steps, mode, async (run, compute) => {
      const { size, values } = codebookOf(run, 'conv');
      expect(size).toBe(4);
      const w = await valueOf(run, compute, 'conv');
      // 4 channels of 27 weights.
      for (const [e, v] of w.entries()) expect(values.subarray(Math.floor(e / 27) * 4, Math.floor(e / 27) * 4 + 4).includes(v)).toBe(true);
      const [state] = await layerStates(run, compute, job);
      expect(state?.bits).toBe(2);
      expect(state?.storage).toBe('packed');
      expect(w.filter((v) => v === 0).length).toBeGreaterThanOrEqual(54 - 20);
      found.push(w);
    });
  }
  expect(found[0]).toEqual(found[1]);
});

test('zeros are kept where asked for, and only there', async () => {
  const model = matmulNet(13, 64, 64);
  const prune = { id: 'prune-weights', options: { sparsity: 0.5 } };
  for (const keepZeros of [true, false]) {
    await withRun(model, [prune, cluster({ clusters: 2, keepZeros })], 'resident', async (run, compute) => {
      const zeros = (await valueOf(run, compute, 'mm')).filter((v) => v === 0).length;
      expect(zeros >= 2048).toBe(keepZeros);
    });
  }
});

test('the predicted size is the written one to a percent, for every number of clusters', async () => {
  for (const granularity of ['tensor', 'channel']) {
    for (const clusters of [2, 3, 8, 16, 50, 256]) {
      await withRun(batchNet(13), [cluster({ clusters, granularity })], 'streaming', async (run, compute) => {
        const predicted = predictFileBytes(run, await layerStates(run, compute, job));
        const { model } = await storeWeights(run, compute, job);
        const written = writeModel(model).reduce((sum, chunk) => sum + chunk.length, 0);
        expect(Math.abs(predicted - written)).toBeLessThan(300 + 0.01 * written);
      });
    }
  }
});

test('16 clusters of a large layer take half a byte a weight, and less error than a 4-bit grid of one scale', async () => {
  const found: number[] = [];
  for (const step of [cluster(), { id: 'quantize-weights', options: { bits: 4, granularity: 'tensor', storage: 'packed' } }]) {
    await withRun(matmulNet(13, 256, 128), [step], 'resident', async (run, compute) => {
      const [state] = await layerStates(run, compute, job);
      expect(state?.bytesAfter).toBeLessThan((256 * 128) / 2 + 400);
      found.push(state?.sqnrDb ?? 0);
    });
  }
  expect(found[0]).toBeGreaterThan(found[1] ?? 0);
});

test('tables larger than the weights are not made; pruning after clustering is refused where there is no zero', async () => {
  await withRun(convNet(13), [cluster({ clusters: 256, granularity: 'channel' }), { id: 'prune-weights' }], 'resident', async (run) => {
    expect(run.steps[0]?.skipped.map(({ layer, reason }) => `${layer}: ${reason}`)).toEqual([
      'conv: 4 tables of 27 values and the codes would take more bytes than its weights.',
      'fc: 5 tables of 64 values and the codes would take more bytes than its weights.',
    ]);
    expect(run.steps[1]?.skipped).toEqual([]);
  });
  await withRun(convNet(13), [cluster({ clusters: 4 }), { id: 'prune-weights' }], 'resident', async (run) => {
    expect(run.steps[1]?.skipped).toHaveLength(2);
    expect(run.store.encodingOf('fc')?.kind).toBe('codebook');
  });
});

test('a graph that computes in float16 takes its weights from float32 tables', async () => {
  await withRun(convNet(13), [cluster(), { id: 'convert-float16', options: { form: 'full' } }], 'resident', async (run, compute) => {
    const feeds = { x: x([1, 3, 6, 6]) };
    const own = await runModel(await asFloats(run, compute), feeds);
    const { model } = await storeWeights(run, compute, job);
    const written = await runModel(model, feeds);
    for (const [k, v] of (own['y'] ?? []).entries()) expect(written['y']?.[k]).toBeCloseTo(v, 1);
  });
});
