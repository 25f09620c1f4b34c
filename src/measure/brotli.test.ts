import { brotliCompressSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { brotliSize } from './brotli';

/** Values of few levels with long repeats: worth compressing, and more than one block. */
const data = Uint8Array.from({ length: 700_000 }, (_, i) => (Math.floor(i / 7) * 2_654_435_761) >>> 28);

test.each([1, 5, 9])("agrees with Node's own brotli at quality %i", async (quality) => {
  const reference = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
  const size = await brotliSize(data, quality);
  expect(Math.abs(size / reference - 1)).toBeLessThan(0.05);
});

test('quality 11 is no larger than 5, and nothing and noise are told as they are', async () => {
  const part = data.subarray(0, 60_000);
  expect(await brotliSize(part, 11)).toBeLessThanOrEqual(await brotliSize(part, 5));
  expect(await brotliSize(new Uint8Array(), 11)).toBeLessThan(5);
  const noise = crypto.getRandomValues(new Uint8Array(50_000));
  expect(await brotliSize(noise, 9)).toBeGreaterThan(50_000);
});
