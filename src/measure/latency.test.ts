import { expect, test } from 'vitest';
import { clockStep, compareLatency } from './latency';

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
  expect(first).toEqual({ median: 11, p10: 3, p90: 19, runs: 21, repeats: 1, samples: Array.from({ length: 21 }, (_, i) => i + 1) });
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
  await expect(compareLatency([side], { warmup: 0, runs: 20, budgetMs: 1e6 }, { ...job, signal: controller.signal })).rejects.toMatchObject(
    { name: 'AbortError' },
  );
  expect(runs).toBe(1);
});

/** A clock that goes in steps of `step` ms, and takes a tenth of a microsecond to be read; `run` lets time pass on it. */
function coarseClock(step: number): { readonly now: () => number; readonly run: (ms: number) => () => Promise<void> } {
  let ticks = 0;
  return {
    now: () => {
      ticks += 1;
      return Math.floor(ticks / Math.round(step * 1e4)) * step;
    },
    run: (ms) => () => Promise.resolve(void (ticks += Math.round(ms * 1e4))),
  };
}

test.each([0.005, 0.02, 0.1, 1])('a clock in steps of %s ms is told, and its step is under 1 % of every timing', async (step) => {
  expect(clockStep(coarseClock(step).now)).toBeCloseTo(step, 9);
  const { now, run } = coarseClock(step);
  const options = { warmup: 3, runs: 50, budgetMs: 10_000, now };
  // As it was seen in Firefox: both read "0.20 ms" on a clock of 20 us.
  const [before, after] = await compareLatency([run(0.2113), run(0.1876)], options, job);
  if (!before || !after) throw new Error('Two sides were timed.');
  for (const [side, ms] of [
    [before, 0.2113],
    [after, 0.1876],
  ] as const) {
    expect(side.repeats * ms).toBeGreaterThanOrEqual(100 * step);
    expect(Math.abs(side.median - ms)).toBeLessThan(0.01 * ms);
    for (const sample of side.samples) expect(Math.abs(sample - ms)).toBeLessThan(0.0101 * ms);
  }
});

test('a run that is long on the clock is not repeated, and one of no length at all ends', async () => {
  const { now, run } = coarseClock(0.02);
  const [slow, none] = await compareLatency([run(2.5), run(0)], { warmup: 1, runs: 20, budgetMs: 10_000, now }, job);
  expect(slow?.repeats).toBe(1);
  expect(none?.runs).toBe(20);
  // A clock that stands still between two readings says nothing.
  expect(clockStep(() => 7)).toBe(0);
});

test('a clock too coarse for the budget does not make timings longer than that', async () => {
  const { now, run } = coarseClock(100);
  const [side] = await compareLatency([run(1)], { warmup: 1, runs: 20, minRuns: 10, budgetMs: 2000, now }, job);
  expect(side?.repeats).toBeLessThanOrEqual(300);
});
