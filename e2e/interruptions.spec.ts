import { expect, test, type Worker } from 'playwright/test';
import { Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.openDigits();
});
test.afterAll(() => studio.page.close());

/**
 * What comes first after the key reaches the page: this text, or a timer of a second. Both by the page's own event loop: how often the test
 * looks, and its way to a busy browser, are no part of it.
 */
function watchAfterEscape(text: string) {
  return studio.page.evaluateHandle((expected) => {
    const first = new Promise<'text' | 'second'>((resolve) => {
      const look = (): void => {
        if (document.body.textContent.includes(expected)) resolve('text');
      };
      const onKey = (): void => {
        setTimeout(() => resolve('second'), 1000);
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      };
      window.addEventListener('keydown', onKey, { once: true, capture: true });
    });
    return { first };
  }, text);
}

test('a job shows stage, progress and time, and Escape stops it within a second', async () => {
  const { page, scores } = studio;
  await scores.getByRole('button', { name: /^Measure/ }).click();
  const bar = page.getByRole('progressbar', { name: 'Timing before and after' });
  await expect(bar).toBeVisible();
  await expect(scores.getByText(/^0:0\d/)).toBeVisible();
  const watched = await watchAfterEscape('Timing before and after: stopped.');
  await page.keyboard.press('Escape');
  expect(await watched.evaluate(({ first }) => first)).toBe('text');
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

function engineWorker(): Worker {
  const worker = studio.page.workers().find((one) => /\/worker-[^/]*\.js$/.test(one.url()));
  if (!worker) throw new Error('No engine runs.');
  return worker;
}

/** Ends the engine's worker without a word, as the browser does where memory runs out. */
async function killEngine(): Promise<void> {
  const worker = engineWorker();
  const gone = worker.waitForEvent('close');
  void worker.evaluate(() => self.close()).catch(() => {});
  await gone;
}

async function figuresFollowTheSlider(): Promise<void> {
  const before = (await studio.snapshot()).results.preview?.predictedBytes;
  await studio.slide('Bits', 'ArrowLeft');
  await studio.idle();
  const changed = await studio.snapshot();
  expect(changed.results.preview?.predictedBytes).toBeLessThan(before ?? 0);
  expect(changed.results.evaluation?.recipe).toEqual(changed.results.preview?.recipe);
}

test('an engine that ends without a word while nothing runs is replaced, and figures follow the sliders as before', async () => {
  await killEngine();
  await figuresFollowTheSlider();
  await expect(studio.page.getByRole('alert')).toHaveCount(0);
});

test('an engine that ends under a job: the job ends with a remedy, and the next one runs', async () => {
  const { page, scores } = studio;
  await scores.getByRole('button', { name: /^Measure/ }).click();
  await expect(page.getByRole('progressbar', { name: 'Timing before and after' })).toBeVisible();
  await killEngine();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The engine stopped', { timeout: 5000 });
  await expect(alert).toContainText('Try again');
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await figuresFollowTheSlider();
});

test('an engine that hangs while nothing runs is replaced by itself', async () => {
  const hung = engineWorker();
  const gone = hung.waitForEvent('close');
  await hung.evaluate(
    () =>
      void setTimeout(() => {
        for (;;);
      }),
  );
  await gone;
  await figuresFollowTheSlider();
  await expect(studio.page.getByRole('alert')).toHaveCount(0);
});

test('nothing of this left the origin', () => {
  studio.expectQuiet();
});

test('an engine whose script is not there is told at once, and the model opens when it is', async ({ browser }) => {
  await studio.page.close();
  studio = await Studio.open(browser);
  const { page } = studio;
  await page.route(/\/worker-[^/]*\.js$/, (route) => route.fulfill({ status: 404, body: '' }));
  await page.getByRole('button', { name: 'Digits', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('its script could not be loaded', { timeout: 5000 });
  await page.unrouteAll();
  await studio.openDigits();
  await expect(page.getByRole('alert')).toHaveCount(0);
});
