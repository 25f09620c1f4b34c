import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Sha256, sha256 } from './sha256';

test('FIPS 180-2 vector "abc"', () => {
  expect(new Sha256().update(new TextEncoder().encode('abc')).hex()).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('equals the platform on every length round the block edges, in any pieces', () => {
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
    const hash = new Sha256();
    for (let at = 0; at < length; at += 37) hash.update(bytes.subarray(at, at + 37));
    expect(hash.hex(), String(length)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

test('both ways give the same', async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 31);
  const { signal } = new AbortController();
  expect(await sha256(bytes, signal, 0)).toBe(await sha256(bytes, signal));
});
