/** Methods that learn from the user's samples, and the one-click recipes, in the built page. */
import { expect, test } from 'playwright/test';
import type { RecipeStep } from '../src/recipe/types';
import { expectAccessible } from './support/accessible';
import { Studio, value } from './support/studio';

// Fitting takes its time on a software renderer.
test.describe.configure({ mode: 'serial', timeout: 300_000 });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.openDigits();
});
test.afterAll(() => studio.page.close());

const SAMPLES = 2000;
const CALIBRATION = 128;

async function use(...passes: readonly RecipeStep[]): Promise<void> {
  value(await studio.page.evaluate((recipe) => window.whittle.loadRecipe(recipe), { version: 1, target: 'wasm', passes }));
  await studio.idle();
}

async function score() {
  return value(await studio.page.evaluate(() => window.whittle.evaluate(null, null)));
}

test('rounding fitted to samples keeps more of the model at 3 bits, and is scored on samples it never saw', async () => {
  await use({ id: 'quantize-weights', options: { bits: 3 } });
  const nearest = await score();
  expect(nearest.after?.samples).toBe(SAMPLES);
  const rounding = studio.page.getByRole('combobox', { name: 'Rounding' }).or(studio.page.getByRole('radio', { name: 'GPTQ' }));
  await expect(rounding.first()).toBeVisible();
  await use({ id: 'quantize-weights', options: { bits: 3, rounding: 'gptq' } });
  const fitted = await score();
  expect(fitted.after?.samples).toBe(SAMPLES - CALIBRATION);
  expect(fitted.outputs[0]?.kl).toBeLessThan((nearest.outputs[0]?.kl ?? 0) / 2);
  // What is written is what was scored.
  const { proof } = value(await studio.page.evaluate(() => window.whittle.exportModel()));
  expect(proof).toMatchObject({ ran: true, studio: { ok: true }, faults: [] });
});

test('one click: the best 4 bits, with what was tried', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Best 4-bit' }).click();
  await studio.idle();
  const { best } = (await studio.snapshot()).results;
  expect(best?.trials.length).toBeGreaterThan(1);
  expect(best?.chosen.kl).toBe(Math.min(...(best?.trials ?? []).map(({ kl }) => kl ?? Infinity)));
  await expect(page.getByText(/was chosen, of \d+ compared on \d+ samples/)).toBeVisible();
  await expectAccessible(page);
});

test('one click: a file of at most 40 kB', async () => {
  const { page } = studio;
  await page.getByRole('spinbutton', { name: /At most/ }).fill('40');
  await page.getByRole('button', { name: 'Fit the size' }).click();
  await studio.idle();
  const exported = value(await page.evaluate(() => window.whittle.exportModel()));
  expect(exported.bytes).toBeLessThanOrEqual(40_000);
});

test('every pass that learns from samples can be stopped within a second', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Best 8-bit' }).click();
  await expect(page.getByRole('button', { name: /Cancel|Stop/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/stopped/).first()).toBeVisible({ timeout: 2000 });
  await studio.idle();
});

test('without samples it is refused by name, and the model stays open', async () => {
  const { page } = studio;
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Workbench' }).click();
  await use({ id: 'quantize-weights', options: { bits: 4, rounding: 'gptq' } });
  await expect(page.getByText(/"gptq".* needs samples/).first()).toBeVisible();
  await use({ id: 'quantize-weights', options: { bits: 4 } });
  await expect(page.getByText(/"gptq".* needs samples/)).toHaveCount(0);
  expect((await studio.snapshot()).results.preview?.layers.every(({ bits }) => bits === 4)).toBe(true);
  studio.expectQuiet();
});
