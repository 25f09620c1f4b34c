import { expect, test } from 'vitest';
import { compareLatency, pairedRatio } from './latency';

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

test('a ratio is taken from neighbours, so that a machine that slows down does not tilt it', () => {
  // Both sides slow down fourfold over the runs; b always takes 1.25 times as long as a.
  const a = runsOf(Array.from({ length: 20 }, (_, i) => 10 * 4 ** (i / 19)));
  const b = runsOf(a.samples.map((ms) => ms * 1.25));
  const ratio = pairedRatio(a, b);
  for (const value of Object.values(ratio)) expect(value).toBeCloseTo(1.25, 12);
  // One outlier in twenty moves neither the median nor its interval.
  const jolted = runsOf(b.samples.map((ms, i) => (i === 7 ? ms * 50 : ms)));
  expect(pairedRatio(a, jolted).high).toBeCloseTo(1.25, 12);
});

function runsOf(samples: readonly number[]) {
  return { median: 0, p10: 0, p90: 0, runs: samples.length, samples };
}

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
