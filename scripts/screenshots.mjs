/** Takes the README's pictures from the built page, on the digit sample: `npm run screenshots` after a build. */
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright';
import { preview } from 'vite';
import { CHROMIUM_FLAGS } from './chromium-flags.mjs';
import { ensureBrowser } from './ensure-browser.mjs';

const FOLDER = 'docs/screenshots';
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

mkdirSync(FOLDER, { recursive: true });
const server = await preview({ preview: { port: 0 }, logLevel: 'error' });
const browser = await chromium.launch({ executablePath: ensureBrowser().path, args: CHROMIUM_FLAGS, ignoreDefaultArgs: ['--headless'] });
const page = await browser.newPage({ viewport: WIDE, reducedMotion: 'reduce', colorScheme: 'light' });
const idle = () => page.evaluate(() => window.whittle.idle());
const press = async (name) => {
  await page.getByRole('button', { name, exact: true }).first().click();
  await idle();
};
const shot = (name) => page.screenshot({ path: `${FOLDER}/${name}.png` });

await page.goto(server.resolvedUrls.local[0]);
await page
  .getByText(/WebGPU/)
  .first()
  .waitFor();
await shot('landing');
await page.getByRole('button', { name: 'Digits', exact: true }).click();
await page.getByRole('grid').waitFor();
await idle();
await page.getByRole('switch', { name: 'Prune weights on' }).click();
const bits = page.getByRole('slider', { name: 'Bits', exact: true }).first();
await bits.focus();
for (let i = 0; i < 4; i++) await bits.press('ArrowLeft');
await idle();
await press('Measure latency');
await page.getByRole('spinbutton', { name: 'Output channel' }).fill('5');
await idle();
await shot('workbench');
await page.emulateMedia({ colorScheme: 'dark' });
await page.setViewportSize(NARROW);
await shot('workbench-narrow-dark');
await page.emulateMedia({ colorScheme: 'light' });
await page.setViewportSize(WIDE);
await page.getByRole('radio', { name: 'Sensitivity' }).click();
await press('Scan the layers');
await shot('sensitivity');
await press('Compare');
await press('Score all samples');
await shot('compare');
await press('Device');
for (const name of ['Measure on WASM', 'Find out on WebGPU', 'Compress both files']) await press(name);
await shot('device');
await browser.close();
await server.close();
