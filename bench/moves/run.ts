/** Times a settled slider move part by part, on the engine that the page uses without a GPU. See README.md. */
import { bitsCurve } from '../../src/engine/worker/bits-curve';
import { evaluate } from '../../src/engine/worker/evaluate';
import { histogram } from '../../src/engine/worker/histogram';
import { preview } from '../../src/engine/worker/preview';
import { Workbench } from '../../src/engine/worker/workbench';
import type { Recipe } from '../../src/recipe/types';
import { engineOn, job, ON } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';

const WIDTHS = [2, 3, 4, 5, 6, 7, 8];
const MOVES = [7, 6, 5, 4, 3];

const recipeOf = (bits: number): Recipe => ({
  version: 1,
  target: 'wasm',
  passes: [{ id: 'fold-batchnorm' }, { id: 'prune-weights', options: { sparsity: 0.3 } }, { id: 'quantize-weights', options: { bits } }],
});

export const bench = defineBench({
  what: 'A settled slider move, part by part.',
  usage: 'MODEL.onnx [--on wasm|native]',
  options: { on: { ...ON.on, default: 'wasm' } },
  async run({ values, positionals: [path], figure }) {
    if (path === undefined) throw new UsageProblem('A model is needed.');
    const engine = engineOn(values.on);
    const doc = await engine.openModel(path);
    const workbench = new Workbench(doc, engine.platform);
    const [largest] = doc.layers.toSorted((a, b) => b.params - a.params);
    if (!largest) throw new Error('The model has no layers.');
    const parts: readonly (readonly [string, (recipe: Recipe) => Promise<unknown>])[] = [
      [
        'a step of a drag: the histogram of the largest layer, sketched',
        (recipe) => histogram(workbench, recipe, largest.id, null, 128, job),
      ],
      [
        'the same step, were it a whole run',
        async (recipe) => {
          (await workbench.run(recipe, job)).dispose();
          await workbench.dropRun();
        },
      ],
      ['settled: preview, which makes the run', (recipe) => preview(workbench, recipe, job)],
      ['settled: curve of bits, seven sketches', (recipe) => bitsCurve(workbench, recipe, largest.id, WIDTHS, job)],
      ['settled: score on 16 made-up inputs, on the run', (recipe) => evaluate(workbench, null, recipe, null, null, job)],
      ['another histogram, of the run', (recipe) => histogram(workbench, recipe, largest.id, null, 128, job)],
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
    for (const [at, [name]] of parts.entries()) figure(`${doc.model.name}, ${name}`, 'ms', times[at] ?? []);
  },
});
