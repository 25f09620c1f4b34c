/** Times a settled slider move in Node, part by part, on the engine that the page uses without a GPU. See README.md. */
import { parseArgs } from 'node:util';
import { median } from '../../src/base/stats';
import type { Recipe } from '../../src/engine/protocol/index';
import { bitsCurve } from '../../src/engine/worker/bits-curve';
import { evaluate } from '../../src/engine/worker/evaluate';
import { histogram } from '../../src/engine/worker/histogram';
import { preview } from '../../src/engine/worker/preview';
import { Workbench } from '../../src/engine/worker/workbench';
import { job, openModel, platform } from '../engine';

const WIDTHS = [2, 3, 4, 5, 6, 7, 8];
const MOVES = [7, 6, 5, 4, 3];

const { positionals } = parseArgs({ allowPositionals: true });
const [path] = positionals;
if (path === undefined) throw new Error('Usage: tsx bench/moves/run.ts MODEL.onnx');

const doc = await openModel(path);
const bench = new Workbench(doc, platform);
const [largest] = doc.layers.toSorted((a, b) => b.params - a.params);
if (!largest) throw new Error('The model has no layers.');
const recipeOf = (bits: number): Recipe => ({
  version: 1,
  target: 'wasm',
  passes: [{ id: 'fold-batchnorm' }, { id: 'prune-weights', options: { sparsity: 0.3 } }, { id: 'quantize-weights', options: { bits } }],
});

const parts: readonly (readonly [string, (recipe: Recipe) => Promise<unknown>])[] = [
  ['a step of a drag: the histogram of the largest layer, sketched', (recipe) => histogram(bench, recipe, largest.id, null, 128, job)],
  [
    'the same step, were it a whole run',
    async (recipe) => {
      (await bench.run(recipe, job)).dispose();
      await bench.dropRun();
    },
  ],
  ['settled: preview, which makes the run', (recipe) => preview(bench, recipe, job)],
  ['settled: curve of bits, seven sketches', (recipe) => bitsCurve(bench, recipe, largest.id, WIDTHS, job)],
  ['settled: score on 16 made-up inputs, on the run', (recipe) => evaluate(bench, null, recipe, null, null, job)],
  ['another histogram, of the run', (recipe) => histogram(bench, recipe, largest.id, null, 128, job)],
];

const times = parts.map((): number[] => []);
for (const [move, bits] of [8, ...MOVES].entries()) {
  for (const [at, [, work]] of parts.entries()) {
    const from = performance.now();
    await work(recipeOf(bits));
    // The first move uploads, ranks and makes the live session.
    if (move > 0) times[at]?.push(performance.now() - from);
  }
}
console.log(`${doc.model.name}, ${doc.layers.length} layers, ${largest.id}: medians of ${MOVES.length} moves`);
for (const [at, [name]] of parts.entries())
  console.log(
    `${median(times[at] ?? [])
      .toFixed(0)
      .padStart(7)} ms  ${name}`,
  );
process.exit(0);
