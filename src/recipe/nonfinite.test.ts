/**
 * Weights that are NaN, infinite or huge: what a pass touches is refused by name, all else goes on; and nothing finite becomes infinite.
 */
import { expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { listLayers } from '../onnx/layers';
import { makeNode } from '../onnx/nodes';
import { bytesOf, DataType, makeTensor } from '../onnx/tensor';
import { makeModel, weight } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import { floats, runModel } from '../onnx/testing/ort';
import type { OnnxModel } from '../onnx/types';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe } from './run';
import { layerStates } from './states';
import type { RecipeStep } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const feeds = { x: floats([2, 16], noise(32, 3)) };

/** Two products, one value of the first weight given. */
function net(value: number): OnnxModel {
  const values = noise(16 * 8, 1);
  values[5] = value;
  return makeModel({
    opset: 13,
    inputs: [['x', [2, 16]]],
    outputs: [
      ['y', [2, 4]],
      ['h', [2, 8]],
    ],
    weights: [makeTensor('w', DataType.FLOAT, [16, 8], bytesOf(values)), weight('v', [16, 4], 2)],
    nodes: [makeNode('MatMul', ['x', 'w'], ['h']), makeNode('MatMul', ['x', 'v'], ['y'])],
  });
}

async function exported(
  model: OnnxModel,
  ...passes: RecipeStep[]
): Promise<{ readonly outputs: Record<string, number[]>; readonly reasons: readonly string[]; readonly states: number }> {
  const compute = createCpuCompute();
  const cache = createRecipeCache(model, listLayers(model).layers, compute, 'resident');
  const run = await runRecipe({
    recipe: { version: 1, target: 'wasm', passes },
    compute,
    target: { gpu: false, shaderF16: true },
    cache,
    job,
  });
  const states = await layerStates(run, compute, job);
  const { model: written, skipped } = await storeWeights(run, compute, job);
  run.dispose();
  return {
    outputs: await runModel(written, feeds),
    reasons: [...run.steps, ...skipped].flatMap((step) => step.skipped).map(({ reason }) => reason),
    states: states.length,
  };
}

const WEIGHT_PASSES = ['prune-weights', 'cluster-weights', 'quantize-weights', 'quantize-dynamic', 'convert-float16'];

test.each([Number.NaN, Number.POSITIVE_INFINITY, 3.4e38])(
  'a weight of %s: passes that take the layer refuse it by name, without it they work',
  async (value) => {
    const model = net(value);
    expect(await exported(model, { id: 'fold-batchnorm' })).toMatchObject({ states: 2 });
    for (const id of WEIGHT_PASSES) {
      await expect(exported(model, { id })).rejects.toMatchObject({
        code: 'non-finite-weights',
        message: expect.stringMatching(/"h" holds 1 of 128/),
        remedy: expect.stringMatching(/Exclude/),
      });
      const { outputs, states } = await exported(model, {
        id,
        ...(id === 'convert-float16' ? { options: { form: 'weights' } } : {}),
        layers: { exclude: ['h'] },
      });
      expect(outputs['h']).toEqual((await runModel(model, feeds))['h']);
      expect(states).toBe(2);
    }
  },
);

test.each(['quantize-weights', 'cluster-weights', null])(
  'a weight beyond float16 in a graph that computes in float16: its product stays in float32 (%s)',
  async (id) => {
    const model = net(1e30);
    const { outputs, reasons } = await exported(model, ...(id === null ? [] : [{ id }]), {
      id: 'convert-float16',
      options: { form: 'full' },
    });
    const before = await runModel(model, feeds);
    for (const name of ['h', 'y']) for (const value of outputs[name] ?? []) expect(Number.isFinite(value)).toBe(true);
    // The channel that the huge weight is in.
    expect((outputs['h']?.[5] ?? 0) / (before['h']?.[5] ?? 1)).toBeCloseTo(1, 2);
    expect(reasons.some((reason) => /float16 cannot hold/.test(reason))).toBe(true);
  },
);
