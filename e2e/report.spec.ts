import { readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import { answersVerdict, saidOf } from '../src/base/answers-verdict';
import { tableOf } from '../src/cli/table';
import { reportMarkdown } from '../src/report/markdown';
import { withPlantedSwap } from './support/models';
import { Studio, value as answerOf } from './support/studio';

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
  expect({ ...embedded, environment: { ...embedded.environment, date: null } }).toEqual({
    ...json,
    environment: { ...json.environment, date: null },
  });

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

test('a model that swaps two classes: page, report and command all say what changed, and Download warns', async ({ browser }) => {
  const studio = await Studio.open(browser);
  const { page } = studio;
  await studio.drop({ name: 'planted.onnx', bytes: withPlantedSwap() });
  await expect(studio.grid).toBeVisible();
  const read = await page.evaluate(async () => {
    const names = ['images-idx3-ubyte.gz', 'labels-idx1-ubyte'];
    const files = await Promise.all(names.map(async (name) => new File([await (await fetch(`samples/digits/${name}`)).blob()], name)));
    return window.whittle.setData('digits', await (await fetch('samples/digits.card.json')).json(), files);
  });
  answerOf(read);
  await studio.idle();
  const { evaluation } = (await studio.snapshot()).results;
  const verdict = evaluation && answersVerdict(evaluation);
  expect(evaluation?.classes?.filter(({ p }) => p < 0.05).map(({ index }) => index)).toEqual([3, 8]);
  const findings = verdict?.findings ?? [];
  expect(findings.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^Loses \d+\.\d points of accuracy\.$/),
    expect.stringMatching(/most often class (?:3 became class 8|8 became class 3) \(\d+\) and class/),
    expect.stringMatching(/^2 of 10 classes moved beyond chance .*class 3, \d+ to \d+ of \d+ right/),
  ]);

  const briefs = findings.map(({ brief }) => brief ?? '');
  await expect(page.getByRole('button', { name: /^Download/ })).toHaveAccessibleDescription(new RegExp(briefs[0] ?? ''));
  await expect(studio.scores.getByText(verdict?.short ?? '')).toBeVisible();
  await page.keyboard.press('c');
  const compared = page.getByRole('region', { name: 'Original and selected' });
  for (const { text } of findings) await expect(compared.getByText(text)).toBeVisible();
  await expect(page.getByRole('heading', { name: '1 variant scored' })).toBeVisible();
  const report = answerOf(await page.evaluate(() => window.whittle.report()));
  const [command, markdown] = [tableOf(report), reportMarkdown(report).replaceAll('\\', '')];
  for (const text of findings.map(saidOf)) for (const form of [command, markdown]) expect(form).toContain(text);
  studio.expectQuiet();
  await page.close();
});
