import { expect, test } from 'vitest';
import { allocationFront, valuesOf, type Allocation } from '../../measure/allocate';
import { choosePlan } from './budget';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const layers = [1, 2, 3].map((k) => [2, 4, 8].map((value) => ({ value, cost: 100 * value, loss: k / value ** 2 })));
const front = allocationFront(layers);
/** A file has a table of 150 bytes for each bit width in use, and 1,000 bytes of graph. */
const size = (plan: Allocation) => Promise.resolve(1000 + plan.cost + 150 * new Set(valuesOf(plan)).size);
const wholeFile = (bits: number[]) => 1000 + bits.reduce((sum, b) => sum + 100 * b, 0) + 150 * new Set(bits).size;
const lossOfBits = (bits: number[]) => bits.reduce((sum, b, k) => sum + (k + 1) / b ** 2, 0);
const never = () => Promise.reject(new Error('not to be measured'));
/** Uneven widths cost dearly once they meet. */
const together = (plan: Allocation) => Promise.resolve({ loss: new Set(valuesOf(plan)).size + plan.loss, samples: 8 });
/** Losses of layers add up. */
const sum = (plan: Allocation) => Promise.resolve({ loss: lossOfBits(valuesOf(plan)), samples: 8 });

test('bytes: tables that plans share count, and are learned once for each set of bit widths', async () => {
  // Every allocation, with what its file really takes.
  const all = [2, 4, 8].flatMap((a) => [2, 4, 8].flatMap((b) => [2, 4, 8].map((c) => [a, b, c])));
  for (const bytes of [1750, 2000, 2350, 2500, 3000, 4000]) {
    const { plan } = await choosePlan(layers, { kind: 'bytes', bytes }, size, never, sum, job);
    expect(await size(plan)).toBeLessThanOrEqual(bytes);
    const best = Math.min(...all.filter((bits) => wholeFile(bits) <= bytes).map(lossOfBits));
    expect(plan.loss).toBeCloseTo(best, 12);
  }
  await expect(choosePlan(layers, { kind: 'bytes', bytes: 1700 }, size, never, sum, job)).rejects.toThrow('A file of 1700 bytes cannot be kept: the smallest one, with every layer at its fewest scanned bits, has 1750.');
  let asked = 0;
  const counted = (plan: Allocation) => {
    asked += 1;
    return size(plan);
  };
  await choosePlan(layers, { kind: 'bytes', bytes: 1900 }, counted, never, sum, job);
  expect(asked).toBeLessThanOrEqual(16);
});

test('bytes: layers that lose more together than alone make the plan that really loses least win', async () => {
  const { plan, checked } = await choosePlan(layers, { kind: 'bytes', bytes: wholeFile([4, 4, 4]) + 400 }, size, never, together, job);
  expect(valuesOf(plan)).toEqual([4, 4, 4]);
  expect(checked).toMatchObject({ samples: 8, loss: 1 + lossOfBits([4, 4, 4]) });
});

test('loss: the smallest plan', async () => {
  const { plan, measured } = await choosePlan(layers, { kind: 'loss', loss: 0.5 }, size, never, never, job);
  expect(measured).toBeNull();
  expect(plan).toEqual(front.find((a) => a.loss <= 0.5));
  await expect(choosePlan(layers, { kind: 'loss', loss: 0.01 }, size, never, never, job)).rejects.toMatchObject({ code: 'bad-recipe' });
});

test('points: the smallest plan that keeps them when it is run', async () => {
  const runs: number[] = [];
  // Layers together lose more than the sum of what they lose alone.
  const measure = (plan: Allocation) => {
    runs.push(plan.cost);
    return Promise.resolve({ points: -10 * plan.loss ** 1.5, samples: 64 });
  };
  const { plan, measured } = await choosePlan(layers, { kind: 'points', points: 3, samples: 64 }, size, measure, never, job);
  expect(plan).toEqual(front.find((a) => 10 * a.loss ** 1.5 <= 3));
  expect(measured).toEqual({ points: -10 * plan.loss ** 1.5, samples: 64 });
  expect(runs.length).toBeLessThanOrEqual(Math.ceil(Math.log2(front.length)) + 1);
  await expect(choosePlan(layers, { kind: 'points', points: 0.1, samples: 64 }, size, measure, never, job)).rejects.toThrow('change top-1 by -0.29 points');
});
