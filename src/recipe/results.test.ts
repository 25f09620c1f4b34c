import { expect, test } from 'vitest';
import { memoryShelf } from '../artifacts/memory';
import { createArtifacts } from '../artifacts/store';
import { number, octets, text } from '../base/codec';
import { createResults, type Results } from './results';

/** 32 bytes and the key's 2 in memory. */
const some = (first: number): Promise<Uint8Array<ArrayBuffer>> => Promise.resolve(Uint8Array.of(first, ...new Uint8Array(23)));

test('a result is made once, and those used last stay within the budget', async () => {
  const results = createResults(null, 100);
  let made = 0;
  const get = async (key: string): Promise<number | undefined> => (await results.keep(key, () => some(++made), octets, null))[0];
  expect([await get('a'), await get('b'), await get('a')]).toEqual([1, 2, 1]);
  // c takes the room of b, which was used before a.
  expect([await get('c'), await get('a'), await get('b')]).toEqual([3, 1, 4]);
});

test('what fails or is larger than the budget is not kept', async () => {
  const results = createResults(null, 33);
  await expect(results.keep('a', () => Promise.reject<string>(new Error('no')), text, null)).rejects.toThrow('no');
  expect((await results.keep('b', () => some(1), octets, null))[0]).toBe(1);
  expect((await results.keep('b', () => some(2), octets, null))[0]).toBe(2);
});

const artifacts = createArtifacts(Promise.resolve(memoryShelf()));
const after = (origin: string, slowMs = 0): Results => createResults({ artifacts, origin: () => Promise.resolve(origin), slowMs });
const keep = (results: Results, identity: string | null, value: number): Promise<number> =>
  results.keep('k', () => Promise.resolve(value), number, identity === null ? null : () => Promise.resolve(identity));

test('what took long is found again by another worker, of the same model and for the same identity alone', async () => {
  expect(await keep(after('model'), 'fit', 1)).toBe(1);
  expect(await keep(after('model'), 'fit', 2)).toBe(1);
  expect(await keep(after('other model'), 'fit', 3)).toBe(3);
  expect(await keep(after('model'), 'other fit', 4)).toBe(4);
});

test('what was quick, or is for memory alone, is not', async () => {
  expect(await keep(after('quick', Infinity), 'fit', 1)).toBe(1);
  expect(await keep(after('quick'), null, 2)).toBe(2);
  expect(await keep(after('quick'), 'fit', 3)).toBe(3);
});

test('bytes that another codec wrote are made again', async () => {
  await after('codec').keep(
    'k',
    () => Promise.resolve('words'),
    text,
    () => Promise.resolve('fit'),
  );
  expect(await keep(after('codec'), 'fit', 5)).toBe(5);
  expect(await keep(after('codec'), 'fit', 6)).toBe(5);
});
