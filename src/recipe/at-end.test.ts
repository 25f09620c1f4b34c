import { expect, test } from 'vitest';
import { createCpuCompute } from '../compute/cpu';
import { listLayers } from '../onnx/layers';
import { convNet } from '../onnx/testing/fixtures';
import { createRecipeCache } from './cache';
import { storeWeights } from './export';
import { runRecipe } from './run';
import type { RecipeStep } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };

/** What each pass reports of a recipe on two layers, and the operators of the file. */
async function ran(...passes: RecipeStep[]) {
  const [model, compute] = [convNet(13), createCpuCompute()];
  const cache = createRecipeCache(model, listLayers(model).layers, compute, 'resident');
  const run = await runRecipe({
    recipe: { version: 1, target: 'wasm', passes },
    compute,
    target: { gpu: false, shaderF16: false },
    cache,
    job,
  });
  const steps = run.steps.map(({ id, changed, note }) => ({ id, changed: changed.length, note }));
  const { model: file, skipped } = await storeWeights(run, compute, job);
  run.dispose();
  const left = skipped.flatMap((each) => each.skipped.map(({ layer }) => [run.steps[each.step]?.id, layer]));
  return { steps, left, ops: new Set(file.proto.graph?.node.map(({ opType }) => opType)) };
}

const dynamic = { id: 'quantize-dynamic' };
const packed = { id: 'quantize-weights', options: { bits: 4, scheme: 'asymmetric' } };

test('a pass whose layers a later one stores anew reports that, and not what it had done', async () => {
  const { steps, ops, left } = await ran(dynamic, packed);
  expect(ops).not.toContain('ConvInteger');
  expect(steps).toMatchObject([
    { id: 'quantize-dynamic', changed: 0, note: 'Of no effect on 2 layers: quantize-weights, which comes later, stores the weights anew.' },
    { id: 'quantize-weights', changed: 2 },
  ]);
  expect((await ran({ id: 'convert-float16' }, dynamic)).steps[0]).toMatchObject({ changed: 0 });
  // Said once, and not of the pass that took over.
  expect(left).toEqual([]);
});

test('on some layers: how many it holds on', async () => {
  const [first] = listLayers(convNet(13)).layers;
  const { steps } = await ran(dynamic, { ...packed, layers: { include: [first?.id ?? ''] } });
  expect(steps[0]).toMatchObject({
    changed: 1,
    note: 'Holds at the end on 1 of 2 layers: on the others quantize-weights, which comes later, stores the weights anew.',
  });
});

test('a rounding that integer layers take over holds; one that they cannot does not', async () => {
  const kept = await ran({ id: 'quantize-weights', options: { bits: 8, storage: 'dequantize' } }, dynamic);
  expect(kept.ops).toContain('ConvInteger');
  expect(kept.steps[0]).toMatchObject({ changed: 2, note: expect.stringContaining('2 of 2 layers quantized') });
  const anew = await ran(packed, dynamic);
  expect(anew.ops).toContain('ConvInteger');
  expect(anew.steps).toMatchObject([{ changed: 0 }, { changed: 2, note: expect.stringContaining('compute on integers') }]);
});

test('cuts stay whatever is stored after them', async () => {
  const { steps } = await ran({ id: 'prune-weights' }, packed);
  expect(steps[0]?.note).toContain('set to zero');
});
