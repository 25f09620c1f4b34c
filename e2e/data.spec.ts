import { readFileSync } from 'node:fs';
import { expect, test, type Page } from 'playwright/test';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { decodeBySharp } from '../src/engine/node/decode';
import { pngHeader } from '../src/data/testing/headers';
import { expectAccessible } from './support/accessible';
import { DIGITS, Studio } from './support/studio';

const IMAGES = { name: 'images-idx3-ubyte.gz', bytes: readFileSync('public/samples/digits/images-idx3-ubyte.gz') };
const LABELS = { name: 'labels-idx1-ubyte', bytes: readFileSync('public/samples/digits/labels-idx1-ubyte') };

/** A PNG of one shade. */
async function grey(page: Page, shade: number): Promise<Uint8Array> {
  const base64 = await page.evaluate((level) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
    const context = canvas.getContext('2d');
    if (context) Object.assign(context, { fillStyle: `rgb(${level} ${level} ${level})` }).fillRect(0, 0, 40, 30);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  }, shade);
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.dropPath(DIGITS);
  await expect(studio.grid).toBeVisible();
  await studio.idle();
});
test.afterAll(() => studio.page.close());

test('files that are no samples are refused, with what they are', async () => {
  const { page } = studio;
  await studio.drop({ name: 'notes.txt', bytes: Buffer.from('hello') });
  await expect(page.getByRole('alert')).toContainText('notes.txt');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText(/No samples: accuracy is not measured/)).toBeVisible();
});

test('dropped samples need no card: it is proposed, and the samples are shown', async () => {
  const { page } = studio;
  await studio.drop(IMAGES, LABELS);
  await expect(page.getByText(/2,000 samples.*labelled/)).toBeVisible();
  await studio.idle();
  const { data } = (await studio.snapshot()).document;
  expect(data?.card).toMatchObject({ format: 'idx', input: { layout: 'NCHW', size: [28, 28], channels: 'L' } });
  await expect(page.getByRole('list', { name: 'The first samples' }).getByRole('img')).toHaveCount(12);
});

test('the preset that fits was looked for at once, and the card found to be right', async () => {
  const { document } = await studio.snapshot();
  expect(document).toMatchObject({
    cardFrom: 'guess',
    prepared: expect.stringContaining('The card stays as it is. 0 to 1'),
    presets: { better: null },
  });
});

test('a preset that is wrong is found by trying, and the right one used', async () => {
  const { page } = studio;
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('raw-inverted');
  await studio.idle();
  await page.getByRole('button', { name: 'Try again' }).click();
  await studio.idle();
  const { presets } = (await studio.snapshot()).document;
  expect(presets?.best).toMatchObject({ preset: 'unit', offset: 0 });
  expect(presets?.best?.top1).toBeGreaterThan(90);
  await page.getByRole('button', { name: `Use ${presets?.best?.label ?? ''}`, exact: true }).click();
  await studio.idle();
  const { document, results } = await studio.snapshot();
  expect(document.data?.card).toMatchObject({ input: { scale: 1, mean: [0], std: [255] } });
  expect(results.evaluation?.before?.top1).toBeGreaterThan(98);
  await expect(page.getByRole('combobox', { name: 'Preset' })).toHaveValue('unit');
});

test('the card is a form; a field that is wrong is named and changes nothing', async () => {
  const { page } = studio;
  await page.getByRole('textbox', { name: 'Std' }).fill('0');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('alert')).toContainText('std');
  await page.getByRole('textbox', { name: 'Std' }).fill('255');
  await page.getByRole('textbox', { name: 'Label offset' }).fill('1');
  await page.getByRole('button', { name: 'Apply' }).click();
  // Nines are then class 10 of a model that has 0 to 9.
  await expect(page.getByRole('alert')).toContainText('class 10, but the model has 10 classes');
  await page.getByRole('textbox', { name: 'Label offset' }).fill('0');
  await page.getByRole('button', { name: 'Apply' }).click();
  await studio.idle();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect((await studio.snapshot()).results.evaluation?.before?.top1).toBeGreaterThan(98);
});

