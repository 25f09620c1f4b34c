/**
 * Runs recipes over several draws of the samples that they learn from, and keeps what they cost: bytes, seconds, memory, top-1 lost,
 * agreement and KL, each with its spread. See README.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exportModel } from '../../src/engine/worker/export';
import { Workbench } from '../../src/engine/worker/workbench';
import { parseRecipeText } from '../../src/recipe/parse';
import { usesSamples } from '../../src/recipe/steps';
import { engineOn, job, ON, openCard, peakMiB } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';
import { describeDraw, figuresOf, judgeOf, seedsOf, type Draw } from './draws';

export const bench = defineBench({
  what: 'What recipes cost over several draws of the samples that they learn from: points lost, agreement, KL, bytes, seconds.',
  usage: 'MODEL.onnx CARD.json RECIPE.json ... [--on native|wasm] [--draws 3] [--calibration 128] [--limit N] [--out FOLDER]',
  options: {
    ...ON,
    calibration: { type: 'string', default: '128' },
    draws: { type: 'string', default: '3' },
    limit: { type: 'string' },
    out: { type: 'string' },
  },
  async run({ values, positionals: [modelPath, card, ...recipes], say, figure, keep }) {
    if (modelPath === undefined || card === undefined || recipes.length === 0)
      throw new UsageProblem('A model, a card and recipes are needed.');
    const engine = engineOn(values.on);
    const limit = values.limit === undefined ? null : Number(values.limit);
    const doc = await engine.openModel(modelPath);
    const data = await openCard(card);
    const judge = await judgeOf(engine, doc, data);
    if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
    for (const path of recipes) {
      const recipe = parseRecipeText(readFileSync(path, 'utf8'));
      const name = `${basename(modelPath, '.onnx')}, ${basename(path, '.json')}, ${values.on}`;
      const draws: Draw[] = [];
      const seconds: number[] = [];
      for (const seed of recipe.passes.some(usesSamples) ? seedsOf(Number(values.draws)) : [null]) {
        const workbench = new Workbench(doc, engine.platform, () => ({
          data,
          calibration: Number(values.calibration),
          ...(seed === null ? {} : { seed }),
        }));
        const from = performance.now();
        const { blob, steps } = await exportModel(workbench, recipe, job);
        seconds.push((performance.now() - from) / 1000);
        const draw = { seed, ...(await judge(blob, workbench.scoredOf(data, data.length, limit))) };
        await workbench.destroy();
        say(`${name}, ${describeDraw(draw)}`);
        if (draws.length === 0) {
          for (const step of steps)
            say(`  ${step.id}: ${step.note}${step.skipped.map(({ layer, reason }) => `\n    ${layer}: ${reason}`).join('')}`);
        }
        draws.push(draw);
        if (values.out !== undefined)
          writeFileSync(
            join(values.out, `${basename(path, '.json')}${seed === null ? '' : `.${seed}`}.onnx`),
            new Uint8Array(await blob.arrayBuffer()),
          );
      }
      figuresOf(figure, name, draws);
      figure(`${name}, export`, 's', seconds);
      figure(`${name}, peak of the process so far`, 'MiB', peakMiB());
      keep(name, { recipe, draws });
    }
  },
});
