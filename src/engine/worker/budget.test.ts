import { describe, expect, test, vi } from 'vitest';
import { allocationFront, valuesOf, type Allocation } from '../../measure/allocate';
import { judgeLoss } from '../../measure/limit';
import type { PairedCounts } from '../../measure/paired';
import { choosePlan } from './budget';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const layers = [1, 2, 3].map((k) => [2, 4, 8].map((value) => ({ value, cost: 100 * value, loss: k / value ** 2 })));
const front = allocationFront(layers);
/** A file has a table of 150 bytes for each bit width in use, and 1,000 bytes of graph. */
const size = (plan: Allocation) => Promise.resolve(1000 + plan.cost + 150 * new Set(valuesOf(plan)).size);
const wholeFile = (bits: number[]) => 1000 + bits.reduce((sum, b) => sum + 100 * b, 0) + 150 * new Set(bits).size;
const lossOfBits = (bits: number[]) => bits.reduce((sum, b, k) => sum + (k + 1) / b ** 2, 0);
const never = () => Promise.reject(new Error('not to be run'));
const fine = { ruin: null };
/** Uneven widths cost dearly once they meet. */
const together = (plan: Allocation) => Promise.resolve({ ...fine, loss: new Set(valuesOf(plan)).size + plan.loss });
/** Losses of layers add up. */
const sum = (plan: Allocation) => Promise.resolve({ ...fine, loss: lossOfBits(valuesOf(plan)) });
const trials = { size, run: sum, judge: never };
const ruined = () => Promise.resolve({ loss: 3, ruin: "it keeps fewer than 50 % of the original's answers" });
// Tables cost much here: a plan of several widths is larger than what its weights save.
const tables = (plan: Allocation) => Promise.resolve(plan.cost + 2000 * new Set(valuesOf(plan)).size);
/** Of 10,000 samples so many points are lost: they turn from right to wrong. */
const losing = (points: number, samples = 10_000): PairedCounts => ({
  bothRight: samples * (0.9 - points / 100),
  worse: (samples * points) / 100,
  better: 0,
  bothWrong: samples * 0.1,
});
const judging = (pointsOf: (plan: Allocation) => number, samples?: number) =>
  vi.fn((plan: Allocation, points: number) => Promise.resolve(judgeLoss(losing(pointsOf(plan), samples), points)));
// Layers together lose more than the sum of what they lose alone.
const superlinear = (plan: Allocation): number => 10 * plan.loss ** 1.5;

test('bytes: tables that plans share count, and are learned once for each set of bit widths', async () => {
  // Every allocation, with what its file really takes.
  const all = [2, 4, 8].flatMap((a) => [2, 4, 8].flatMap((b) => [2, 4, 8].map((c) => [a, b, c])));
  for (const bytes of [1750, 2000, 2350, 2500, 3000, 4000]) {
    const { plan } = await choosePlan(layers, { kind: 'bytes', bytes }, trials, job);
    expect(await size(plan)).toBeLessThanOrEqual(bytes);
    const best = Math.min(...all.filter((bits) => wholeFile(bits) <= bytes).map(lossOfBits));
    expect(plan.loss).toBeCloseTo(best, 12);
  }
  await expect(choosePlan(layers, { kind: 'bytes', bytes: 1700 }, trials, job)).rejects.toThrow(
    'A file of 1700 bytes cannot be kept: the smallest one, with every layer at its fewest scanned bits, has 1750.',
  );
  let asked = 0;
  const counted = (plan: Allocation) => {
    asked += 1;
    return size(plan);
  };
  await choosePlan(layers, { kind: 'bytes', bytes: 1900 }, { ...trials, size: counted }, job);
  expect(asked).toBeLessThanOrEqual(16);
});

