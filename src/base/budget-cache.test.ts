import { expect, test } from 'vitest';
import { BudgetCache } from './budget-cache';

test('keeps copies until the budget of bytes is used up, and never replaces one', () => {
  const cache = new BudgetCache<Float32Array>(16);
  const values = Float32Array.of(1, 2);
  cache.add(7, values);
  values[0] = 9;
  cache.add(7, Float32Array.of(3, 4));
  cache.add(8, Float32Array.of(5, 6, 7));
  cache.add(9, Float32Array.of(8, 9));
  expect([7, 8, 9].map((index) => cache.get(index))).toEqual([Float32Array.of(1, 2), undefined, Float32Array.of(8, 9)]);
});
