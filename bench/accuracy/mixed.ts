/**
 * Mixed precision against one width for all layers: bits by measured sensitivity within the bytes that uniform bits take, both fitted to
 * the samples. See README.md.
 */
import { parseArgs } from 'node:util';
import { fileOf, planBits } from '../../src/engine/worker/plan';
import { sensitivity } from '../../src/engine/worker/sensitivity';
import type { Recipe } from '../../src/recipe/types';
import { job, openFolder, openModel } from '../engine';
import { describeDraw, describeSpread, type Draw } from './draws';
import { eachDraw } from './planned';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { draws: { type: 'string', default: '3' } } });
const [modelPath, folder, bits = '5'] = positionals;
if (modelPath === undefined || folder === undefined)
  throw new Error('Usage: tsx bench/accuracy/mixed.ts MODEL.onnx FOLDER [BITS] [--draws 3]');
const doc = await openModel(modelPath);

const uniform: Recipe = {
  version: 1,
  target: 'wasm',
  passes: [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: Number(bits), rounding: 'gptq' } }],
};
const found: Record<'uniform' | 'mixed', Draw[]> = { uniform: [], mixed: [] };
await eachDraw(doc, await openFolder(folder), Number(values.draws), async ({ bench, part, score }) => {
  const { bytes } = await fileOf(bench, uniform, job);
  const scan = await sensitivity(bench, part, uniform, { bits: [3, 4, 5, 6, 8], sparsities: [], samples: 32 }, job, () => {});
  const plan = await planBits(bench, part, uniform, scan.cells, { kind: 'bytes', bytes }, job);
  for (const [name, recipe] of [
    ['uniform', uniform],
    ['mixed', plan.recipe],
  ] as const) {
    const draw = await score(recipe);
    found[name].push(draw);
    console.log(`${name}, ${describeDraw(draw)}`);
  }
  console.log(`  widths: ${plan.bits.map((entry) => entry.bits).join(' ')}; ${plan.checked?.plans} plans run`);
});
for (const [name, draws] of Object.entries(found)) console.log(`${name}, ${describeSpread(draws, doc.model.bytes)}`);
