/** Mixed precision against one width for all layers: bits by measured sensitivity within the bytes that uniform bits take. See README.md. */
import { evaluate } from '../../src/engine/worker/evaluate';
import { fileOf, planBits } from '../../src/engine/worker/plan';
import { sensitivity } from '../../src/engine/worker/sensitivity';
import { Workbench } from '../../src/engine/worker/workbench';
import type { Recipe } from '../../src/recipe/types';
import { job, openFolder, openModel, platform } from '../engine';

const [modelPath, folder, bits = '5'] = process.argv.slice(2);
if (modelPath === undefined || folder === undefined) throw new Error('Usage: tsx bench/accuracy/mixed.ts MODEL.onnx FOLDER [BITS]');
const data = await openFolder(folder);
const bench = new Workbench(await openModel(modelPath), platform, () => ({ data, calibration: 128 }));

const uniform: Recipe = { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: Number(bits) } }] };
const budget = (await fileOf(bench, uniform, job)).bytes;
const scan = await sensitivity(bench, data, uniform, { bits: [3, 4, 5, 6, 8], sparsities: [], samples: 32 }, job, () => {});
const plan = await planBits(bench, data, uniform, scan.cells, { kind: 'bytes', bytes: budget }, job);
for (const [name, recipe, bytes] of [['uniform', uniform, budget], ['mixed', plan.recipe, plan.predictedBytes]] as const) {
  const { before, after, agreement, outputs } = await evaluate(bench, data, recipe, null, 'wasm', job);
  console.log(`${name}: ${bytes} bytes, top-1 ${before?.top1.toFixed(2)} -> ${after?.top1.toFixed(2)} on ${after?.samples}, agreement ${agreement.top1?.toFixed(2)} %, KL ${outputs[0]?.kl?.toFixed(4)}`);
}
console.log(`widths: ${plan.bits.map((entry) => entry.bits).join(' ')}; ${plan.checked?.plans} plans run`);
