import { expect, test } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { Studio } from './support/studio';
import { openTiny } from './support/tiny';

test.describe.configure({ mode: 'serial', timeout: 300_000 });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.openDigits();
  await studio.page.getByRole('radio', { name: 'Sensitivity' }).click();
});
test.afterAll(() => studio.page.close());

test('every layer is changed alone at every setting, on the session that is there', async () => {
  const { page } = studio;
  const { sessionsCreated } = await studio.stats();
  await page.getByRole('button', { name: 'Scan the layers' }).click();
  await studio.idle();
  expect((await studio.stats()).sessionsCreated).toBe(sessionsCreated);
  const { sensitivity } = (await studio.snapshot()).results;
  expect(sensitivity?.finished).toMatchObject({ layers: 5, samples: 64, sessionsCreated: 0, resumed: 0 });
  expect(sensitivity?.cells).toHaveLength(20);
  const loss = (bits: number): number =>
    sensitivity?.cells
      .filter(({ kind, value }) => kind === 'bits' && value === bits)
      .reduce((sum, { kl }) => sum + (kl ?? Number.NaN), 0) ?? Number.NaN;
  expect(loss(2)).toBeGreaterThan(loss(4) * 5);
  expect(loss(4)).toBeGreaterThan(loss(8));
  await expect(page.getByRole('table', { name: 'Sensitivity' }).getByRole('row')).toHaveCount(6);
  for (const { top1Before } of sensitivity?.cells ?? []) expect(top1Before).toBe(sensitivity?.finished?.top1);
});

test('points lost come first, each colour has its range, and all figures of a cell are read without a pointer', async () => {
  const { page } = studio;
  const cell = page.getByRole('button', { name: /^fc1 at 2 bits: Points lost / });
  await expect(page.getByRole('list', { name: 'Colours of Points lost' }).getByRole('listitem')).toHaveText([
    'under 0.3',
    '0.3 to 1',
    '1 to 3',
    '3 to 10',
    '10 and more',
  ]);
  await page.getByRole('radio', { name: 'KL, nats' }).click();
  await expect(page.getByRole('list', { name: 'Colours of KL, nats' }).getByRole('listitem').last()).toHaveText('1 and more');
  await cell.focus();
  await expect(page.getByText(/^fc1 at 2 bits: Points lost .*, Answers changed, % .*, KL, nats .*, SQNR of the weights /)).toBeVisible();
  await page.getByRole('radio', { name: 'Points lost' }).click();
});

test('a scan that was stopped goes on where it was', async () => {
  const { page } = studio;
  await page.getByRole('spinbutton', { name: 'Samples' }).fill('400');
  await page.getByRole('checkbox', { name: '6' }).check();
  await page.getByRole('button', { name: 'Scan the layers' }).click();
  await expect(page.getByRole('button', { name: /^conv2 at 6 bits/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Scanning the layers: stopped.').first()).toBeVisible();
  const kept = (await studio.snapshot()).results.sensitivity?.cells.length ?? 0;
  expect(kept).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Go on with the scan' }).click();
  await studio.idle();
  const { finished } = (await studio.snapshot()).results.sensitivity ?? {};
  expect(finished?.resumed).toBeGreaterThanOrEqual(kept);
  expect(finished?.cells).toHaveLength(25);
});

test('one click turns it into bits for each layer, within a size', async () => {
  const { page } = studio;
  await page.getByRole('spinbutton', { name: 'File of at most, kB' }).fill('50');
  await page.getByRole('button', { name: 'Choose the bits' }).click();
  await studio.idle();
  const { preview, plan } = (await studio.snapshot()).results;
  expect(preview?.predictedBytes).toBeLessThanOrEqual(50_000);
  const planned = (plan?.value.bits ?? []).filter(({ bits }) => bits < 32);
  expect(planned.length).toBeGreaterThan(0);
  for (const { layerId, bits } of planned)
    await expect(page.getByRole('button', { name: new RegExp(`^${layerId} at ${bits} bits`), pressed: true })).toHaveCount(1);
  await expect(page.getByText(/^Rounding fitted to your samples: .* answers kept/)).toBeVisible();
  await expect(page.getByText(/^Rounding to the nearest value: .* answers kept/)).toBeVisible();
  expect(preview?.predictedBytes).toBeGreaterThan(38_000);
  await expect(page.getByText(/layers at .* bits.*: .*kB/)).toBeVisible();
  await expectAccessible(page);
});

test('a cell pins its setting to its layer', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: /^fc2 at 3 bits/ }).click();
  await studio.idle();
  expect((await studio.snapshot()).results.preview?.layers.find(({ id }) => id === 'fc2')?.bits).toBe(3);
});

test('a time becomes layers on integers, where the backend has such: refused on WebGPU, timed plans on WASM', async () => {
  const { page } = studio;
  // Many plans are written and timed: the tiny model takes the digits' place.
  await page.evaluate((recipe) => window.whittle.loadRecipe(recipe), {
    version: 1,
    target: 'webgpu',
    passes: [{ id: 'quantize-weights' }],
  });
  await studio.idle();
  await openTiny(studio, 400);
  await page.getByRole('radio', { name: 'Sensitivity' }).click();
  await page.getByRole('radio', { name: 'Time', exact: true }).click();
  await page.getByRole('button', { name: 'Choose the bits' }).click();
  await expect(page.getByText('On WebGPU no bit width makes a layer faster', { exact: false }).first()).toBeVisible();
  await page.getByRole('radio', { name: 'WASM', exact: true }).click();
  await page.getByRole('spinbutton', { name: /^Take at most/ }).fill('900');
  await page.getByRole('button', { name: 'Choose the bits' }).click();
  await studio.idle();
  await expect(page.getByText(/layers? computes? on integers.*× the original's time/)).toBeVisible();
  const planned = (await studio.snapshot()).results.plan?.value;
  expect(planned?.recipe).toMatchObject({
    target: 'wasm',
    passes: expect.arrayContaining([expect.objectContaining({ id: 'quantize-static' })]),
  });
  expect(planned?.timed?.median).toBeLessThanOrEqual(9);
  await expectAccessible(page);
  studio.expectQuiet();
});
