import { expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { throughputByBatch } from './throughput';

const job = { signal: new AbortController().signal, onProgress: () => {} };

/** A side whose run takes `ms(batch)` on a clock of its own. */
function machine() {
  let time = 0;
  const side = (batch: number, ms: (batch: number) => number) => () => {
    time += ms(batch);
    return Promise.resolve();
  };
  return { side, now: () => time };
}

test('rates are samples a second, and a fixed cost is shared by a larger batch', async () => {
  const { side, now } = machine();
  const { batches, ended } = await throughputByBatch(
    (n) => [side(n, (b) => 10 + b), side(n, (b) => 5 * b)],
    { maxBatch: 8, budgetMs: 1e6, now },
    job,
  );
  expect(batches.map((b) => b.batch)).toEqual([1, 2, 4, 8]);
  expect(batches.map((b) => b.rates[0]?.median)).toEqual([1000 / 11, 2000 / 12, 4000 / 14, 8000 / 18]);
  expect(batches.map((b) => b.rates[1]?.median)).toEqual([200, 200, 200, 200]);
  expect(ended).toContain('8');
});

test('the spread of the rate turns the percentiles of the time round', async () => {
  let clock = 0;
  let n = 0;
  const side = () => {
    clock += (n++ % 10) + 1;
    return Promise.resolve();
  };
  const { batches } = await throughputByBatch(() => [side], { maxBatch: 1, budgetMs: 1e6, now: () => clock }, job);
  const rate = batches[0]?.rates[0];
  expect(rate?.p10).toBeLessThan(rate?.median ?? 0);
  expect(rate?.p90).toBeGreaterThan(rate?.median ?? 0);
});

test('ends at a batch that cannot be run, at the budget, and not at a failure of batch 1', async () => {
  const { side, now } = machine();
  const failing = (n: number) => [
    n < 4 ? side(n, () => 1) : () => Promise.reject(new WhittleError('runtime-failed', 'Got invalid dimensions.')),
  ];
  const cut = await throughputByBatch(failing, { maxBatch: 64, budgetMs: 1e6, now }, job);
  expect(cut.batches.map((b) => b.batch)).toEqual([1, 2]);
  expect(cut.ended).toBe('A batch of 4 cannot be run: Got invalid dimensions.');

  const slow = await throughputByBatch((n) => [side(n, (b) => 1000 * b)], { maxBatch: 64, budgetMs: 20_000, now }, job);
  expect(slow.batches.map((b) => b.batch)).toEqual([1, 2, 4]);
  expect(slow.batches.map((b) => b.rates[0]?.runs)).toEqual([5, 5, 5]);
  expect(slow.ended).toContain('the time was used up');

  await expect(
    throughputByBatch(
      () => [() => Promise.reject(new WhittleError('runtime-failed', 'Broken.'))],
      { maxBatch: 4, budgetMs: 1e6, now },
      job,
    ),
  ).rejects.toThrow('Broken.');
});
