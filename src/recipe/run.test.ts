import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import type { Compute } from '../compute/types';
import { findLayers, listLayers } from '../onnx/layers';
import { readModel } from '../onnx/read';
import { readFloats } from '../onnx/tensor';
import { makeNode } from '../onnx/nodes';
import { convNet, ifNet, lstmNet, makeModel, matmulNet, sharedNet, transposedNet, weight } from '../onnx/testing/fixtures';
import { testOnModels } from '../onnx/testing/models';
import { noise } from '../onnx/testing/noise';
import { bool, floats, runModel, type Feeds } from '../onnx/testing/ort';
import type { OnnxModel } from '../onnx/types';
import { concatChunks, writeModel } from '../onnx/write';
import { maxAbsDifference } from '../passes/testing/compare';
import { countHandles } from '../passes/testing/count-handles';
import type { Target } from '../passes/types';
import { createRecipeCache, type RecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe, sketchLayer, type LayerSketch, type RecipeRun } from './run';
import { layerStates, predictFileBytes } from './states';
import type { Recipe, RecipeStep } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const wasm: Target = { gpu: false, shaderF16: false };
const recipeOf = (...passes: RecipeStep[]): Recipe => ({ version: 1, target: 'wasm', passes });
const x = (shape: readonly number[]): ReturnType<typeof floats> =>
  floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      77,
    ),
  );

interface Bench {
  readonly compute: Compute;
  readonly cache: RecipeCache;
  readonly live: () => number;
  run(recipe: Recipe): Promise<RecipeRun>;
  sketch(recipe: Recipe, layerId: string): Promise<LayerSketch>;
}

function benchOf(model: OnnxModel, mode: 'resident' | 'streaming' = 'resident'): Bench {
  const { compute, live } = countHandles(createCpuCompute());
  const cache = createRecipeCache(model, listLayers(model).layers, compute, mode);
  return {
    compute,
    cache,
    live,
    run: (recipe) => runRecipe({ recipe, compute, target: wasm, cache, job }),
    sketch: (recipe, layerId) => sketchLayer({ recipe, compute, target: wasm, cache, job }, layerId),
  };
}

async function valueOf(bench: Bench, run: LayerSketch, id: string): Promise<Float32Array> {
  const lease = await run.store.acquire(id);
  const values = await bench.compute.download(lease.handle);
  lease.release();
  return values;
}

/**
 * The run's graph with the store's values as plain floats: what the studio shows and the live session computes. Before a write takes them.
 */
async function asFloats(bench: Bench, run: RecipeRun): Promise<OnnxModel> {
  const plain: RecipeRun = { ...run, store: { ...run.store, encodingOf: () => null, drop: () => {} }, finishers: [] };
  return (await storeWeights(plain, bench.compute, job)).model;
}

/** Every float constant that a layer of the written file has. */
function weightsIn(model: OnnxModel): Float32Array[] {
  return findLayers(model).sources.map((s) => (s.value.constant ? readFloats(s.value.constant) : new Float32Array(0)));
}

const fixtures: readonly (readonly [string, OnnxModel, Feeds])[] = [
  ['conv and fc', convNet(13), { x: x([1, 3, 6, 6]) }],
  ['conv and fc, opset 8', convNet(8), { x: x([1, 3, 6, 6]) }],
  ['MatMul', matmulNet(13, 40, 12), { x: x([2, 40]) }],
  ['If', ifNet(13), { x: x([2, 6]), c: bool(false) }],
  ['LSTM', lstmNet(14), { x: x([3, 1, 4]) }],
  ['shared', sharedNet(13), { x: x([2, 4]) }],
  ['ConvTranspose', transposedNet(13), { x: x([1, 4, 3, 3]) }],
];

