import { expect, test } from 'vitest';
import { areProbabilities, klDivergence, logProbabilities } from './divergence';

const probabilities = (scores: number[], already = false) => Array.from(logProbabilities(scores, already), Math.exp);
const log = (...p: number[]) => Float64Array.from(p, Math.log);

test('softmax of logits, also where exp would overflow', () => {
  // scipy.special.softmax([1, 2, 3])
  const expected = [0.09003057317038046, 0.24472847105479764, 0.6652409557748218];
  for (const shift of [0, 1000, -1000]) {
    for (const [i, p] of probabilities([1 + shift, 2 + shift, 3 + shift]).entries()) expect(p).toBeCloseTo(expected[i] ?? 0, 12);
  }
  expect(probabilities([0, -Infinity])).toEqual([1, 0]);
  expect(probabilities([1, Number.NaN])).toEqual([Number.NaN, Number.NaN]);
});

test('probabilities are recognised and not squashed a second time', () => {
  expect(areProbabilities([0.2, 0.3, 0.5])).toBe(true);
  expect(areProbabilities([0.2, 0.3, 0.6])).toBe(false);
  expect(areProbabilities([-0.5, 0.5, 1])).toBe(false);
  expect(areProbabilities([Number.NaN, 1])).toBe(false);
  expect(probabilities([0.2, 0.3, 0.5], true)[2]).toBeCloseTo(0.5, 12);
  expect(logProbabilities([1, 0], true)[1]).toBeCloseTo(Math.log(2 ** -149), 6);
});

test('KL against SciPy, and its ends', () => {
  // scipy.stats.entropy([0.36, 0.48, 0.16], [1/3, 1/3, 1/3]) and the other way round.
  expect(klDivergence(log(0.36, 0.48, 0.16), log(1 / 3, 1 / 3, 1 / 3))).toBeCloseTo(0.0852996, 6);
  expect(klDivergence(log(1 / 3, 1 / 3, 1 / 3), log(0.36, 0.48, 0.16))).toBeCloseTo(0.097455, 6);
  expect(klDivergence(log(0.5, 0.5), log(0.5, 0.5))).toBe(0);
  expect(klDivergence(log(1, 0), log(0.5, 0.5))).toBeCloseTo(Math.LN2, 12);
  expect(klDivergence(log(0.5, 0.5), Float64Array.of(Number.NaN, Number.NaN))).toBe(Infinity);
});
