import { expect, test, type Page } from 'playwright/test';
import { DIGITS, Studio } from './support/studio';

/** Tabs until the focus is on a control with this name (and role, where several have it); fails where it never is. */
async function tabTo(page: Page, name: RegExp, role: string | null = null): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label =
        element instanceof HTMLElement && element.id !== ''
          ? document.querySelector(`label[for="${CSS.escape(element.id)}"]`)?.textContent
          : null;
      return {
        name: element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '',
        role: element?.getAttribute('role') ?? null,
      };
    });
    if (name.test(focused.name) && (role === null || role === focused.role)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`No control named ${String(name)} was reached by tabbing.`);
}

/** What has the focus is a thing of the page, in view, and seen to have it. */
async function expectFocusSeen(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const inView = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
    return {
      lost: element === document.body,
      inView,
      marked: element.matches(':focus-visible') && getComputedStyle(element).outlineStyle !== 'none',
    };
  });
  expect(seen).toEqual({ lost: false, inView: true, marked: true });
}

test('the main job from a fresh first page: the sample, a setting, its scores, a latency, the comparison, the file', async ({
  browser,
}) => {
  const studio = await Studio.open(browser);
  const { page } = studio;
  await tabTo(page, /^Digits$/);
  await expectFocusSeen(page);
  await page.keyboard.press('Enter');
  await expect(studio.grid).toBeVisible();
  await studio.idle();
  await expect(page.getByRole('heading', { level: 1, name: 'digits.onnx' })).toBeFocused();

  await tabTo(page, /^Bits$/);
  await expectFocusSeen(page);
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
  await studio.idle();
  await expect(page.getByRole('slider', { name: 'Bits', exact: true }).first()).toBeFocused();
  await expect(studio.scores).toMatchAriaSnapshot(`
    - region "Scores":
      - heading "Size" [level=2]
      - paragraph:
        - text: 322 to
        - strong: /^\\d+\\.\\d$/
        - text: kB
      - img /raw. 322 kB → .* kB/
      - img /gzip. 299 kB → about .* kB/
      - heading "Latency, median" [level=2]
      - button "Measure latency"
      - heading "Accuracy, top-1" [level=2]
      - button "About no measurable change"
      - paragraph:
        - text: /\\d+\\.\\d to/
        - strong: /^\\d+\\.\\d$/
        - text: /% of [\\d,]+ samples/
      - img /Top-1 accuracy. before .* %, after .* %; 95 % intervals over [\\d,]+ samples/
      - heading "Agreement" [level=2]
      - text: /[\\d,]+ samples, live/
      - paragraph:
        - strong: /%$/
      - img /of answers are the original's/
      - paragraph: /answers changed, SQNR .* dB/
      - heading "Ready" [level=2]
  `);
  await expect(page.getByRole('region', { name: 'fc1' })).toMatchAriaSnapshot(`
    - region "fc1":
      - heading "fc1" [level=2]
      - region:
        - heading /Weights 55,296/ [level=3]
        - spinbutton "Output channel"
        - img /Weights of fc1 from .* to .*, .* % zero/
      - region "This layer"
      - region "Signal to noise by bits, dB":
        - group "Bits of this layer":
          - button /2 bits. .* dB, .* kB/
          - button /3 bits. .* dB, .* kB/
          - button /4 bits. .* dB, .* kB/ [pressed]
  `);

  await page.keyboard.press('F6');
  await tabTo(page, /^Measure latency$/);
  await page.keyboard.press('Enter');
  await studio.idle();
  await expect(studio.scores.getByRole('img', { name: /^Latency on/ })).toBeVisible();
  await expect(studio.scores).toBeFocused();
  await expectFocusSeen(page);

  await page.keyboard.press('c');
  await tabTo(page, /^Score all samples$/);
  await expectFocusSeen(page);
  await page.keyboard.press('Enter');
  await studio.idle();
  await expect(page.getByRole('button', { name: 'Score all samples' })).toBeFocused();
  await expect(page.getByRole('region', { name: 'Size against accuracy' })).toMatchAriaSnapshot(`
    - region "Size against accuracy":
      - heading "Size against accuracy" [level=2]
      - figure:
        - heading "2 variants scored" [level=3]
        - button "View as table"
        - img /Size against top-1 accuracy, %. Original 322 kB, .*; 8-bit .* kB, .*; 4-bit .* kB, .*/
        - paragraph: /Filled. nothing measured is both smaller and better.* Scored on [\\d,]+ inputs/
  `);

  await page.keyboard.press('Home');
  await tabTo(page, /^Download/);
  await expectFocusSeen(page);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toBe('digits.4bit.onnx');
  await studio.idle();
  await expect(page.getByRole('button', { name: /^Download/ })).toBeFocused();
  studio.expectQuiet();
  await page.close();
});

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
  expect(preview?.recipe.passes).toEqual([
    { id: 'fold-batchnorm' },
    { id: 'prune-weights', options: { sparsity: 0.6 } },
    { id: 'quantize-weights', options: { bits: 4 } },
  ]);

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
