import { expect, test } from 'playwright/test';
import { zipSync } from 'fflate';
import { coloursModel, pictures, TORCH_CARD } from './support/colours';
import { Studio } from './support/studio';

const PICTURES = pictures(20);

/** A zip of the pictures, with further files among them. */
function zipped(others: Readonly<Record<string, Uint8Array>> = {}): Buffer {
  return Buffer.from(zipSync({ ...Object.fromEntries(PICTURES.map(({ path, bytes }) => [path, new Uint8Array(bytes)])), ...others }));
}

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.drop({ name: 'colours.onnx', bytes: coloursModel() });
  await expect(studio.grid).toBeVisible();
  await studio.idle();
});
test.afterAll(() => studio.page.close());

test('without samples outputs are compared by themselves, on inputs that are called made up, and the next step is offered', async () => {
  await expect(studio.scores.getByText(/16 made-up inputs, live/)).toBeVisible();
  await expect(studio.scores.getByText(/labels are not needed/)).toBeVisible();
  await studio.scores.getByRole('button', { name: 'Add pictures' }).click();
  await expect(studio.page.getByRole('heading', { name: 'Samples', exact: true })).toBeVisible();
});

test('pictures without a card: the preset is searched at once, the one that fits is taken, and all of that is said', async () => {
  const { page } = studio;
  const titles = await page.evaluateHandle(() => {
    const seen: string[] = [];
    new MutationObserver(() => seen.push(document.querySelector('.score.job h2')?.textContent ?? '')).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return seen;
  });
  await studio.drop({ name: 'pictures.zip', bytes: zipped() });
  await expect(page.getByText(/160 samples of 8 classes, labelled/)).toBeVisible();
  await expect(
    page
      .getByText(/Taken, since it is clearly better: caffe, BGR: 100 % of 64 right\..* As the card was, torch, RGB: [\d.]+ % of \d+\./)
      .first(),
  ).toBeVisible();
  await studio.idle();
  expect(await titles.jsonValue()).toContain('Looking for the preset');
  const { document: held, results } = await studio.snapshot();
  expect(held).toMatchObject({
    cardFrom: 'search',
    preparing: false,
    data: { split: { calibration: 80, heldOut: 80, scored: 80 }, card: { input: { channels: 'BGR', mean: [104, 117, 123], std: [1] } } },
  });
  expect(results.evaluation).toMatchObject({ before: { top1: 100, samples: 80 }, chance: { told: true } });
  await expect(studio.scores.getByText(/% of 80 samples/)).toBeVisible();
  await expect(page.getByText(/80 samples calibrate/)).toBeVisible();
});

test('a card that was given is warned of in the place of the figure, not overruled; the preset that is found is a click away', async () => {
  const { page } = studio;
  await studio.drop({ name: 'pictures.zip', bytes: zipped({ 'card.json': Buffer.from(JSON.stringify(TORCH_CARD)) }) });
  await expect(page.getByText(/is taken as it is/)).toBeVisible();
  await studio.idle();
  const before = await studio.snapshot();
  expect(before.document).toMatchObject({
    cardFrom: 'person',
    presets: null,
    data: { card: { input: { mean: [123.675, 116.28, 103.53] } } },
  });
  expect(before.results.evaluation?.chance?.told).toBe(false);
  await expect(studio.scores.getByText(/The original's accuracy cannot be told from chance: \d+ of 80 samples right/)).toBeVisible();
  await expect(studio.scores.getByText(/→.*% of 80/)).toHaveCount(0);

  await page.getByRole('button', { name: 'Workbench', exact: true }).click();
  await page.getByRole('button', { name: 'Best 8-bit' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Learn from these samples?' });
  await expect(dialog).toContainText('cannot be told from chance');
  await dialog.getByRole('button', { name: 'Leave it' }).click();
  await studio.idle();
  expect((await studio.snapshot()).results.best).toBeNull();
  await page.getByRole('button', { name: 'Best 8-bit' }).click();
  await dialog.getByRole('button', { name: 'Find the preset' }).click();
  await expect(page.getByText(/Your card stays, but another is clearly better\. caffe, BGR: 100 % of 64 right/).first()).toBeVisible();
  await studio.idle();
  expect((await studio.snapshot()).document.data?.card).toMatchObject({ input: { mean: [123.675, 116.28, 103.53] } });
  await studio.scores.getByRole('button', { name: 'Use caffe, BGR' }).click();
  await studio.idle();
  expect((await studio.snapshot()).results.evaluation).toMatchObject({ before: { top1: 100 }, chance: { told: true } });
});

test('nothing of this left the origin', () => {
  studio.expectQuiet();
});