test('a zip of the same is the same', async () => {
  const { page } = studio;
  const zip = zipSync({
    'digits/images-idx3-ubyte.gz': new Uint8Array(IMAGES.bytes),
    'digits/labels-idx1-ubyte': new Uint8Array(LABELS.bytes),
  });
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await studio.idle();
  await studio.drop({ name: 'digits.zip', bytes: Buffer.from(zip) });
  await expect(page.getByText(/2,000 samples.*labelled/)).toBeVisible();
  await studio.idle();
  await expectAccessible(page);
});

test('folders of pictures are read as classes, and a file that is no picture is left out by name', async () => {
  const { page } = studio;
  const zip = zipSync({
    'set/dark/a.png': await grey(page, 10),
    'set/dark/b.png': await grey(page, 30),
    'set/light/c.png': await grey(page, 220),
    'set/light/broken.png': new Uint8Array([1, 2, 3]),
  });
  await studio.drop({ name: 'set.zip', bytes: Buffer.from(zip) });
  await expect(page.getByText(/3 samples of 2 classes, labelled/)).toBeVisible();
  await studio.idle();
  await page.getByText('1 left out', { exact: true }).click();
  await expect(page.getByText(/broken\.png/)).toBeVisible();
  expect((await studio.snapshot()).document.data?.card).toMatchObject({ format: 'folders', input: { size: [28, 28], channels: 'L' } });
  await expect(page.getByRole('list', { name: 'The first samples' }).getByRole('img')).toHaveCount(3);
});

test('a picture too large to decode is left out by its header; with limits set on the page the files are read again', async () => {
  const { page } = studio;
  const [small, huge] = [pngHeader(28, 28), pngHeader(16_000, 16_000)];
  await studio.drop({
    name: 'set.zip',
    bytes: Buffer.from(
      zipSync({
        'set/a/good.png': await grey(page, 99),
        'set/a/huge.png': huge,
        'set/b/good.png': await grey(page, 99),
        'set/b/small.png': small,
      }),
    ),
  });
  await expect(page.getByText(/2 samples of 2 classes, labelled/)).toBeVisible();
  await studio.idle();
  const problems = async (): Promise<string> => (await studio.snapshot()).document.data?.problems.first.join() ?? '';
  expect(await problems()).toContain('huge.png: it has 16000 x 16000 pixels, 256 megapixels, more than the limit of 64 megapixels');
  await page.getByText('Limits', { exact: true }).click();
  const largest = page.getByRole('textbox', { name: 'Largest picture, megapixels' });
  await largest.fill('many');
  await page.getByRole('button', { name: 'Set limits' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Largest picture, megapixels is "many"' })).toBeVisible();
  await largest.fill('256');
  await page.getByRole('button', { name: 'Set limits' }).click();
  await studio.idle();
  // The header is all there is of it.
  expect(await problems()).toContain('huge.png: not an image that this browser can decode');
  await expectAccessible(page);
});

test('nothing of this left the origin', () => {
  studio.expectQuiet();
});

test('the command decodes pictures as the browser does: turned as EXIF says, profiles left alone, JPEG to 2 of 255', async () => {
  const { width, height } = { width: 40, height: 24 };
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + ((i * i) >> 5)) % 256);
  const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } }).blur(1.5);
  const files = {
    png: await picture().png().toBuffer(),
    turned: await picture().withMetadata({ orientation: 6 }).jpeg({ quality: 95, chromaSubsampling: '4:2:0' }).toBuffer(),
    profiled: await picture().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer(),
    webp: await picture().webp({ lossless: true }).toBuffer(),
    grey: await picture().greyscale().png().toBuffer(),
  };
  for (const [name, bytes] of Object.entries(files)) {
    const ours = await decodeBySharp(new Blob([new Uint8Array(bytes)]));
    const theirs = await studio.page.evaluate(async (base64) => {
      const blob = new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]);
      const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      return {
        width: bitmap.width,
        height: bitmap.height,
        data: [...(context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [])],
      };
    }, bytes.toString('base64'));
    expect([name, ours.width, ours.height, ours.channels]).toEqual([name, theirs.width, theirs.height, 4]);
    const worst = theirs.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours.data[i] ?? -1))), 0);
    expect(`${name}: ${worst <= (/png|webp|grey/.test(name) ? 0 : 2) ? 'alike' : worst}`).toBe(`${name}: alike`);
  }
});
