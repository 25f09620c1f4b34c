/** Time and memory of opening, quantizing and saving a large model in the page. See README.md. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type JSHandle, type Page } from 'playwright';
import { CHROMIUM_FLAGS } from '../../scripts/chromium-flags.mjs';
import { ensureBrowser } from '../../scripts/ensure-browser.mjs';
import { serveStudio } from '../../src/cli/build';
import type { Outcome } from '../../src/engine/protocol/index';
import type { Automation } from '../../src/state/automation';
import { ROOT } from '../judges/cases';
import { watchMemory } from './memory';
import { writeLargeModel } from './model';

const { values } = parseArgs({
  options: {
    layers: { type: 'string', default: '25' },
    width: { type: 'string', default: '2000' },
    bits: { type: 'string', default: '4' },
  },
});
const recipe = { version: 1, target: 'webgpu', passes: [{ id: 'quantize-weights', options: { bits: Number(values.bits) } }] };
const folder = mkdtempSync(join(tmpdir(), 'whittle-large-'));
const server = await serveStudio(ROOT);
const browser = await chromium.launch({
  executablePath: ensureBrowser().path,
  args: [...CHROMIUM_FLAGS],
  ignoreDefaultArgs: ['--headless'],
});
const memory = watchMemory();
try {
  const file = join(folder, 'large.onnx');
  const bytes = writeLargeModel(file, Number(values.layers), Number(values.width));
  const page = await browser.newPage({ acceptDownloads: true });
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  await page.waitForFunction(() => 'whittle' in window);
  const studio: JSHandle<Automation> = await page.evaluateHandle(() => window.whittle);
  // The engine and its device are up before the baseline is taken: they are there whatever the model.
  value(await studio.evaluate((whittle) => whittle.environment()));
  const baseline = memory.now();
  console.log(`model: ${bytes} bytes; browser before it is opened: PSS ${mb(baseline.pss)}`);
  memory.take();

  let total = 0;
  let worst = { pss: 0, rss: 0 };
  const times = (held: number, before: number): string => `${((held - before) / bytes).toFixed(2)} x`;
  const stage = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now();
    await work();
    const seconds = (performance.now() - startedAt) / 1000;
    total += seconds;
    const { pss, rss, parts } = memory.take();
    worst = { pss: Math.max(worst.pss, pss), rss: Math.max(worst.rss, rss) };
    const rises = ['renderer', 'gpu-process', 'browser'].map((kind) => `${kind} +${mb((parts[kind] ?? 0) - (baseline.parts[kind] ?? 0))}`);
    console.log(
      `${name}: ${seconds.toFixed(1)} s, peak ${times(pss, baseline.pss)} ` +
        `the file (${rises.join(', ')}); by RSS ${times(rss, baseline.rss)}`,
    );
  };
  const input = await chosen(page, file);
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
  console.log(
    `all: ${total.toFixed(1)} s, peak ${times(worst.pss, baseline.pss)} the file, ` +
      `by RSS ${times(worst.rss, baseline.rss)}; saved ${statSync(saved).size} bytes`,
  );
} finally {
  memory.stop();
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
}

async function chosen(page: Page, file: string): Promise<JSHandle<HTMLInputElement>> {
  const input = await page.evaluateHandle(() => Object.assign(document.createElement('input'), { type: 'file' }));
  await input.asElement()?.setInputFiles(file);
  return input;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.message} ${outcome.error.remedy}`);
}
