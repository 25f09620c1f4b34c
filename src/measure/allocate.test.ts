import { expect, test } from 'vitest';
import { uniform } from '../base/random';
import { allocationFront, valuesOf, withinLoss, type Allocation, type Choice } from './allocate';

/** The least loss of at most `cost`. */
const withinCost = (front: readonly Allocation[], cost: number) => front.findLast((a) => a.cost <= cost);

/** Every allocation there is. */
function everyOne(layers: readonly (readonly Choice[])[]): { cost: number; loss: number; values: number[] }[] {
  return layers.reduce(
    (all, choices) =>
      all.flatMap((a) => choices.map((c) => ({ cost: a.cost + c.cost, loss: a.loss + c.loss, values: [...a.values, c.value] }))),
    [{ cost: 0, loss: 0, values: [] as number[] }],
  );
}

test('equals brute force for any budget of size or loss', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = uniform(seed);
    const layers = Array.from({ length: 6 }, () => {
      const size = 1 + Math.floor(random() * 50);
      // Not monotone on purpose: measured losses are noisy.
      return [2, 3, 4, 8].map((value) => ({ value, cost: size * value, loss: random() * 2 ** -value }));
    });
    const front = allocationFront(layers);
    const all = everyOne(layers);
    for (let k = 0; k < 20; k++) {
      const cost = random() * 6 * 50 * 8;
      const best = Math.min(...all.filter((a) => a.cost <= cost).map((a) => a.loss));
      expect(withinCost(front, cost)?.loss ?? Infinity).toBeCloseTo(best, 12);
      const loss = random();
      const smallest = Math.min(...all.filter((a) => a.loss <= loss).map((a) => a.cost));
      expect(withinLoss(front, loss)?.cost ?? Infinity).toBe(smallest);
    }
    for (const a of front) {
      const same = all.find((b) => b.values.join() === valuesOf(a).join());
      expect(same?.cost).toBe(a.cost);
      expect(same?.loss).toBeCloseTo(a.loss, 12);
    }
  }
});

test('a budget out of reach gives nothing; infinite losses still have a smallest', () => {
  const front = allocationFront([
    [
      { value: 2, cost: 10, loss: Infinity },
      { value: 4, cost: 20, loss: 0.5 },
    ],
    [{ value: 8, cost: 5, loss: 0 }],
  ]);
  expect(front.map(valuesOf)).toEqual([
    [2, 8],
    [4, 8],
  ]);
  expect(withinCost(front, 14)).toBeUndefined();
  expect(withinCost(front, 15)?.loss).toBe(Infinity);
  expect(withinLoss(front, 0.4)).toBeNull();
  expect(withinLoss(front, 0.5)?.cost).toBe(25);
  expect(allocationFront([]).map(valuesOf)).toEqual([[]]);
});

test('many layers: the thinned front stays within a hundredth of the Lagrangian bound', () => {
  const random = uniform(9);
  const layers = Array.from({ length: 150 }, () => {
    const size = 1000 + Math.floor(random() * 1e6);
    const hurt = random() ** 3;
    return [2, 3, 4, 5, 6, 7, 8].map((value) => ({ value, cost: size * value, loss: hurt * 4 ** -value }));
  });
  const front = allocationFront(layers);
  expect(front.length).toBeLessThanOrEqual(2 ** 12);
  const budget = layers.reduce((n, l) => n + (l[2]?.cost ?? 0), 0);
  const chosen = withinCost(front, budget);
  // For any price of a unit, the least of loss + price * (cost - budget) is below what the best allocation loses.
  let bound = 0;
  for (let e = -25; e < 0; e += 0.01) {
    const price = 10 ** e;
    const least = layers.reduce((sum, l) => sum + Math.min(...l.map((c) => c.loss + price * c.cost)), 0) - price * budget;
    bound = Math.max(bound, least);
  }
  expect(chosen?.cost).toBeLessThanOrEqual(budget);
  expect(chosen?.loss).toBeLessThan(bound * 1.01);
});
