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

test('where code is still being compiled, timing waits until no side has become faster for a while', async () => {
  let clock = 0;
  const log: number[] = [];
  // Seven milliseconds a run until three seconds are over, then one, as was seen.
  const side = () => {
    const ms = clock < 3000 ? 7 : 1;
    log.push(ms);
    clock += ms;
    return Promise.resolve();
  };
  const options = { warmup: 3, runs: 20, budgetMs: 1e6, now: () => clock };
  const [hasty] = await compareLatency([side], options, job);
  expect(hasty?.median).toBe(7);
  clock = 0;
  const [settled] = await compareLatency([side], { ...options, settleMs: 4000 }, job);
  expect(settled).toMatchObject({ median: 1, p90: 1, runs: 20 });
  expect(clock).toBeGreaterThan(7000);
  expect(clock).toBeLessThan(9000);
  // One that grows faster all the time is not waited for without end.
  clock = 0;
  const faster = () => Promise.resolve(void (clock += 1000 / (1 + clock / 1000)));
  await compareLatency([faster], { ...options, settleMs: 1000 }, job);
  expect(clock).toBeLessThan(12_000);
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
