/** What fitting a model to its samples takes, as a process from the shell. See README.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { exportModel } from '../../src/engine/worker/export';
import { Workbench } from '../../src/engine/worker/workbench';
import type { Recipe } from '../../src/recipe/types';
import { engineOn, job, openCard } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';
import { takeTurns } from '../harness/timed';
import { whittle } from '../harness/whittle';

export const bench = defineBench({
  what: 'Seconds and memory of a fit to 128 samples (GPTQ at 4 bits), native from the shell, and of the same on the page’s WASM.',
  usage: 'MODEL.onnx CARD.json [--bits 4] [--rounding gptq] [--turns 5] [--wasm]',
  options: {
    bits: { type: 'string', default: '4' },
    rounding: { type: 'string', default: 'gptq' },
    turns: { type: 'string', default: '5' },
    wasm: { type: 'boolean', default: false },
  },
  async run({ values, positionals: [model, card], say, figure }) {
    if (model === undefined || card === undefined) throw new UsageProblem('A model and a card are needed.');
    const folder = mkdtempSync(join(tmpdir(), 'whittle-fits-'));
    try {
      const recipe: Recipe = {
        version: 1,
        target: 'wasm',
        passes: [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: Number(values.bits), rounding: values.rounding } }],
      };
      const path = join(folder, 'recipe.json');
      writeFileSync(path, JSON.stringify(recipe));
      const title = `${basename(model, '.onnx')}, ${values.rounding} ${values.bits} bits, native`;
      const command = await whittle(model, '--recipe', path, '--card', card, '--out', join(folder, 'out.onnx'), '--no-score');
      await takeTurns({ figure, say }, title, [command], Number(values.turns));
      if (values.wasm) figure(title.replace('native', 'WASM'), 's', await onWasm(model, card, recipe));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

/** Seconds of the export alone, on the engine as the page has it without a GPU. */
async function onWasm(model: string, card: string, recipe: Recipe): Promise<number> {
  const engine = engineOn('wasm');
  const doc = await engine.openModel(model);
  const data = await openCard(card);
  const workbench = new Workbench(doc, engine.platform, () => ({ data, calibration: 128 }));
  const from = performance.now();
  await exportModel(workbench, recipe, job);
  return (performance.now() - from) / 1000;
}
