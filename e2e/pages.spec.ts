import { expect, test, type Page } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;
let page: Page;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser, './#r=1/wasm/-prune-weights/quantize-weights?bits=4&rounding=gptq');
  ({ page } = studio);
});
test.afterAll(() => page.close());

const goOn = () => page.getByRole('button', { name: 'Go on with digits.onnx' });
const current = () => page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current=page]');
const hash = () => new URL(page.url()).hash;

test('a link says what it brings before a model is open', async () => {
  const brought = page.getByRole('region', { name: 'This link brings a recipe' });
  await expect(brought).toContainText('Made for WASM');
  await expect(brought.getByRole('listitem')).toHaveText(['Prune weights: sparsity 50 %, switched off', 'Quantize weights: bits 4, rounding GPTQ (needs samples)']);
  await expect(brought).toContainText('It needs samples of what the model will see');
  await expectAccessible(page);
  await brought.getByRole('button', { name: 'Begin with the usual recipe instead' }).click();
  await expect(brought).toHaveCount(0);
  await expect.poll(hash).toBe('');
});

test('a model that was opened is what is read next, and pages are gone back and forward through', async () => {
  await studio.openDigits();
  await expect(page.getByRole('heading', { level: 1, name: 'digits.onnx' })).toBeFocused();
  await page.keyboard.press('c');
  await expect(current()).toHaveText('Compare');
  expect(hash()).toBe('#compare');
  await page.goBack();
  await expect(current()).toHaveText('Workbench');
  await page.goBack();
  await expect(goOn()).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.goForward();
  await expect(studio.grid).toBeVisible();
  await page.goForward();
  await expect(current()).toHaveText('Compare');
  await expect(page).toHaveTitle('Compare, digits.onnx – Whittle');
});

test('the logo leads to the first page and keeps the open model; another asks where results would be lost', async () => {
  await page.evaluate(() => window.whittle.exportModel());
  await page.getByRole('link', { name: 'Whittle, first page' }).click();
  await expect(goOn()).toBeVisible();
  await expect(page.getByRole('button', { name: 'PP-OCR text direction' })).toBeVisible();
  await page.keyboard.press('2');
  const dialog = page.getByRole('alertdialog', { name: 'Replace digits.onnx?' });
  await expect(dialog).toContainText('PP-OCR text direction takes its place');
  await dialog.getByRole('button', { name: 'Keep digits.onnx' }).click();
  await goOn().click();
  await expect(studio.grid).toBeVisible();
  expect((await studio.snapshot()).document.opened?.summary.name).toBe('digits.onnx');
});

test('leaving with an edited recipe asks; after a reload the recipe is still there, and it is said that the model is not', async () => {
  await studio.slide('Bits', 'ArrowLeft', 3);
  await studio.idle();
  await expect.poll(hash).toBe('#workbench/r=1/webgpu/fold-batchnorm/-prune-weights/quantize-weights?bits=5');
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  const brought = page.getByRole('region', { name: 'The model that was open is gone: a page keeps none over a reload' });
  await expect(brought).toContainText('bits 5');
  expect(hash()).toBe('#r=1/webgpu/fold-batchnorm/-prune-weights/quantize-weights?bits=5');
  await page.reload();
  expect(asked).toHaveLength(1);
  studio.expectQuiet();
});
