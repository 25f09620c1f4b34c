import { expect, test } from 'vitest';
import { deferred } from './deferred';
import { Semaphore } from './semaphore';

test('what fits runs together, what is too heavy alone, in the order asked; a failure gives its share back', async () => {
  const semaphore = new Semaphore(10);
  const log: string[] = [];
  const ends = new Map<string, ReturnType<typeof deferred<void>>>();
  const run = (name: string, weight: number): Promise<void> => {
    const end = deferred<void>();
    ends.set(name, end);
    return semaphore.run(weight, () => {
      log.push(name);
      return end.promise;
    });
  };
  const all = [run('a', 4), run('b', 6), run('heavy', 99), run('c', 1)];
  const settled = Promise.allSettled(all);
  await Promise.resolve();
  expect(log).toEqual(['a', 'b']);
  ends.get('a')?.reject(new Error('failed'));
  await expect(all[0]).rejects.toThrow('failed');
  expect(log).toEqual(['a', 'b']);
  ends.get('b')?.resolve();
  await all[1];
  await Promise.resolve();
  expect(log).toEqual(['a', 'b', 'heavy']);
  ends.get('heavy')?.resolve();
  ends.get('c')?.resolve();
  await settled;
  expect(log).toEqual(['a', 'b', 'heavy', 'c']);
});
