/**
 * Mixed precision against one width for all layers: bits by measured sensitivity within the bytes that uniform bits take, both fitted to
 * the samples. See README.md.
 */
import { basename } from 'node:path';
import { fileOf, planBits } from '../../src/engine/worker/plan';
import { sensitivity } from '../../src/engine/worker/sensitivity';
import type { Recipe } from '../../src/recipe/types';
import { engineOn, job, ON } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';
import { describeDraw, figuresOf, type Draw } from './draws';
import { eachDraw } from './planned';

export const bench = defineBench({
  what: 'Bits by measured sensitivity against one width for all layers, in the same bytes.',
  usage: 'MODEL.onnx CARD.json [BITS] [--on native|wasm] [--draws 3]',
  options: { ...ON, draws: { type: 'string', default: '3' } },
  async run({ values, positionals: [modelPath, card, bits = '5'], say, figure }) {
    if (modelPath === undefined || card === undefined) throw new UsageProblem('A model and a card are needed.');
    const uniform: Recipe = {
      version: 1,
      target: 'wasm',
      passes: [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: Number(bits), rounding: 'gptq' } }],
    };
    const found: Record<'uniform' | 'mixed', Draw[]> = { uniform: [], mixed: [] };
    await eachDraw(engineOn(values.on), modelPath, card, Number(values.draws), async ({ bench: workbench, part, score }) => {
      const { bytes } = await fileOf(workbench, uniform, job);
      const scan = await sensitivity(workbench, part, uniform, { bits: [3, 4, 5, 6, 8], sparsities: [], samples: 32 }, job, () => {});
      const plan = await planBits(workbench, part, uniform, scan.cells, { kind: 'bytes', bytes }, job);
      for (const [name, recipe] of [
        ['uniform', uniform],
        ['mixed', plan.recipe],
      ] as const) {
        const draw = await score(recipe);
        found[name].push(draw);
        say(`${name}, ${describeDraw(draw)}`);
      }
      say(`  widths: ${plan.bits.map((entry) => entry.bits).join(' ')}; ${plan.checked?.plans} plans run`);
    });
    for (const [name, draws] of Object.entries(found)) figuresOf(figure, `${basename(modelPath, '.onnx')}, ${bits} bits ${name}`, draws);
  },
});