describe('the file computes what the studio computed', () => {
  test.each(fixtures)('%s: packed 4 bits, outputs equal those of the float values to 1e-5', async (_name, model, feeds) => {
    for (const mode of ['resident', 'streaming'] as const) {
      const bench = benchOf(model, mode);
      const run = await bench.run(
        recipeOf({ id: 'prune-weights', options: { sparsity: 0.3 } }, { id: 'quantize-weights', options: { bits: 4, storage: 'packed' } }),
      );
      expect(run.steps.flatMap((s) => s.skipped)).toEqual([]);
      const shown = await asFloats(bench, run);
      const { model: written } = await storeWeights(run, bench.compute, job);
      const [own, file] = [await runModel(shown, feeds), await runModel(written, feeds)];
      expect(maxAbsDifference(own['y'] ?? [], file['y'] ?? [])).toBeLessThan(1e-5);
      const before = await runModel(model, feeds);
      expect(maxAbsDifference(own['y'] ?? [], before['y'] ?? [])).toBeGreaterThan(0);
      run.dispose();
      bench.cache.destroy();
      expect(bench.live()).toBe(0);
    }
  });

  test.each(['symmetric', 'asymmetric'])('%s DequantizeLinear, and blocks with MatMulNBits', async (scheme) => {
    const cases = [
      [convNet(13), { storage: 'dequantize' }, { x: x([1, 3, 6, 6]) }],
      [matmulNet(21, 64, 24), { storage: 'matmulnbits', granularity: 'block', blockSize: 32 }, { x: x([2, 64]) }],
    ] as const;
    for (const [model, options, feeds] of cases) {
      const bench = benchOf(model);
      const run = await bench.run(recipeOf({ id: 'quantize-weights', options: { bits: 4, scheme, ...options } }));
      expect(run.steps[0]?.skipped).toEqual([]);
      const shown = await asFloats(bench, run);
      const { model: written } = await storeWeights(run, bench.compute, job);
      const [own, file] = [await runModel(shown, feeds), await runModel(written, feeds)];
      expect(maxAbsDifference(own['y'] ?? [], file['y'] ?? [])).toBeLessThan(1e-5);
    }
  });
});

test.each(fixtures)('%s: packed 8 bits in a graph that computes in float16', async (_name, model, feeds) => {
  const bench = benchOf(model);
  const run = await bench.run(
    recipeOf({ id: 'quantize-weights', options: { storage: 'packed' } }, { id: 'convert-float16', options: { form: 'full' } }),
  );
  const shown = await asFloats(bench, run);
  const { model: written } = await storeWeights(run, bench.compute, job);
  const [own, file] = [await runModel(shown, feeds), await runModel(written, feeds)];
  expect(maxAbsDifference(own['y'] ?? [], file['y'] ?? [])).toBeLessThan(0.02);
});

async function prunesExactly(source: OnnxModel): Promise<void> {
  const bench = benchOf(source);
  const run = await bench.run(recipeOf({ id: 'prune-weights', options: { sparsity: 0.6 } }));
  const { model } = await storeWeights(run, bench.compute, job);
  const reread = readModel([{ name: 'm.onnx', bytes: concatChunks(writeModel(model)) }]);
  const weights = weightsIn(reread);
  const [count, zeros] = weights.reduce(([n, z], w) => [n + w.length, z + w.filter((v) => v === 0).length], [0, 0]);
  expect(count).toBeGreaterThan(0);
  expect(zeros).toBe(Math.round(0.6 * (count ?? 0)));
}
const exactly = 'sparsity 0.6 global gives exactly round(0.6 N) zeros in the bytes of the written file';
test(`fixture: ${exactly}`, () => prunesExactly(convNet(13)));
testOnModels(['digits.onnx', 'squeezenet1.1.onnx'], exactly, (file) => prunesExactly(readModel([file])));

describe('following a slider', () => {
  const sweep = recipeOf(
    { id: 'fold-batchnorm' },
    { id: 'prune-weights', options: { sparsity: 0.5 } },
    { id: 'quantize-weights', options: { bits: 4 } },
  );

  test('a sketch of one layer: the same value as the whole run, which is the value exported', async () => {
    const bench = benchOf(convNet(13));
    const [whole, one] = [await bench.run(sweep), await bench.sketch(sweep, 'fc')];
    expect(await valueOf(bench, one, 'fc')).toEqual(await valueOf(bench, whole, 'fc'));
    expect(one.isChanged('conv')).toBe(false);
    expect(one.steps[1]?.thresholds?.['fc']).toBe(whole.steps[1]?.thresholds?.['fc']);
    const streamed = benchOf(convNet(13), 'streaming');
    expect(await valueOf(streamed, await streamed.run(sweep), 'fc')).toEqual(await valueOf(bench, one, 'fc'));
  });

  test('moving it uploads nothing anew, keeps the graph, and ranks once per sparsity', async () => {
    const bench = benchOf(convNet(13));
    const first = await bench.run(sweep);
    const uploads = bench.cache.originals.uploads;
    first.dispose();
    const settled = bench.live();
    for (const bits of [8, 3, 4]) {
      const run = await bench.run({ ...sweep, passes: [...sweep.passes.slice(0, 2), { id: 'quantize-weights', options: { bits } }] });
      expect(run.model).toBe(first.model);
      run.dispose();
    }
    expect(bench.cache.originals.uploads).toBe(uploads);
    expect(bench.live()).toBe(settled);
    bench.cache.destroy();
    expect(bench.live()).toBe(0);
  });
});

