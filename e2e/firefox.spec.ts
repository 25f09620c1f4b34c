/**
 * The built page in the system's Firefox, which puppeteer drives over WebDriver BiDi: Playwright has a Firefox of its own build alone.
 * Debian's has no WebGPU, so this is also the page on the processor. Skipped, by name, where there is none; FIREFOX_PATH names another.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, type Browser } from 'puppeteer-core';
import { expect, test } from 'playwright/test';
import { findFirefox } from '../scripts/find-firefox.mjs';

const firefox = findFirefox();

test('opens, slides, scores and downloads in Firefox without WebGPU, with nothing on the console (needs Firefox)', async ({ baseURL }) => {
  test.skip(firefox === null, 'There is no Firefox.');
  const folder = mkdtempSync(join(tmpdir(), 'whittle-firefox-'));
  let browser: Browser | null = null;
  try {
    browser = await launch({
      browser: 'firefox',
      executablePath: firefox ?? '',
      headless: true,
      defaultViewport: { width: 1440, height: 900 },
      extraPrefsFirefox: { 'browser.download.folderList': 2, 'browser.download.dir': folder, 'dom.webgpu.enabled': false },
    });
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`error: ${String(error)}`));
    await page.goto(baseURL ?? '');
    await page.locator('::-p-text(This browser has no WebGPU)').wait();
    await page.locator('::-p-aria([name="Digits"][role="button"])').click();
    await page.locator('table[role=grid]').wait();
    // The labelled digits come after the model.
    await page.waitForFunction(() => window.whittle.snapshot().document.data !== null);
    await page.evaluate(() => window.whittle.idle());
    expect(await page.$eval('.recipe-target [data-state=on]', ({ textContent }) => textContent)).toBe('WASM');

    await page.focus('[role=slider][aria-label=Bits]');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
    await page.evaluate(() => window.whittle.idle());
    const { preview, evaluation } = (await page.evaluate(() => window.whittle.snapshot())).results;
    expect(preview?.layers.map(({ bits }) => bits)).toEqual([4, 4, 4, 4, 4]);
    expect(evaluation).toMatchObject({ ep: 'wasm', of: 'live' });
    expect(evaluation?.after?.top1).toBeGreaterThan(90);

    await page.keyboard.press('d');
    await expect.poll(() => readdirSync(folder)).toEqual(['digits.4bit.onnx']);
    expect(said).toEqual([]);
  } finally {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
