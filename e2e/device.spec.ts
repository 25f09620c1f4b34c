import { expect, test } from 'playwright/test';
import { expectAccessible } from './support/accessible';
import { staticQdq } from './support/models';
import { Studio } from './support/studio';

test.describe.configure({ mode: 'serial' });
let studio: Studio;

test.beforeAll(async ({ browser }) => {
  studio = await Studio.open(browser);
  await studio.openDigits();
  await studio.page.getByRole('button', { name: 'Device', exact: true }).click();
});
test.afterAll(() => studio.page.close());

async function press(name: string): Promise<void> {
  await studio.page.getByRole('button', { name, exact: true }).click();
  await studio.idle();
}

test('both backends are timed, every run drawn, loading told apart', async () => {
  const { page } = studio;
  await press('Measure on WASM');
  await press('Measure on WebGPU');
  const { measurements } = (await studio.snapshot()).results;
  for (const ep of ['wasm', 'webgpu'] as const) {
    expect(measurements[ep]?.after?.samples).toHaveLength(measurements[ep]?.after?.runs ?? -1);
    expect(measurements[ep]?.startup.after.createMs).toBeGreaterThan(0);
  }
  await expect(page.getByRole('img', { name: /WebGPU: .* before, .* after, .*; WASM: / })).toBeVisible();
});

test('placement shows where each operator ran, before and after', async () => {
  await press('Find out on WebGPU');
  const { profile } = (await studio.snapshot()).results;
  expect(profile?.before.gpuNodes).toBeGreaterThan(5);
  expect(profile?.before.cpuNodes).toBe(0);
  expect(profile?.after.copies).toMatchObject({ toHost: 0, fromHost: 0 });
  await expect(studio.page.getByRole('table', { name: 'Operators' }).getByRole('row', { name: /^Conv GPU 3/ })).toBeVisible();
});

test('files are compressed as a server would send them, by layer too', async () => {
  await press('Compress both files');
  const { sizes } = (await studio.snapshot()).results;
  expect(sizes?.complete).toBe(true);
  expect(sizes?.layers).toHaveLength(5);
  expect(sizes?.after.brotliBytes).toBeLessThan(sizes?.after.bytes ?? 0);
  await expect(studio.page.getByRole('img', { name: /brotli: .* before, .* after/ }).first()).toBeVisible();
});

test('the matmul benchmark gives rates with their spread, and says what the device cannot do', async () => {
  const { page } = studio;
  await page.getByRole('checkbox', { name: '256' }).uncheck();
  await press('Run the benchmark');
  await expect(page.getByRole('img', { name: /f32 at 128: [\d.]+ GOPS; .*int8 at 128: [\d.]+ GOPS/ })).toBeVisible();
  await expect(page.getByText('f16: This GPU has no half precision (shader-f16).')).toBeVisible();
});

test('the truth meter speaks of what was measured, and says what was not', async () => {
  const { truth } = (await studio.snapshot()).results;
  expect(truth?.sentences.some(({ level, text }) => level === 'smaller' && text.includes('5 of 5 layers packed at 8 bits'))).toBe(true);
  expect(truth?.sentences.some(({ level }) => level === 'unknown')).toBe(true);
  await expect(studio.page.getByText(/5 of 5 layers packed at 8 bits: smaller/)).toBeVisible();
  await expectAccessible(studio.page);
});

test('a statically quantized model shows its copies to the CPU, and the truth meter warns', async () => {
  const { page } = studio;
  await studio.drop({ name: 'static-qdq.onnx', bytes: staticQdq() });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'static-qdq.onnx' })).toBeVisible();
  await studio.idle();
  await press('Find out on WebGPU');
  const { profile, truth } = (await studio.snapshot()).results;
  expect(profile?.before.cpuNodes).toBeGreaterThan(0);
  expect((profile?.before.copies.toHost ?? 0) + (profile?.before.copies.fromHost ?? 0)).toBeGreaterThan(0);
  expect(
    truth?.sentences
      .filter(({ level }) => level === 'warning')
      .map(({ text }) => text)
      .join(' '),
  ).toMatch(/QuantizeLinear/);
  await expect(page.getByText(/copies between them/).first()).toBeVisible();
});

test('nothing of this left the origin', () => {
  studio.expectQuiet();
});
