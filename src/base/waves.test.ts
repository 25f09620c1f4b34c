import { expect, test } from 'vitest';
import { inWaves } from './waves';

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0);
  });

test('waves hold what fits, start after each other and give results in order', async () => {
  const log: string[] = [];
  const results = await inWaves(
    [3, 3, 5, 20, 1, 1],
    (size) => size,
    8,
    async (size) => {
      log.push(`+${size}`);
      await turn();
      log.push(`-${size}`);
      return size * 2;
    },
  );
  expect(log).toEqual(['+3', '+3', '-3', '-3', '+5', '-5', '+20', '-20', '+1', '+1', '-1', '-1']);
  expect(results).toEqual([6, 6, 10, 40, 2, 2]);
  expect(await inWaves([], () => 1, 8, turn)).toEqual([]);
});

test('a failure is thrown when its wave has ended, and nothing starts after it', async () => {
  const log: number[] = [];
  const run = inWaves(
    [1, 2, 3, 4],
    () => 1,
    3,
    async (item) => {
      if (item === 1) throw new Error('one');
      await turn();
      log.push(item);
    },
  );
  await expect(run).rejects.toThrow('one');
  expect(log).toEqual([2, 3]);
});
