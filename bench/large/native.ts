/** Time and memory of quantizing large models by the command: does either grow faster than the model? See README.md. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineBench } from '../harness/bench';
import { takeTurns } from '../harness/timed';
import { whittle } from '../harness/whittle';
import { writeLargeModel } from './model';

export const bench = defineBench({
  what: 'Seconds and memory of quantizing 10 and 100 million parameters to 4 bits by the command.',
  usage: '[--turns 5] [--bits 4] [--range mse]',
  options: {
    turns: { type: 'string', default: '5' },
    bits: { type: 'string', default: '4' },
    range: { type: 'string', default: 'mse' },
  },
  async run({ values, say, figure }) {
    const folder = mkdtempSync(join(tmpdir(), 'whittle-large-'));
    try {
      const recipe = join(folder, 'recipe.json');
      const options = { bits: Number(values.bits), range: values.range };
      writeFileSync(recipe, JSON.stringify({ version: 1, target: 'wasm', passes: [{ id: 'quantize-weights', options }] }));
      const seconds: number[] = [];
      for (const width of [632, 2000]) {
        const file = join(folder, 'model.onnx');
        const bytes = writeLargeModel(file, 25, width);
        const out = join(folder, 'out.onnx');
        const title = `${Math.round(bytes / 1e6)} MB to ${values.bits} bits, ${values.range}`;
        const [spent] = await takeTurns(
          { figure, say },
          title,
          [await whittle(file, '--recipe', recipe, '--out', out, '--no-score')],
          Number(values.turns),
        );
        if (!spent) continue;
        seconds.push(spent.seconds.value);
        if (spent.peak) figure(`${title}, peak to the file`, 'x', (spent.peak.value * 2 ** 20) / bytes);
        figure(`${title}, written`, 'bytes', statSync(out).size);
      }
      const [small = Number.NaN, large = Number.NaN] = seconds;
      figure('ten times the parameters, seconds', 'x', large / small);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});
