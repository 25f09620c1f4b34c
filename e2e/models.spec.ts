import { expect, test } from 'playwright/test';
import { Studio } from './support/studio';

/** Real models of other shapes: weights in Constant nodes, and weights inside If bodies with an LSTM. */
const MODELS = [
  { sample: 'PP-OCR text direction', layers: 20 },
  { sample: 'Silero VAD v5', layers: 10 },
] as const;

for (const { sample, layers } of MODELS) {
  test(`${sample} opens, is quantized and written, and its file agrees`, async ({ browser }) => {
    const studio = await Studio.open(browser);
    const { page } = studio;
    await page.getByRole('button', { name: sample, exact: true }).click();
    await expect(studio.grid).toBeVisible();
    await studio.idle();
    const { document, results } = await studio.snapshot();
    expect(document.check?.ok).toBe(true);
    expect(document.opened?.layers.length).toBeGreaterThan(layers);
    expect(results.preview?.predictedBytes).toBeLessThan((document.opened?.summary.bytes ?? 0) * 0.4);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: /^Download/ }).click();
    await download;
    await studio.idle();
    const { exported } = (await studio.snapshot()).results;
    expect(exported?.bytes).toBeLessThan((document.opened?.summary.bytes ?? 0) * 0.4);
    studio.expectQuiet();
    await page.close();
  });
}

test('Silero is wrong in the default layout of WebGPU: the page finds it, uses the other, and says so', async ({ browser }) => {
  const studio = await Studio.open(browser);
  await studio.page.getByRole('button', { name: 'Silero VAD v5', exact: true }).click();
  await expect(studio.page.getByText(/WebGPU agrees with WASM in the NCHW layout, max error .*in NHWC, which is not used/)).toBeVisible();
  await studio.idle();
  expect((await studio.snapshot()).document.check).toMatchObject({ ok: true, layout: 'NCHW', repaired: true });
  studio.expectQuiet();
  await studio.page.close();
});
