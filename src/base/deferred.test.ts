import { expect, test } from 'vitest';
import { deferred } from './deferred';

test('settles from outside, once', async () => {
  const a = deferred<number>();
  a.resolve(1);
  a.reject(new Error('late'));
  expect(await a.promise).toBe(1);
  const b = deferred<number>();
  b.reject(new Error('no'));
  await expect(b.promise).rejects.toThrow('no');
});
