import { expect, test } from 'vitest';
import { compareLatency } from './latency';

const job = { signal: new AbortController().signal, onProgress: () => {} };

test('warm-up is left out, sides take turns and swap order', async () => {
  let clock = 0;
  const log: string[] = [];
  const side = (name: string, ms: (n: number) => number) => {
    let n = 0;
    return () => {
      log.push(name);
      clock += ms(n++);
      return Promise.resolve();
    };
  };
  const a = side('a', (n) => (n < 2 ? 1000 : n - 1));
  const b = side('b', () => 5);
  const [first, second] = await compareLatency([a, b], { warmup: 2, runs: 21, budgetMs: 1e6, now: () => clock }, job);
  // a takes 1..21 ms after its two slow warm-ups.
  expect(first).toEqual({ median: 11, p10: 3, p90: 19, runs: 21, samples: Array.from({ length: 21 }, (_, i) => i + 1) });
  expect(second).toMatchObject({ median: 5, p10: 5, p90: 5, runs: 21 });
  expect(log.slice(0, 8).join('')).toBe('abbaabba');
});

test('a slow side gets one warm-up and the fewest runs', async () => {
  let clock = 0;
  const slow = () => {
    clock += 1000;
    return Promise.resolve();
  };
  const [figures] = await compareLatency([slow], { warmup: 3, runs: 50, budgetMs: 5000, now: () => clock }, job);
  expect(figures?.runs).toBe(20);
  expect(clock).toBe(21_000);
});

test('stops between runs', async () => {
  const controller = new AbortController();
  let runs = 0;
  const side = () => {
    runs += 1;
    controller.abort();
    return Promise.resolve();
  };
  await expect(compareLatency([side], { warmup: 0, runs: 20, budgetMs: 1e6 }, { ...job, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(runs).toBe(1);
});
