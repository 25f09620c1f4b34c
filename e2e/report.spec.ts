import { readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import { Studio } from './support/studio';

test('a report is one file that opens offline, and its figures are those of the JSON', async ({ browser }) => {
  const studio = await Studio.open(browser);
  const { page } = studio;
  await studio.openDigits();
  await studio.slide('Bits', 'ArrowLeft', 5);
  await studio.idle();
  await page.evaluate(() => window.whittle.measure('wasm'));
  await studio.idle();

  const save = async (item: RegExp): Promise<string> => {
    await page.getByRole('button', { name: 'Report' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: item }).click();
    const file = await download;
    const path = test.info().outputPath(file.suggestedFilename());
    await file.saveAs(path);
    return path;
  };
  const html = await save(/a page that opens offline/);
  const json = JSON.parse(readFileSync(await save(/as JSON/), 'utf8'));
  const markdown = readFileSync(await save(/as Markdown/), 'utf8');
  expect(html).toMatch(/digits\.report\.html$/);
  studio.expectQuiet();
  await page.close();

  const context = await browser.newContext({ offline: true });
  const offline = await context.newPage();
  const requests: string[] = [];
  offline.on('request', (request) => requests.push(request.url()));
  await offline.goto(`file://${html}`);
  expect(requests).toHaveLength(1);
  const embedded = await offline.evaluate(() => JSON.parse(document.getElementById('report')?.textContent ?? ''));
  // The two were saved one after the other.
  expect({ ...embedded, environment: { ...embedded.environment, date: null } }).toEqual({ ...json, environment: { ...json.environment, date: null } });

  // Every number of a table is one of the JSON's.
  const known = new Set<number>();
  JSON.stringify(json, (_key, value: unknown) => {
    if (typeof value === 'number') known.add(value);
    return value;
  });
  const shown = await offline.locator('data[value]').evaluateAll((all) => all.map((element) => Number(element.getAttribute('value'))));
  expect(shown.length).toBeGreaterThan(50);
  expect(shown.filter((value) => !known.has(value))).toEqual([]);
  expect(json.after.accuracy.top1).toBeGreaterThan(90);
  await expect(offline.getByRole('heading', { name: 'Accuracy' })).toBeVisible();
  await expect(offline.getByText(json.after.accuracy.top1.toFixed(2)).first()).toBeVisible();
  expect(markdown).toContain(json.after.accuracy.top1.toFixed(2));
  await context.close();
});
