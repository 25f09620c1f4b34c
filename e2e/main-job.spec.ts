import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { largestDifference, scoresOf } from './support/onnxruntime';
import { DIGITS, Studio, value } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;
/** Where the downloaded file lies. */
let saved: string;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
});
test.afterAll(() => studio.page.close());

test('a dropped model is shown: layers, sizes, backends compared', async () => {
  const { page, grid } = studio;
  await studio.dropPath(DIGITS);
  await expect(grid).toBeVisible();
  await studio.idle();
  await expect(page.getByRole('heading', { level: 1, name: 'digits.onnx' })).toBeVisible();
  await expect(grid.getByRole('row')).toHaveCount(7);
  await expect(page.getByText(/WebGPU agrees with WASM, max error/)).toBeVisible();
  await expect(studio.scores.getByText(/3\.9× smaller/)).toBeVisible();
});

test('layers are sorted, searched and selected by keys', async () => {
  const { page, grid } = studio;
  await grid.getByRole('button', { name: 'Params' }).click();
  await expect(grid.getByRole('row').nth(1)).toContainText('fc1');
  await grid.getByRole('button', { name: '#' }).click();
  await page.keyboard.press('/');
  await page.keyboard.type('gemm');
  await expect(grid.getByRole('row')).toHaveCount(4);
  await page.getByRole('searchbox', { name: 'Search layers' }).fill('');
  await grid.focus();
  await page.keyboard.press('Home');
  await expect(page.getByRole('heading', { level: 2, name: 'conv1' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('heading', { level: 2, name: 'conv2' })).toBeVisible();
  await studio.idle();
});

test('the sample with labelled digits replaces it, after asking', async () => {
  const { page } = studio;
  await studio.dropPath(DIGITS);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Keep digits.onnx' }).click();
  await page.goto('./');
  await studio.openDigits();
  await expect(studio.scores.getByText(/^1,872 samples, live$/)).toBeVisible();
});

test('a slider moves histogram, size, SQNR and accuracy, and creates no session', async () => {
  const { page } = studio;
  await studio.slide('Bits', 'ArrowLeft');
  await studio.idle();
  const [before, sessions] = [await studio.snapshot(), (await studio.stats()).sessionsCreated];
  await studio.slide('Bits', 'ArrowLeft', 5);
  await studio.idle();
  const after = await studio.snapshot();
  expect((await studio.stats()).sessionsCreated).toBe(sessions);
  const [a, b] = [before.results, after.results];
  expect(b.preview?.predictedBytes).toBeLessThan((a.preview?.predictedBytes ?? 0) * 0.5);
  expect(b.histogram?.value.state.sqnrDb).toBeLessThan((a.histogram?.value.state.sqnrDb ?? 0) - 20);
  expect(b.histogram?.value.after.counts).not.toEqual(a.histogram?.value.after.counts);
  expect(b.evaluation?.after?.top1).toBeLessThan((a.evaluation?.after?.top1 ?? 0) - 1);
  await expect(studio.scores.getByText(`${b.evaluation?.after?.top1.toFixed(1)}`, { exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Weights of fc1 from/ })).toBeVisible();
});

test('WebGPU, asked for by name, runs the written file to the same answers', async () => {
  const { page } = studio;
  const score = (ep: 'webgpu' | 'wasm') => page.evaluate((on) => window.whittle.evaluate(64, on), ep);
  const [gpu, wasm] = [value(await score('webgpu')), value(await score('wasm'))];
  await studio.idle();
  expect([gpu.ep, wasm.ep]).toEqual(['webgpu', 'wasm']);
  expect(gpu.after?.top1).toBe(wasm.after?.top1);
  expect(gpu.agreement.cosine).toBeCloseTo(wasm.agreement.cosine, 5);
});

test('undo and redo bring the values back, figures included', async () => {
  const { page } = studio;
  const bits = page.getByRole('textbox', { name: 'Bits, as a number' }).first();
  const predicted = async (): Promise<number | undefined> => (await studio.snapshot()).results.preview?.predictedBytes;
  const small = await predicted();
  for (const left of [3, 4, 5, 6, 7]) {
    await page.keyboard.press('Control+z');
    await expect(bits).toHaveValue(String(left));
  }
  await studio.idle();
  expect(await predicted()).toBeGreaterThan((small ?? 0) * 2);
  for (const left of [6, 5, 4, 3, 2]) {
    await page.keyboard.press('Control+Shift+z');
    await expect(bits).toHaveValue(String(left));
  }
  await studio.idle();
  expect(await predicted()).toBe(small);
  await studio.slide('Bits', 'ArrowRight', 5);
  await studio.idle();
});

test('pruning draws its threshold, and the handle moves it', async () => {
  const { page } = studio;
  await page.getByRole('switch', { name: 'Prune weights on' }).click();
  await studio.idle();
  const handle = page.getByRole('slider', { name: 'Prune threshold', exact: true });
  await expect(handle).toHaveAttribute('aria-valuetext', /prune threshold .*, 49\.3 % zero/);
  await handle.press('ArrowRight');
  await studio.idle();
  await expect(handle).not.toHaveAttribute('aria-valuetext', /49\.3 % zero/);
  await studio.slide('Sparsity', 'ArrowRight', 10);
  await studio.idle();
  const { results } = await studio.snapshot();
  const zeros = results.preview?.steps.find(({ id }) => id === 'prune-weights')?.note;
  expect(zeros).toContain('47,664 of 79,440 weights set to zero');
});

test('a layer keeps settings of its own', async () => {
  const { page, grid } = studio;
  await page
    .getByRole('group', { name: 'Bits of this layer' })
    .getByRole('button', { name: /^8 bits/ })
    .click();
  await studio.idle();
  await expect(grid.getByRole('row', { name: /fc1/ })).toContainText('8');
  await expect(grid.getByRole('row', { name: /fc1/ }).getByLabel('own settings')).toBeVisible();
  await expect(page.getByText('1 layer has settings of its own.')).toBeVisible();
  await page.getByRole('button', { name: 'Follow the recipe again' }).click();
  await studio.idle();
  await expect(grid.getByLabel('own settings')).toHaveCount(0);
});

test('latency is measured in turns, and the written file checked', async () => {
  await studio.scores.getByRole('button', { name: /^Measure/ }).click();
  await studio.idle();
  const { measurement } = (await studio.snapshot()).results;
  expect(measurement?.before?.runs).toBeGreaterThanOrEqual(20);
  expect(measurement?.after?.runs).toBe(measurement?.before?.runs);
  expect(measurement?.check.ok).toBe(true);
  await expect(studio.scores.getByRole('img', { name: /^Latency on webgpu/ })).toBeVisible();
});

test('the workbench has no accessibility violations', async () => {
  await expectAccessible(studio.page);
});

test('compare shows every scored variant beside the original, who changed and in which classes, with a table for the chart', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('button', { name: 'Score all samples' }).first().click();
  await studio.idle();
  await expect(page.getByRole('heading', { name: /^\d+ variants scored$/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Size against top-1 accuracy/ })).toBeVisible();
  const changed = page.getByRole('region', { name: /^Changed answers/ });
  await expect(changed.getByText(/of 1,872 samples/)).toBeVisible();
  await expect(changed.getByRole('listitem').first()).toContainText(/original.*%.*whittled.*%/s);
  await expect(page.getByRole('region', { name: 'By class' }).getByRole('row')).toHaveCount(11);
  await page.getByRole('button', { name: 'View as table' }).first().click();
  await expect(page.getByRole('table').filter({ hasText: '95 % interval' }).first()).toContainText('60 % pruned, 7-bit');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Workbench', exact: true }).click();
});

test('the download is what the page promised, and onnxruntime runs it to the same answer', async () => {
  const { page } = studio;
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('digits.pruned60.7bit.onnx');
  saved = test.info().outputPath(file.suggestedFilename());
  await file.saveAs(saved);
  await studio.idle();
  const { exported, preview } = (await studio.snapshot()).results;
  const bytes = readFileSync(saved).length;
  expect(bytes).toBe(exported?.bytes);
  expect(Math.abs(bytes - (preview?.predictedBytes ?? 0))).toBeLessThan(bytes * 0.02);
  const pixels = Float32Array.from(
    gunzipSync(readFileSync('public/samples/digits/images-idx3-ubyte.gz')).subarray(16, 16 + 784),
    (v) => v / 255,
  );
  const [original, result] = [await scoresOf(DIGITS, pixels, 28), await scoresOf(saved, pixels, 28)];
  expect(result.indexOf(Math.max(...result))).toBe(original.indexOf(Math.max(...original)));
  expect(largestDifference(original, result)).toBeGreaterThan(0);
});

test('the recipe travels as a link', async ({ browser }) => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Copy recipe link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('#r=1/webgpu/fold-batchnorm/prune-weights?sparsity=0.6/quantize-weights?bits=7');
  const other = await Studio.open(browser, link);
  await other.openDigits();
  const [mine, theirs] = [(await studio.snapshot()).results.preview, (await other.snapshot()).results.preview];
  expect(theirs?.recipe).toEqual(mine?.recipe);
  expect(theirs?.predictedBytes).toBe(mine?.predictedBytes);
  other.expectQuiet();
  await other.page.close();
});

test('the downloaded file opens again, with its weights where the recipe left them', async () => {
  const { page } = studio;
  await studio.dropPath(saved);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'digits.pruned60.7bit.onnx' })).toBeVisible();
  await studio.idle();
  await expect(page.getByText(/WebGPU agrees with WASM/)).toBeVisible();
});

test('nothing left the origin and nothing was written to the console', () => {
  studio.expectQuiet();
});
