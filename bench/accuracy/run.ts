/**
 * Runs a recipe in Node, on the engine that the page uses without a GPU, and prints what it costs: bytes, seconds, memory, top-1 before and after
 * on the samples that calibration did not see, agreement. See README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate } from '../../src/engine/worker/evaluate';
import { exportModel } from '../../src/engine/worker/export';
import { Workbench } from '../../src/engine/worker/workbench';
import { parseRecipeText } from '../../src/recipe/parse';
import { openFolder, openModel, peakMiB, platform } from '../engine';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { calibration: { type: 'string', default: '128' }, limit: { type: 'string' }, out: { type: 'string' }, verbose: { type: 'boolean' } },
});
const [modelPath, folder, ...recipes] = positionals;
if (modelPath === undefined || folder === undefined || recipes.length === 0) throw new Error('Usage: tsx bench/accuracy/run.ts MODEL.onnx FOLDER RECIPE.json... [--calibration 128] [--limit N] [--out FILE.onnx] [--verbose]');

const job = {
  signal: new AbortController().signal,
  onProgress: ({ stage, done, total }: { stage: string; done: number; total: number }) => {
    if (values.verbose) console.error(`${stage} ${done}/${total}`);
  },
};
const doc = await openModel(modelPath);
const data = await openFolder(folder);
const bench = new Workbench(doc, platform, () => ({ data, calibration: Number(values.calibration) }));

for (const path of recipes) {
  const recipe = parseRecipeText(readFileSync(path, 'utf8'));
  const from = performance.now();
  const exported = await exportModel(bench, recipe, job);
  const seconds = (performance.now() - from) / 1000;
  const peak = peakMiB();
  if (values.out !== undefined) writeFileSync(values.out, new Uint8Array(await exported.blob.arrayBuffer()));
  const { before, after, agreement } = await evaluate(bench, data, recipe, values.limit === undefined ? null : Number(values.limit), 'wasm', job);
  const [a, b] = [before?.top1 ?? Number.NaN, after?.top1 ?? Number.NaN];
  console.log(`${basename(path)}: ${exported.bytes} bytes (${((exported.bytes * 100) / doc.model.bytes).toFixed(2)} %), ${seconds.toFixed(1)} s, peak ${peak.toFixed(0)} MiB; top-1 ${a.toFixed(2)} -> ${b.toFixed(2)} (lost ${(a - b).toFixed(2)}) on ${after?.samples} samples; agreement ${agreement.top1?.toFixed(2)} %`);
  for (const step of exported.steps) {
    console.log(`  ${step.id}: ${step.note}`);
    for (const { layer, reason } of step.skipped) console.log(`    ${layer}: ${reason}`);
  }
}
