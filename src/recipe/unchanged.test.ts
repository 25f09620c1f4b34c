/** What no recipe may change: outputs that are weights, inputs that have a default, and what else reads a weight. */
import type { NodeProto, TensorProto } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { valueInfo } from '../onnx/graph';
import { listLayers } from '../onnx/layers';
import { makeNode } from '../onnx/nodes';
import { bytesOf, DataType, makeTensor } from '../onnx/tensor';
import { makeModel, weight } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import { floats, runModel, type Feeds } from '../onnx/testing/ort';
import type { OnnxModel, Skipped } from '../onnx/types';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe } from './run';
import type { RecipeStep } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const feeds: Feeds = { x: floats([1, 4, 6, 6], noise(144, 3)) };

async function exported(
  model: OnnxModel,
  steps: readonly RecipeStep[],
): Promise<{ model: OnnxModel; steps: readonly { readonly skipped: readonly Skipped[] }[]; skipped: readonly Skipped[] }> {
  const compute = createCpuCompute();
  const cache = createRecipeCache(model, listLayers(model).layers, compute, 'resident');
  const run = await runRecipe({
    recipe: { version: 1, target: 'wasm', passes: steps },
    compute,
    target: { gpu: false, shaderF16: false },
    cache,
    job,
  });
  const stored = await storeWeights(run, compute, job);
  run.dispose();
  return { ...stored, skipped: stored.skipped.flatMap((step) => step.skipped), steps: run.steps };
}

const passes: readonly RecipeStep[] = [
  { id: 'fold-batchnorm' },
  { id: 'equalize-layers' },
  { id: 'prune-weights', options: { sparsity: 0.5 } },
  { id: 'cluster-weights' },
  { id: 'quantize-weights' },
  { id: 'quantize-dynamic' },
  { id: 'convert-float16', options: { form: 'weights' } },
  { id: 'convert-float16', options: { form: 'full' } },
];

/** conv -> batch norm -> Relu -> conv, the first weight read through these nodes. */
function net(
  between: readonly NodeProto[],
  read: string,
  outputs: readonly (readonly [string, readonly number[] | null])[],
  more: readonly TensorProto[] = [],
): OnnxModel {
  const variance = makeTensor('nv', DataType.FLOAT, [8], bytesOf(noise(8, 9).map((v) => Math.abs(v) + 0.1)));
  return makeModel({
    opset: 17,
    inputs: [['x', [1, 4, 6, 6]]],
    outputs: [['y', [1, 4, 6, 6]], ...outputs],
    weights: [
      weight('w', [8, 4, 1, 1], 1),
      weight('ng', [8], 2),
      weight('nb', [8], 4),
      weight('nm', [8], 5),
      variance,
      weight('w2', [4, 8, 1, 1], 6),
      ...more,
    ],
    nodes: [
      ...between,
      makeNode('Conv', ['x', read], ['c']),
      makeNode('BatchNormalization', ['c', 'ng', 'nb', 'nm', 'nv'], ['n']),
      makeNode('Relu', ['n'], ['r']),
      makeNode('Conv', ['r', 'w2'], ['y']),
    ],
  });
}

const two = makeTensor('two', DataType.FLOAT, [], bytesOf(Float32Array.of(2)));

describe.each<[string, OnnxModel]>([
  ['itself', net([], 'w', [['w', [8, 4, 1, 1]]])],
  ['under another name', net([makeNode('Identity', ['w'], ['wi'])], 'wi', [['wi', [8, 4, 1, 1]]])],
  ['behind its reader, joined to itself', net([makeNode('Concat', ['w', 'w'], ['ww'], { axis: 0 })], 'w', [['ww', [16, 4, 1, 1]]])],
  ['worked out from it', net([makeNode('Mul', ['w', 'two'], ['double'])], 'w', [['double', [8, 4, 1, 1]]], [two])],
])('a weight that is returned: %s', (_name, model) => {
  test.each(passes.map((step) => [`${step.id} ${String(step.options?.['form'] ?? '')}`, step] as const))(
    '%s leaves it, and names the layer',
    async (_id, step) => {
      const written = (await exported(model, [step])).model;
      const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
      for (const name of Object.keys(before).filter((output) => output !== 'y')) expect(after[name]).toEqual(before[name]);
      expect(listLayers(model).skipped).toEqual([{ layer: 'c', reason: expect.stringMatching(/returns it/) }]);
    },
  );
});

