import { expect, test } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
});
test.afterAll(() => studio.page.close());

test('says what it is, what this machine can do, and that nothing is uploaded', async () => {
  const { page } = studio;
  await expect(page.getByRole('heading', { level: 1 })).toContainText('makes ONNX models smaller and faster');
  await expect(page.getByText(/WebGPU ready on/)).toBeVisible();
  await expect(page.getByText(/Nothing is uploaded/)).toBeVisible();
});

test('offers samples with their size and licence', async () => {
  const { page } = studio;
  for (const name of ['Digits', 'PP-OCR text direction', 'Silero VAD v5']) await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
  await expect(page.getByText(/322.kB/)).toBeVisible();
  await expect(page.getByText(/CC BY-SA 3.0/)).toBeVisible();
});

test('loads no engine, no onnxruntime and no chart before a model is dropped', async () => {
  const urls = await studio.page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
  expect(urls.filter((url) => /worker|ort|wasm|compare|workbench/.test(url))).toEqual([]);
});

test('has no accessibility violations, light and dark, wide and narrow', async () => {
  await expectAccessible(studio.page);
});

test('answers the keys of its shortcuts', async () => {
  const { page } = studio;
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('o');
  await chooser;
  await page.keyboard.press('1');
  await expect(studio.grid).toBeVisible();
  await studio.idle();
  studio.expectQuiet();
});
