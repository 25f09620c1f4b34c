import { EventEmitter, once } from 'node:events';
import { expect, test } from 'playwright/test';
import { vanished } from './support/forced-colors';
import { expectLaidOut } from './support/laid-out';
import { DIGITS, Studio } from './support/studio';

/** States that no other test waits in; the rest go through `expectLaidOut` with `expectAccessible`. */
test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
});
test.afterAll(() => studio.page.close());

/** Holds back a file of the site: what needs it stays under way until the answer is called. */
async function hold(file: RegExp): Promise<() => void> {
  const gate = new EventEmitter();
  const sent = once(gate, 'send');
  await studio.page.route(file, async (route) => {
    await sent;
    await route.continue();
  });
  return () => void gate.emit('send');
}

async function show(name: string): Promise<void> {
  await studio.page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name, exact: true }).click();
}

test('on a phone, from the first frame: the landing page, a file that is no model, a model on its way, a check under way', async () => {
  const { page } = studio;
  const [sendWorker, sendRuntime] = [await hold(/worker-.*\.js/), await hold(/ort-wasm.*\.wasm/)];
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await expect(page.getByText(/WebGPU ready on/)).toBeVisible();
  await studio.dropPath(DIGITS);
  await expect(page.getByRole('main').getByRole('button', { name: 'Cancel' })).toBeVisible();
  await expectLaidOut(page);
  await page.setViewportSize({ width: 390, height: 844 });
  sendWorker();
  await expect(studio.grid).toBeVisible();
  await expectLaidOut(page);
  await page.setViewportSize({ width: 390, height: 844 });
  sendRuntime();
  await studio.idle();
});

test('pages of a model without samples', async () => {
  const { page } = studio;
  await expectLaidOut(page);
  for (const name of ['Data', 'Compare', 'Device']) {
    await show(name);
    await expectLaidOut(page);
  }
  await show('Workbench');
  await page.getByRole('radio', { name: 'Sensitivity' }).click();
  await expectLaidOut(page);
  await page.getByRole('radio', { name: 'Layers' }).click();
});

test('a job under way', async () => {
  const { page, scores } = studio;
  const sendBrotli = await hold(/brotli.*\.wasm/);
  await show('Device');
  await page.getByRole('button', { name: 'Compress both files' }).click();
  await expect(scores.getByRole('progressbar')).toBeVisible();
  await expectLaidOut(page);
  sendBrotli();
  await studio.idle();
  await show('Workbench');
});

test('errors, a lost device, a question, a menu and the shortcuts', async () => {
  const { page } = studio;
  await page.evaluate(() => window.whittle.loseDevice());
  await studio.drop({ name: 'notes.txt', bytes: Buffer.from('hello') });
  await expect(page.getByRole('alert')).toHaveCount(2);
  await expectLaidOut(page);
  await studio.dropPath(DIGITS);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectLaidOut(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectLaidOut(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
  await expectLaidOut(page);
  await page.keyboard.press('Escape');
});

test('what a fill tells is told in the colours that a person forces on the page', async () => {
  const { page } = studio;
  await show('Workbench');
  await page.emulateMedia({ forcedColors: 'active' });
  await page.getByRole('button', { name: 'Add a pass' }).press('Enter');
  await page.getByRole('menu').press('ArrowDown');
  expect(await page.evaluate(vanished)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.emulateMedia({ forcedColors: 'none' });
});

test('the page was never wider than its window', () => {
  studio.expectQuiet();
});
