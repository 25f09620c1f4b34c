/** Accuracy on every card, the preset found without being told, and memory by the number of samples: in the built page. See README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type JSHandle, type Page } from 'playwright';
import { CHROMIUM_FLAGS } from '../../scripts/chromium-flags.mjs';
import { ensureBrowser } from '../../scripts/ensure-browser.mjs';
import { serveStudio } from '../../src/cli/build';
import { parseCard } from '../../src/data/card';
import type { Card, Provider, Outcome } from '../../src/engine/protocol/index';
import type { Automation } from '../../src/state/automation';
import { watchMemory } from '../large/memory';

const ROOT = resolve(import.meta.dirname, '../..');
const DATA = process.env['WHITTLE_DATA'] ?? '';
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    ep: { type: 'string', default: 'wasm' },
    limit: { type: 'string' },
    presets: { type: 'boolean', default: false },
    memory: { type: 'string', default: '' },
  },
});
if (DATA === '') throw new Error('Name a folder of models, data and cards in WHITTLE_DATA: nothing can be measured without.');
const limit = values.limit === undefined ? null : Number(values.limit);
const ep: Provider = values.ep === 'webgpu' ? 'webgpu' : 'wasm';

const server = await serveStudio(ROOT);
const browser = await chromium.launch({
  executablePath: ensureBrowser().path,
  args: [...CHROMIUM_FLAGS],
  ignoreDefaultArgs: ['--headless'],
});
try {
  for (const file of readdirSync(DATA).filter((name) => name.endsWith('.card.json') && name.includes(values.only))) {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.waitForFunction(() => 'whittle' in window);
    const studio = await page.evaluateHandle(() => window.whittle);
    const card = parseCard(JSON.parse(readFileSync(join(DATA, file), 'utf8')));
    value(
      await studio.evaluate(
        (whittle, given) => whittle.open([...(given.files ?? [])]),
        await chosen(page, join(DATA, card.model ?? ''), false),
      ),
    );
    const folder = await chosen(page, join(DATA, card.data), true);
    if (values.presets) await searched(basename(file), studio, folder);
    else if (values.memory !== '') await remembered(basename(file), studio, folder, card, values.memory.split(',').map(Number));
    else await scored(basename(file), studio, folder, card);
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}

async function scored(name: string, studio: JSHandle<Automation>, folder: JSHandle<HTMLInputElement>, card: Card): Promise<void> {
  value(await studio.evaluate((whittle, given) => whittle.setData('card', given.card, [...(given.folder.files ?? [])]), { folder, card }));
  value(await studio.evaluate((whittle) => whittle.loadRecipe({ version: 1, target: 'webgpu', passes: [] })));
  const startedAt = performance.now();
  const { before, ep: ran } = value(await studio.evaluate((whittle, given) => whittle.evaluate(given.limit, given.ep), { limit, ep }));
  console.log(
    `${name}: top-1 ${before?.top1.toFixed(2)} %, top-5 ${before?.top5.toFixed(2)} % of ` +
      `${before?.samples} samples on ${ran}, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
}

/** The folder alone, without its card. */
async function searched(name: string, studio: JSHandle<Automation>, folder: JSHandle<HTMLInputElement>): Promise<void> {
  const { card } = value(await studio.evaluate((whittle, given) => whittle.proposeData([...(given.files ?? [])]), folder));
  value(await studio.evaluate((whittle, given) => whittle.applyCard(given), card));
  const sessions = (await studio.evaluate((whittle) => whittle.stats())).sessionsCreated;
  const startedAt = performance.now();
  const { best, verdict, runs } = value(await studio.evaluate((whittle) => whittle.findPreset()));
  const made = (await studio.evaluate((whittle) => whittle.stats())).sessionsCreated - sessions;
  console.log(
    `${name}: ${best?.label}, offset ${best?.offset}; ${verdict} ${runs} samples run ` +
      `in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${made} sessions made`,
  );
}

/** Peak of all browser processes over their state before, for each number of samples. */
async function remembered(
  name: string,
  studio: JSHandle<Automation>,
  folder: JSHandle<HTMLInputElement>,
  card: Card,
  counts: readonly number[],
): Promise<void> {
  value(await studio.evaluate((whittle, given) => whittle.setData('card', given.card, [...(given.folder.files ?? [])]), { folder, card }));
  const memory = watchMemory();
  for (const count of counts) {
    // The first run compiles and fills caches whatever the number; each count is then run once more and measured.
    for (const measured of [false, true]) {
      memory.take();
      value(await studio.evaluate((whittle, given) => whittle.evaluate(given.count, given.ep), { count, ep }));
      const { rss, parts } = memory.take();
      if (measured)
        console.log(
          `${name}: ${count} samples, peak ${(rss / 1e6).toFixed(0)} MB in all, renderer ${((parts['renderer'] ?? 0) / 1e6).toFixed(0)} MB`,
        );
    }
  }
  memory.stop();
}

async function chosen(page: Page, path: string, folder: boolean): Promise<JSHandle<HTMLInputElement>> {
  const input = await page.evaluateHandle(
    (whole) => Object.assign(document.createElement('input'), { type: 'file', multiple: true, webkitdirectory: whole }),
    folder,
  );
  await input.asElement()?.setInputFiles(folder ? path : [path]);
  return input;
}

function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.message} ${outcome.error.remedy}`);
}