test('bytes: layers that lose more together than alone make the plan that really loses least win', async () => {
  const run = vi.fn(together);
  const { plan, plans } = await choosePlan(layers, { kind: 'bytes', bytes: wholeFile([4, 4, 4]) + 400 }, { ...trials, run }, job);
  expect(valuesOf(plan)).toEqual([4, 4, 4]);
  expect(run).toHaveBeenCalledTimes(plans);
});

test('bytes and loss: ruin is refused, whatever it keeps to', async () => {
  for (const budget of [
    { kind: 'bytes', bytes: 3000 },
    { kind: 'loss', loss: 0.5 },
  ] as const) {
    await expect(choosePlan(layers, budget, { ...trials, run: ruined }, job)).rejects.toMatchObject({
      code: 'bad-recipe',
      message: expect.stringContaining("of the best one, it keeps fewer than 50 % of the original's answers"),
      remedy: expect.stringContaining('stays as it was'),
    });
  }
});

test('loss: the smallest plan', async () => {
  const { plan } = await choosePlan(layers, { kind: 'loss', loss: 0.5 }, trials, job);
  expect(plan).toEqual(front.find((a) => a.loss <= 0.5));
  await expect(choosePlan(layers, { kind: 'loss', loss: 0.01 }, trials, job)).rejects.toMatchObject({ code: 'bad-recipe' });
});

test('loss: the same bits everywhere where that is the smaller file', async () => {
  const cheapest = front.find((a) => a.loss <= 0.6);
  expect(new Set(cheapest && valuesOf(cheapest)).size).toBeGreaterThan(1);
  const { plan } = await choosePlan(layers, { kind: 'loss', loss: 0.6 }, { ...trials, size: tables }, job);
  expect(valuesOf(plan)).toEqual([4, 4, 4]);
});

describe('points', () => {
  test('the smallest plan that is shown to keep them when it is run', async () => {
    const judge = judging(superlinear);
    const { plan, plans } = await choosePlan(layers, { kind: 'points', points: 3, samples: null }, { ...trials, judge }, job);
    expect(plan).toEqual(front.find((a) => judgeLoss(losing(superlinear(a)), 3).verdict === 'passed'));
    expect(judge).toHaveBeenCalledTimes(plans);
    expect(plans).toBeLessThanOrEqual(Math.ceil(Math.log2(front.length)) + 3);
  });

  test('the same bits everywhere, where bits by layer do not keep to it', async () => {
    const judge = judging((plan) => (new Set(valuesOf(plan)).size > 1 ? 9 : valuesOf(plan)[0] === 2 ? 5 : 0.1));
    const { plan } = await choosePlan(layers, { kind: 'points', points: 1, samples: null }, { ...trials, judge }, job);
    expect(valuesOf(plan)).toEqual([4, 4, 4]);
    expect(judge.mock.calls.map(([each]) => valuesOf(each).join())).toEqual(expect.arrayContaining(['2,2,2', '4,4,4']));
  });

  test('where too few samples show it of none, the smallest whose figure keeps to it, which is called undecided', async () => {
    const judge = judging(superlinear, 60);
    const { plan } = await choosePlan(layers, { kind: 'points', points: 3, samples: null }, { ...trials, judge }, job);
    expect(plan).toEqual(front.find((a) => superlinear(a) <= 3));
    expect(await judge(plan, 3)).toMatchObject({ verdict: 'undecided', needed: expect.any(Number) });
  });

  test('none, with what the best of them loses', async () => {
    const refused = choosePlan(layers, { kind: 'points', points: 0.1, samples: null }, { ...trials, judge: judging(superlinear) }, job);
    await expect(refused).rejects.toThrow(
      /A loss of 0.1 points cannot be kept: .* change top-1 by -0.29 points \(95 %: -0\.\d+ to -0\.\d+ on 10,000 samples\)/,
    );
    const unsure = choosePlan(layers, { kind: 'points', points: 0.1, samples: null }, { ...trials, judge: judging(superlinear, 600) }, job);
    await expect(unsure).rejects.toThrow('too few to tell');
  });
});