test('a model without layers: the note says why there are none', async () => {
  const table = makeModel({
    opset: 13,
    inputs: [['x', [4, 32]]],
    outputs: [['y', [4, 32]]],
    weights: [weight('scale', [4, 32], 1)],
    nodes: [makeNode('Mul', ['x', 'scale'], ['y'])],
  });
  const run = await benchOf(table).run(recipeOf({ id: 'quantize-weights' }));
  expect(run.steps[0]?.note).toMatch(/^The model has no weights that a pass could change: "scale": .*Mul/);
  const none = makeModel({ opset: 13, inputs: [['x', [4]]], outputs: [['y', [4]]], nodes: [makeNode('Relu', ['x'], ['y'])] });
  expect((await benchOf(none).run(recipeOf({ id: 'prune-weights' }))).steps[0]?.note).toMatch(/^The model has no weights in its file/);
});

test('filters and overrides: by id, by op, and one layer with bits of its own', async () => {
  const bench = benchOf(convNet(13));
  const run = await bench.run(
    recipeOf(
      { id: 'prune-weights', options: { sparsity: 0.5 }, layers: { include: ['Gemm'] } },
      { id: 'quantize-weights', options: { bits: 4 }, layers: { exclude: ['nothing'] }, overrides: { conv: { bits: 8 } } },
    ),
  );
  expect(run.steps[0]?.changed).toEqual(['fc']);
  const states = await layerStates(run, bench.compute, job);
  expect(states.map((s) => [s.id, s.bits])).toEqual([
    ['conv', 8],
    ['fc', 4],
  ]);
  expect(states[1]?.sparsity).toBeGreaterThanOrEqual(0.5);
  expect(states[0]?.sqnrDb).toBeGreaterThan(40);
  expect((await bench.run(recipeOf({ id: 'prune-weights', layers: { include: ['nope'] } }))).steps[0]?.note).toMatch(/^No layer matches/);
  await expect(bench.run(recipeOf({ id: 'quantize-weights', overrides: { ghost: { bits: 4 } } }))).rejects.toMatchObject({
    code: 'bad-recipe',
    message: expect.stringContaining('"ghost"'),
  });
});

test('a stopped job stops and leaves nothing behind', async () => {
  const bench = benchOf(convNet(13));
  const controller = new AbortController();
  const stopping = { signal: controller.signal, onProgress: () => controller.abort() };
  await expect(
    runRecipe({ recipe: recipeOf({ id: 'quantize-weights' }), compute: bench.compute, target: wasm, cache: bench.cache, job: stopping }),
  ).rejects.toThrow(/abort/i);
  bench.cache.destroy();
  expect(bench.live()).toBe(0);
});

const predictable = ['digits.onnx', 'ppocr_cls.onnx', 'silero_vad_v5.onnx', 'squeezenet1.1.onnx', 'resnet8_cifar10.onnx'];
testOnModels(predictable, 'predicted size within 5 % of the file, at 8 and 3 bits', async (file) => {
  const bench = benchOf(readModel([file]), 'streaming');
  for (const bits of [8, 3]) {
    const run = await bench.run(recipeOf({ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits, range: 'minmax' } }));
    const predicted = predictFileBytes(run, await layerStates(run, bench.compute, job));
    const { model } = await storeWeights(run, bench.compute, job);
    const bytes = concatChunks(writeModel(model)).length;
    console.log(
      `${file.name}, ${bits} bits: ${bench.cache.model.bytes} -> ${bytes} bytes, ` +
        `predicted ${predicted}; ${run.steps.flatMap((s) => s.skipped).length} skipped`,
    );
    expect(Math.abs(predicted / bytes - 1)).toBeLessThan(0.05);
    run.dispose();
  }
});

test('a graph pass behind one that changes weights is left out, and says where it belongs', async () => {
  const bench = benchOf(convNet(13));
  const prune: RecipeStep = { id: 'prune-weights', options: { sparsity: 0.5 } };
  const late = await bench.run(recipeOf(prune, { id: 'equalize-layers' }, { id: 'fold-batchnorm', layers: { include: ['Conv'] } }));
  expect(late.model).toBe(bench.cache.model);
  expect(late.steps.slice(1).map(({ changed, note }) => [changed, note])).toEqual(
    [1, 2].map(() => [[], 'Left out: it has to stand before the passes that change weights.']),
  );
  expect(late.steps.map(({ skipped }) => skipped.length)).toEqual([0, 2, 1]);
  expect(late.steps[1]?.skipped[0]?.reason).toBe('The pass stands behind one that changes weights; put it before that.');
  const pruned = await bench.run(recipeOf(prune));
  expect(await asFloats(bench, late).then(writeModel).then(concatChunks)).toEqual(concatChunks(writeModel(await asFloats(bench, pruned))));
  late.dispose();
  pruned.dispose();
});