test('a dead reader of a weight is not taken for its product', async () => {
  const model = net([makeNode('Concat', ['w', 'w'], ['dead'], { axis: 0 })], 'w', []);
  const { model: written } = await exported(model, [{ id: 'quantize-dynamic' }]);
  const ops = written.proto.graph?.node.map((node) => node.opType) ?? [];
  expect(ops.filter((op) => op === 'ConvInteger')).toHaveLength(2);
  expect(ops).toContain('Concat');
  const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
  const far = Math.max(...(before['y'] ?? []).map((v, i) => Math.abs(v - (after['y']?.[i] ?? 0))));
  expect(far).toBeLessThan(0.03 * Math.max(...(before['y'] ?? []).map(Math.abs)));
});

function asInputs(names: readonly string[]): OnnxModel {
  const model = net([], 'w', []);
  const { graph } = model.proto;
  for (const { name, dims } of graph?.initializer ?? [])
    if (names.includes(name)) graph?.input.push(valueInfo(name, DataType.FLOAT, dims.map(Number)));
  return model;
}

function named(graph: OnnxModel['proto']['graph']): TensorProto[] {
  return (graph?.initializer ?? []).filter(({ name }) => name === 'w' || name === 'nb');
}

describe('inputs with a default', () => {
  test.each(passes.map((step) => [`${step.id} ${String(step.options?.['form'] ?? '')}`, step] as const))(
    'some weights: they stay inputs (%s)',
    async (_id, step) => {
      const model = asInputs(['w', 'nb']);
      expect(listLayers(model).skipped).toEqual([{ layer: 'w', reason: expect.stringMatching(/an input of the model too/) }]);
      const { model: written, skipped } = await exported(model, [step]);
      expect(written.proto.graph?.input.map((input) => input.name)).toEqual(['x', 'w', 'nb']);
      expect(skipped).toEqual([]);
      // onnxruntime-web takes no other values for them: that they stay in place has to do.
      expect(named(written.proto.graph)).toEqual(named(model.proto.graph));
      expect(written.proto.graph?.node.filter((node) => node.input.includes('w') || node.input.includes('nb'))).toHaveLength(2);
      const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
      const [a, b] = [before['y'] ?? [], after['y'] ?? []];
      expect(a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0) / (Math.hypot(...a) * Math.hypot(...b))).toBeGreaterThan(0.8);
    },
  );

  test('all weights, as older exporters wrote them: they are constants, and the lost inputs are named', async () => {
    const model = asInputs(['w', 'ng', 'nb', 'nm', 'nv', 'w2']);
    const {
      model: written,
      skipped,
      steps,
    } = await exported(model, [
      { id: 'fold-batchnorm' },
      { id: 'equalize-layers' },
      { id: 'quantize-weights', options: { storage: 'packed' } },
    ]);
    expect(steps.flatMap((step) => step.skipped).filter(({ layer }) => layer === 'c')).toEqual([]);
    expect(skipped).toEqual([{ layer: model.name, reason: expect.stringMatching(/no inputs any more: "w", "ng", "nb" and 3 more/) }]);
    const [before, after] = [await runModel(model, feeds), await runModel(written, feeds)];
    const far = Math.max(...(before['y'] ?? []).map((v, i) => Math.abs(v - (after['y']?.[i] ?? 0))));
    expect(far).toBeLessThan(0.05 * Math.max(...(before['y'] ?? []).map(Math.abs)));
  });
});
