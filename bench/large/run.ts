/** Time and memory of opening, quantizing and saving a large model in the page. See README.md. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineBench } from '../harness/bench';
import { chosen, value, withPages } from '../harness/page-of-studio';
import { watchMemory } from './memory';
import { writeLargeModel } from './model';

export const bench = defineBench({
  what: 'Opens, previews, exports and saves a model of 100 million parameters in the built page: seconds, and memory by the file.',
  usage: '[--layers 25] [--width 2000] [--bits 4]',
  options: {
    layers: { type: 'string', default: '25' },
    width: { type: 'string', default: '2000' },
    bits: { type: 'string', default: '4' },
  },
  async run({ values, say, figure }) {
    const recipe = { version: 1, target: 'webgpu', passes: [{ id: 'quantize-weights', options: { bits: Number(values.bits) } }] };
    const folder = mkdtempSync(join(tmpdir(), 'whittle-large-'));
    const memory = watchMemory();
    try {
      await withPages(async (open) => {
        const file = join(folder, 'large.onnx');
        const bytes = writeLargeModel(file, Number(values.layers), Number(values.width));
        const { page, studio } = await open();
        // The engine and its device are up before the baseline is taken: they are there whatever the model.
        value(await studio.evaluate((whittle) => whittle.environment()));
        const baseline = memory.now();
        say(`model: ${bytes} bytes; browser before it is opened: PSS ${mb(baseline.pss)}`);
        memory.take();
        let total = 0;
        let worst = { pss: 0, rss: 0 };
        const name = `${Math.round(bytes / 1e6)} MB`;
        const stage = async (stageName: string, work: () => Promise<unknown>): Promise<void> => {
          const startedAt = performance.now();
          await work();
          const seconds = (performance.now() - startedAt) / 1000;
          total += seconds;
          const { pss, rss, parts } = memory.take();
          worst = { pss: Math.max(worst.pss, pss), rss: Math.max(worst.rss, rss) };
          const rises = ['renderer', 'gpu-process', 'browser'].map(
            (kind) => `${kind} +${mb((parts[kind] ?? 0) - (baseline.parts[kind] ?? 0))}`,
          );
          say(`${stageName}: ${rises.join(', ')}; by RSS ${((rss - baseline.rss) / bytes).toFixed(2)} x`);
          figure(`${name}, ${stageName}`, 's', seconds);
          figure(`${name}, ${stageName}, peak to the file`, 'x', (pss - baseline.pss) / bytes);
        };
        const input = await chosen(page, file, false);
        await stage('open', async () => value(await studio.evaluate((whittle, given) => whittle.open([...(given.files ?? [])]), input)));
        await stage('what the page does unasked', () => studio.evaluate((whittle) => whittle.idle()));
        value(await studio.evaluate((whittle, given) => whittle.loadRecipe(given), recipe));
        await stage('preview of the recipe', () => studio.evaluate((whittle) => whittle.idle()));
        await stage('export', async () => value(await studio.evaluate((whittle) => whittle.exportModel())));
        const saved = join(folder, 'saved.onnx');
        await stage('save', async () => {
          const [download, outcome] = await Promise.all([page.waitForEvent('download'), studio.evaluate((whittle) => whittle.download())]);
          value(outcome);
          await download.saveAs(saved);
        });
        figure(`${name}, all`, 's', total);
        figure(`${name}, all, peak to the file`, 'x', (worst.pss - baseline.pss) / bytes);
        figure(`${name}, all, peak to the file by RSS`, 'x', (worst.rss - baseline.rss) / bytes);
        figure(`${name}, saved`, 'bytes', statSync(saved).size);
      });
    } finally {
      memory.stop();
      rmSync(folder, { recursive: true });
    }
  },
});

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
