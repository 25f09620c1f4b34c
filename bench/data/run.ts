/** Accuracy on every card, the preset found without being told, and memory by the number of samples: in the built page. See README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JSHandle } from 'playwright';
import { parseCard } from '../../src/data/card';
import type { Card, Provider } from '../../src/engine/protocol/index';
import type { Automation } from '../../src/state/automation';
import { type BenchContext, defineBench, UsageProblem } from '../harness/bench';
import { chosen, value, withPages } from '../harness/page-of-studio';
import { watchMemory } from '../large/memory';

const OPTIONS = {
  only: { type: 'string', default: '' },
  ep: { type: 'string', default: 'wasm' },
  limit: { type: 'string' },
  presets: { type: 'boolean', default: false },
  memory: { type: 'string', default: '' },
} as const;

type Context = BenchContext<typeof OPTIONS>;

/** What is run on, and on how many samples at most. */
interface Scored {
  readonly ep: Provider;
  readonly limit: number | null;
}

export const bench = defineBench({
  what: 'In the built page, on every card of WHITTLE_DATA: accuracy of the original, the preset found untold, or memory by samples.',
  usage: '[--only TEXT] [--ep wasm|webgpu] [--limit N] [--presets | --memory N,N]',
  options: OPTIONS,
  async run(context) {
    const { values } = context;
    const data = process.env['WHITTLE_DATA'] ?? '';
    if (data === '') throw new UsageProblem('Name a folder of models, data and cards in WHITTLE_DATA: nothing can be measured without.');
    const limit = values.limit === undefined ? null : Number(values.limit);
    const ep: Provider = values.ep === 'webgpu' ? 'webgpu' : 'wasm';
    await withPages(async (open) => {
      for (const file of readdirSync(data).filter((name) => name.endsWith('.card.json') && name.includes(values.only))) {
        const { page, studio } = await open();
        const card = parseCard(JSON.parse(readFileSync(join(data, file), 'utf8')));
        const model = await chosen(page, join(data, card.model ?? ''), false);
        value(await studio.evaluate((whittle, given) => whittle.open([...(given.files ?? [])]), model));
        const folder = await chosen(page, join(data, card.data), true);
        const name = basename(file, '.card.json');
        if (values.presets) await searched(context, name, studio, folder);
        else if (values.memory !== '') await remembered(context, name, studio, folder, card, values.memory.split(',').map(Number), ep);
        else await scored(context, name, studio, folder, card, { ep, limit });
        await page.close();
      }
    });
  },
});

async function scored(
  { figure }: Context,
  name: string,
  studio: JSHandle<Automation>,
  folder: JSHandle<HTMLInputElement>,
  card: Card,
  { ep, limit }: Scored,
): Promise<void> {
  value(await studio.evaluate((whittle, given) => whittle.setData('card', given.card, [...(given.folder.files ?? [])]), { folder, card }));
  value(await studio.evaluate((whittle) => whittle.loadRecipe({ version: 1, target: 'webgpu', passes: [] })));
  const startedAt = performance.now();
  const { before, ep: ran } = value(await studio.evaluate((whittle, given) => whittle.evaluate(given.limit, given.ep), { limit, ep }));
  const of = `${name}, ${before?.samples} samples on ${ran}`;
  figure(`${of}, top-1`, '%', before?.top1 ?? Number.NaN);
  figure(`${of}, top-5`, '%', before?.top5 ?? Number.NaN);
  figure(of, 's', (performance.now() - startedAt) / 1000);
}

/** The folder alone, without its card. */
async function searched(
  { figure, say }: Context,
  name: string,
  studio: JSHandle<Automation>,
  folder: JSHandle<HTMLInputElement>,
): Promise<void> {
  const { card } = value(await studio.evaluate((whittle, given) => whittle.proposeData([...(given.files ?? [])]), folder));
  value(await studio.evaluate((whittle, given) => whittle.applyCard(given), card));
  const sessions = (await studio.evaluate((whittle) => whittle.stats())).sessionsCreated;
  const startedAt = performance.now();
  const { best, verdict, runs } = value(await studio.evaluate((whittle) => whittle.findPreset()));
  const made = (await studio.evaluate((whittle) => whittle.stats())).sessionsCreated - sessions;
  say(`${name}: ${best?.label}, offset ${best?.offset}; ${verdict} ${runs} samples run, ${made} sessions made`);
  figure(`${name}, preset search`, 's', (performance.now() - startedAt) / 1000);
}

/** Peak of all browser processes over their state before, for each number of samples. */
async function remembered(
  { figure }: Context,
  name: string,
  studio: JSHandle<Automation>,
  folder: JSHandle<HTMLInputElement>,
  card: Card,
  counts: readonly number[],
  ep: Provider,
): Promise<void> {
  value(await studio.evaluate((whittle, given) => whittle.setData('card', given.card, [...(given.folder.files ?? [])]), { folder, card }));
  const memory = watchMemory();
  for (const count of counts) {
    // The first run compiles and fills caches whatever the number; each count is then run once more and measured.
    for (const measured of [false, true]) {
      memory.take();
      value(await studio.evaluate((whittle, given) => whittle.evaluate(given.count, given.ep), { count, ep }));
      const { rss, parts } = memory.take();
      if (!measured) continue;
      figure(`${name}, ${count} samples, peak of all browser processes`, 'MB', rss / 1e6);
      figure(`${name}, ${count} samples, peak of the renderer`, 'MB', (parts['renderer'] ?? 0) / 1e6);
    }
  }
  memory.stop();
}
