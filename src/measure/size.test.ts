import { expect, test } from 'vitest';
import { gzipSize } from './size';

const signal = new AbortController().signal;

test('zeros shrink, noise does not, and the whole input is read', async () => {
  const zeros = new Uint8Array(1_000_000);
  const noise = new Uint8Array(50_000);
  crypto.getRandomValues(noise);
  let seen = 0;
  expect(await gzipSize(new Blob([zeros]), signal, (n) => (seen = n))).toBeLessThan(2000);
  expect(seen).toBe(1_000_000);
  const size = await gzipSize(new Blob([noise]), signal);
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(50_100);
});

test('stops when aborted', async () => {
  await expect(gzipSize(new Blob([new Uint8Array(10)]), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
