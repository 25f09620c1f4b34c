import { readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import { changedDigits, withExternalData, withNan } from './support/models';
import { DIGITS, Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
});
test.afterAll(() => studio.page.close());

function text(words: string): Buffer {
  return Buffer.from(words, 'latin1');
}

const WRONG: readonly (readonly [name: string, bytes: () => Buffer, message: RegExp, remedy: RegExp])[] = [
  ['empty.onnx', () => Buffer.alloc(0), /"empty.onnx" is empty \(0 bytes\)/, /Download or export/],
  ['model.tflite', () => text('\u001C\0\0\0TFL3\0\0\0\0'), /is a TensorFlow Lite model/, /tf2onnx/],
  ['named-wrongly.onnx', () => text('GGUF\u0003\0\0\0'), /is a GGUF file/, /ONNX export/],
  ['pointer.onnx', () => text('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), /is a Git LFS pointer/, /git lfs pull/],
  ['page.onnx', () => text('<!DOCTYPE html><html>'), /is a web page/, /raw or download link/],
  ['noise.onnx', () => Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 151 + 7) % 256)), /is not an ONNX model/, /exported to ONNX/],
  ['cut.onnx', () => readFileSync(DIGITS).subarray(0, 200_000), /"cut.onnx"/, /cut short|again/],
  [
    'old.onnx',
    () => changedDigits((model) => model.opsetImport.forEach((entry) => (entry.version = 3n))),
    /uses ONNX operator set 3; 7 to 25 are supported/,
    /version_converter/,
  ],
  ['external.onnx', () => withExternalData().model, /weights\.bin/, /together|drop/i],
];

for (const [name, bytes, message, remedy] of WRONG) {
  test(`${name} is refused by name, with a remedy`, async () => {
    const { page } = studio;
    await studio.drop({ name, bytes: bytes() });
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(message);
    await expect(alert).toContainText(remedy);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('makes ONNX models smaller');
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await expect(alert).toHaveCount(0);
  });
}

test('the missing data file dropped beside its model opens it', async () => {
  const { model, data } = withExternalData();
  await studio.drop({ name: 'external.onnx', bytes: model }, { name: 'weights.bin', bytes: data });
  await expect(studio.page.getByRole('heading', { level: 1, name: 'external.onnx' })).toBeVisible();
  await studio.idle();
  await expect(studio.scores.getByText(/3\.\d× smaller/)).toBeVisible();
});

test('a wrong file over an open model leaves that open, recipe and figures included', async () => {
  const { page } = studio;
  await studio.slide('Bits', 'ArrowLeft', 4);
  await studio.idle();
  const before = await studio.snapshot();
  await studio.drop({ name: 'page.onnx', bytes: text('<!DOCTYPE html><html>') });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('alert')).toContainText('external.onnx stays open.');
  await expect(page.getByRole('heading', { level: 1, name: 'external.onnx' })).toBeVisible();
  expect((await studio.snapshot()).results.preview).toEqual(before.results.preview);
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

test('weights that are no numbers are named', async () => {
  const { page } = studio;
  await studio.drop({ name: 'nan.onnx', bytes: withNan() });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('alert')).toContainText(/fc1.*NaN|NaN.*fc1/);
  await studio.idle();
});

test('a link with a pass or value that does not exist says so, and the page works', async ({ browser }) => {
  for (const [hash, message] of [
    ['#r=1/webgpu/shrink-magically', /"shrink-magically"/],
    ['#r=1/webgpu/quantize-weights?bits=12', /12/],
    ['#r=9/webgpu/quantize-weights', /version "9"/],
    ['#r=1/webgpu/prune-weights?constructor=1', /no option "constructor"/],
    ['#r=1/webgpu/__proto__?toString.a=1', /no pass "__proto__"/],
    [`#r=1/webgpu${'/fold-batchnorm'.repeat(5000)}`, /5,000 passes/],
  ] as const) {
    const other = await Studio.open(browser, `./${hash}`);
    await expect(other.page.getByRole('alert')).toContainText(message);
    await expect(other.page.getByRole('heading', { level: 1 })).toContainText('makes ONNX models smaller');
    await expect(other.page.getByRole('button', { name: 'Digits', exact: true })).toBeVisible();
    other.expectQuiet();
    await other.page.close();
  }
});

test('all of this wrote nothing to the console', () => {
  studio.expectQuiet();
});
