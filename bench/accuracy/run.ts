/**
 * Runs recipes in Node, on the engine that the page uses without a GPU, over several draws of the samples that they learn from, and prints
 * what they cost: bytes, seconds, memory, top-1 lost, agreement and KL, each with its spread. See README.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportModel } from '../../src/engine/worker/export';
import { Workbench } from '../../src/engine/worker/workbench';
import { parseRecipeText } from '../../src/recipe/parse';
import { usesSamples } from '../../src/recipe/steps';
import { openFolder, openModel, peakMiB, platform } from '../engine';
import { describeDraw, describeSpread, judgeOf, seedsOf, spreadOf, type Draw } from './draws';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calibration: { type: 'string', default: '128' },
    draws: { type: 'string', default: '3' },
    limit: { type: 'string' },
    out: { type: 'string' },
    verbose: { type: 'boolean' },
  },
});
const [modelPath, folder, ...recipes] = positionals;
if (modelPath === undefined || folder === undefined || recipes.length === 0)
  throw new Error(
    'Usage: tsx bench/accuracy/run.ts MODEL.onnx FOLDER RECIPE.json... ' +
      '[--draws 3] [--calibration 128] [--limit N] [--out FOLDER] [--verbose]',
  );

const job = {
  signal: new AbortController().signal,
  onProgress: ({ stage, done, total }: { stage: string; done: number; total: number }) => {
    if (values.verbose) console.error(`${stage} ${done}/${total}`);
  },
};
const limit = values.limit === undefined ? null : Number(values.limit);
const doc = await openModel(modelPath);
const data = await openFolder(folder);
const judge = await judgeOf(doc, data);
if (values.out !== undefined) mkdirSync(values.out, { recursive: true });

for (const path of recipes) {
  const recipe = parseRecipeText(readFileSync(path, 'utf8'));
  const name = basename(path, '.json');
  const draws: (Draw & { readonly seconds: number; readonly peakMiB: number })[] = [];
  for (const seed of recipe.passes.some(usesSamples) ? seedsOf(Number(values.draws)) : [null]) {
    const bench = new Workbench(doc, platform, () => ({
      data,
      calibration: Number(values.calibration),
      ...(seed === null ? {} : { seed }),
    }));
    const from = performance.now();
    const { blob, steps } = await exportModel(bench, recipe, job);
    const cost = { seconds: (performance.now() - from) / 1000, peakMiB: peakMiB() };
    const scores = await judge(blob, bench.scoredOf(data, data.length, limit));
    await bench.destroy();
    const draw = { seed, ...scores, ...cost };
    console.log(`${name}, ${describeDraw(draw)}; ${cost.seconds.toFixed(1)} s, peak ${cost.peakMiB.toFixed(0)} MiB`);
    if (draws.length === 0) {
      for (const step of steps)
        console.log(`  ${step.id}: ${step.note}${step.skipped.map(({ layer, reason }) => `\n    ${layer}: ${reason}`).join('')}`);
    }
    draws.push(draw);
    if (values.out === undefined) continue;
    writeFileSync(join(values.out, `${name}${seed === null ? '' : `.${seed}`}.onnx`), new Uint8Array(await blob.arrayBuffer()));
    writeFileSync(
      join(values.out, `${name}.json`),
      `${JSON.stringify({ model: basename(modelPath), recipe, spread: spreadOf(draws), draws }, null, 2)}\n`,
    );
  }
  console.log(`${name}, ${describeSpread(draws, doc.model.bytes)}`);
}
