/** Methods that learn from the user's samples, and the one-click recipes, in the built page. */
import { expect, test } from 'playwright/test';
import type { RecipeStep } from '../src/recipe/types';
import { expectAccessible } from './support/accessible';
import { Studio, value } from './support/studio';
import { openTiny, useFewDigits } from './support/tiny';

// Fitting takes its time on a software renderer.
test.describe.configure({ mode: 'serial', timeout: 300_000 });
let studio: Studio;

/** Enough to fit to and to score, in a third of the time. */
const SAMPLES = 600;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.openDigits();
  await useFewDigits(studio, SAMPLES);
  await studio.idle();
});
test.afterAll(() => studio.page.close());

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
  expect(nearest.after?.samples).toBe(SAMPLES - CALIBRATION);
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

const LEARNING: readonly RecipeStep[] = [
  { id: 'quantize-weights', options: { bits: 4, rounding: 'gptq', inputs: 'original' } },
  { id: 'quantize-weights', options: { bits: 4, rounding: 'adaround' } },
  { id: 'cluster-weights', options: { clusters: 16, refine: 'samples' } },
  { id: 'quantize-static', options: { calibrator: 'entropy' } },
  { id: 'correct-bias' },
];

for (const step of LEARNING) {
  test(`${step.id} ${Object.values(step.options ?? {}).join(' ')} can be stopped, and answers within a second`, async () => {
    const { page } = studio;
    const passes = step.id === 'correct-bias' ? [{ id: 'quantize-weights', options: { bits: 3 } }, step] : [step];
    // The clock is the page's own, from the key to the job's end.
    const stopped = page.evaluate(
      async (recipe) => {
        let pressed = Infinity;
        addEventListener('keydown', () => (pressed = performance.now()), { capture: true, once: true });
        await window.whittle.loadRecipe(recipe);
        const outcome = await window.whittle.exportModel();
        return { code: outcome.ok ? 'finished' : outcome.error.code, ms: performance.now() - pressed };
      },
      { version: 1, target: 'wasm', passes },
    );
    await expect(studio.scores.getByRole('heading', { name: 'Writing the model' })).toBeVisible();
    await page.keyboard.press('Escape');
    const { code, ms } = await stopped;
    expect(code).toBe('aborted');
    expect(ms).toBeLessThan(1000);
    await use({ id: 'quantize-weights', options: { bits: 4 } });
    expect((await studio.snapshot()).results.preview?.layers.every(({ bits }) => bits === 4)).toBe(true);
  });
}

test('one click can be stopped', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Best 8-bit' }).click();
  await expect(page.getByRole('button', { name: /Cancel|Stop/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Looking for the best 8 bits: stopped.')).toBeVisible();
  await studio.idle();
  expect((await studio.snapshot()).results.best?.value.goal).not.toEqual({ kind: 'bits', bits: 8 });
});

// Whole searches, of many fits: the tiny model takes the digits' place.
test('one click: the best 4 bits, with what was tried', async () => {
  const { page } = studio;
  await openTiny(studio, SAMPLES);
  await page.getByRole('button', { name: 'Best 4-bit' }).click();
  await studio.idle();
  const { best } = (await studio.snapshot()).results;
  expect(best?.value.trials.length).toBeGreaterThan(1);
  expect(best?.value.chosen?.kl).toBe(Math.min(...(best?.value.trials ?? []).map(({ kl }) => kl ?? Infinity)));
  await expect(page.getByText(/was chosen, of \d+ compared on \d+ samples/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Compare' }).click();
  // The recipe that was on the sliders is a point too.
  await expect(page.getByText(`${(best?.value.trials.length ?? 0) + 1} variants scored`)).toBeVisible();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Workbench' }).click();
});

test('one click: a file of at most 6 kB', async () => {
  const { page } = studio;
  await page.getByRole('spinbutton', { name: /At most/ }).fill('6');
  await page.getByRole('button', { name: 'Fit the size' }).click();
  await studio.idle();
  expect((await studio.snapshot()).results.best?.value.said.join(' ')).toContain('Each layer was tried at');
  const exported = value(await page.evaluate(() => window.whittle.exportModel()));
  expect(exported.bytes).toBeLessThanOrEqual(6_000);
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
