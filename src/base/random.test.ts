import { expect, test } from 'vitest';
import { draw, uniform } from './random';

test('the same seed gives the same numbers, spread over [0, 1)', () => {
  const [a, b] = [uniform(7), uniform(7)];
  const values = Array.from({ length: 10_000 }, a);
  expect(values.slice(0, 5)).toEqual(Array.from({ length: 5 }, b));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(values.reduce((s, v) => s + v, 0) / values.length).toBeCloseTo(0.5, 2);
});

test('draws are distinct, ascending and even', () => {
  const drawn = draw(100, 30, 1);
  expect(new Set(drawn).size).toBe(30);
  expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
  expect(draw(100, 30, 1)).toEqual(drawn);
  expect(draw(100, 30, 2)).not.toEqual(drawn);
  expect(draw(3, 10, 1)).toEqual([0, 1, 2]);
  // Each of 10 numbers is in 3 of 10 places: over 3,000 draws 900 times, with a deviation of about 25.
  const seen = Array.from({ length: 10 }, () => 0);
  for (let seed = 0; seed < 3000; seed++) for (const i of draw(10, 3, seed)) seen[i] = (seen[i] ?? 0) + 1;
  for (const count of seen) expect(Math.abs(count - 900)).toBeLessThan(110);
});
