import { expect, test } from 'vitest';
import { createResults } from './results';

test('a result is made once, and those used last stay within the budget', async () => {
  const results = createResults(100);
  let made = 0;
  const get = (key: string): Promise<number> =>
    results.keep(
      key,
      () => Promise.resolve(++made),
      () => 40,
    );
  expect([await get('a'), await get('b'), await get('a')]).toEqual([1, 2, 1]);
  // c takes the room of b, which was used before a.
  expect([await get('c'), await get('a'), await get('b')]).toEqual([3, 1, 4]);
});

test('what fails or is larger than the budget is not kept', async () => {
  const results = createResults(100);
  await expect(
    results.keep(
      'a',
      () => Promise.reject(new Error('no')),
      () => 1,
    ),
  ).rejects.toThrow('no');
  expect(
    await results.keep(
      'a',
      () => Promise.resolve(1),
      () => 101,
    ),
  ).toBe(1);
  expect(
    await results.keep(
      'a',
      () => Promise.resolve(2),
      () => 1,
    ),
  ).toBe(2);
});
