import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { GLOSSARY } from '../src/ui/glossary';
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
  await expect(brought.getByRole('listitem')).toHaveText([
    'Prune weights: sparsity 50 %, switched off',
    'Quantize weights: bits 4, rounding GPTQ (needs samples)',
  ]);
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

/** Words of the trade on the page as it is drawn that no help explains near them, and titles that say more than what is shown. */
async function unexplained(): Promise<string[]> {
  const entries = Object.entries(GLOSSARY).map(([id, entry]) => ({
    id,
    words: 'spellings' in entry ? [...entry.spellings] : [entry.term],
  }));
  return page.evaluate((terms) => {
    const faults = new Set<string>();
    const near = (from: Element | null, id: string): boolean => {
      const place = from?.closest(
        '.score, .step, .panel, .recipe-target, .best, .inspector-part, .layers, .scan-form, .plan-form, .top-bar, .option, .recipe',
      );
      // A pass tells its method itself.
      if (place?.querySelector(':scope > .step-method') && id === 'batchNorm') return true;
      return (
        place !== null && place !== undefined && (place.querySelector(`[data-terms~=${id}]`) !== null || near(place.parentElement, id))
      );
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: element, textContent: text } = walker.currentNode;
      if (
        !element ||
        !text ||
        !element.checkVisibility() ||
        element.closest('script, style, title, option, details, .visually-hidden, .help-card')
      )
        continue;
      for (const { id, words } of terms) {
        const word = words.find((one) => new RegExp(`(?<![\\w-])${one}(?![\\w-])`).test(text));
        if (word !== undefined && !near(element, id)) faults.add(`"${word}" in "${text.trim().slice(0, 60)}"`);
      }
    }
    for (const element of document.querySelectorAll('[title]')) {
      // A name that its place cut: the whole of it is the inspector's heading, or stands in Compare.
      if (element.matches('.name') || element.textContent.includes(element.getAttribute('title') ?? '')) continue;
      faults.add(`title "${element.getAttribute('title') ?? ''}"`);
    }
    return [...faults];
  }, entries);
}

test('every word of the trade is explained where it stands, to keys and touch: a sentence, and what is good or bad', async () => {
  const faults: string[] = [];
  const look = async (where: string): Promise<void> => void faults.push(...(await unexplained()).map((fault) => `${where}: ${fault}`));
  for (const name of ['Device', 'Compare', 'Data', 'Workbench']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name }).click();
    await expect(page.locator(`[data-page=${name.toLowerCase()}] .panel-head`).first()).toBeVisible();
    await look(name);
  }
  await page.getByRole('radio', { name: 'Sensitivity' }).click();
  await expect(page.getByRole('button', { name: 'Scan the layers' })).toBeVisible();
  await look('Sensitivity');
  expect(faults).toEqual([]);
  await page.getByRole('radio', { name: 'Layers' }).click();

  const help = page.getByRole('button', { name: 'About Agreement' });
  await help.focus();
  await page.keyboard.press('Enter');
  const card = page.getByRole('dialog', { name: 'Agreement' });
  await expect(card).toContainText('Above 99 % hardly anything changed');
  expect((await new AxeBuilder({ page }).include('[role=dialog]').analyze()).violations).toEqual([]);
  // It is behind no command: "d" downloads nothing from within, and Escape leads back.
  await page.keyboard.press('c');
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
  await expect(help).toBeFocused();
  await expect(current()).toHaveText('Workbench');
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
