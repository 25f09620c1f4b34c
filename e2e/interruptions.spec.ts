import { expect, test } from 'playwright/test';
import { Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.openDigits();
});
test.afterAll(() => studio.page.close());

test('a job shows stage, progress and time, and Escape stops it within a second', async () => {
  const { page, scores } = studio;
  await scores.getByRole('button', { name: /^Measure/ }).click();
  const bar = page.getByRole('progressbar', { name: 'Timing before and after' });
  await expect(bar).toBeVisible();
  await expect(scores.getByText(/^0:0\d/)).toBeVisible();
  const pressed = await page.evaluate(() => performance.now());
  await page.keyboard.press('Escape');
  await expect(scores.getByText('Timing before and after: stopped.')).toBeVisible({ timeout: 5000 });
  expect((await page.evaluate(() => performance.now())) - pressed).toBeLessThan(1000);
});

test('the studio goes on after a cancel', async () => {
  const { scores } = studio;
  await studio.slide('Bits', 'ArrowLeft', 3);
  await studio.idle();
  await expect(scores.getByText(/5\.\d× smaller/)).toBeVisible();
});

test('a lost device is told, the work is kept, and reconnecting brings the figures back', async () => {
  const { page } = studio;
  const before = await studio.snapshot();
  await page.evaluate(() => window.whittle.loseDevice());
  await expect(page.getByRole('alert')).toContainText('The GPU device was lost');
  await expect(page.getByRole('alert')).toContainText('Your model, data and recipe are kept');
  await page.getByRole('button', { name: 'Reconnect GPU' }).click();
  await studio.idle();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await studio.slide('Bits', 'ArrowLeft');
  await studio.idle();
  await studio.slide('Bits', 'ArrowRight');
  await studio.idle();
  const after = await studio.snapshot();
  expect(after.results.preview?.layers).toEqual(before.results.preview?.layers);
  expect(after.results.evaluation?.after?.top1).toBe(before.results.evaluation?.after?.top1);
  expect((await studio.stats()).deviceLosses).toBe(1);
});

test('nothing of this left the origin', () => {
  studio.expectQuiet();
});
