import { expect, test, type Page } from 'playwright/test';
import { DIGITS, Studio } from './support/studio';

/** Tabs until the focus is on a control with this name (and role, where several have it); fails where it never is. */
async function tabTo(page: Page, name: RegExp, role: string | null = null): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLElement && element.id !== '' ? document.querySelector(`label[for="${CSS.escape(element.id)}"]`)?.textContent : null;
      return { name: element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '', role: element?.getAttribute('role') ?? null };
    });
    if (name.test(focused.name) && (role === null || role === focused.role)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`No control named ${String(name)} was reached by tabbing.`);
}

test('open, prune, quantize, select, pin, undo and download with the keyboard alone', async ({ browser }) => {
  const studio = await Studio.open(browser);
  const { page } = studio;
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, /^Open a model$/);
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(DIGITS);
  await expect(studio.grid).toBeVisible();
  await studio.idle();

  await tabTo(page, /^Prune weights on$/);
  await page.keyboard.press('Space');
  await studio.idle();
  await tabTo(page, /^Sparsity$/);
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
  await tabTo(page, /^Bits$/);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await studio.idle();
  const { preview } = (await studio.snapshot()).results;
  expect(preview?.recipe.passes).toEqual([{ id: 'fold-batchnorm' }, { id: 'prune-weights', options: { sparsity: 0.6 } }, { id: 'quantize-weights', options: { bits: 4 } }]);

  await tabTo(page, /^Layers$/, 'grid');
  await page.keyboard.press('End');
  await expect(page.getByRole('heading', { level: 2, name: 'fc2' })).toBeVisible();
  await studio.idle();
  await tabTo(page, /^8 bits: /);
  await page.keyboard.press('Enter');
  await studio.idle();
  expect((await studio.snapshot()).results.preview?.layers.at(-1)?.bits).toBe(8);
  await page.keyboard.press('Control+z');
  await studio.idle();
  expect((await studio.snapshot()).results.preview?.layers.at(-1)?.bits).toBe(4);

  await page.keyboard.press('F6');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');

  const download = page.waitForEvent('download');
  await page.keyboard.press('d');
  expect((await download).suggestedFilename()).toBe('digits.pruned60.4bit.onnx');
  await studio.idle();
  studio.expectQuiet();
  await page.close();
});
