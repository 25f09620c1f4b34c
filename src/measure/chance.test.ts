import { expect, test } from 'vitest';
import { binomialTail } from '../base/stats';
import { uniform } from '../base/random';
import { ChanceTally, type ChanceFigures } from './chance';

/** The figures of pairs of label and answer. */
function figures(pairs: readonly (readonly [label: number, answer: number])[], classes: number, tries = 1): ChanceFigures {
  const tally = new ChanceTally();
  for (const [label, answer] of pairs) tally.add(label, answer);
  return tally.result(classes, tries);
}

const repeat = (label: number, answer: number, times: number): (readonly [number, number])[] =>
  Array.from({ length: times }, () => [label, answer]);

test('the tail of the binomial distribution is exact', () => {
  // 176 / 1024: the upper three of ten tosses, and more of them by 1 - 11 / 1024.
  expect(binomialTail(7, 10, 0.5)).toBeCloseTo(176 / 1024, 14);
  expect(binomialTail(2, 10, 0.5)).toBeCloseTo(1 - 11 / 1024, 14);
  expect(binomialTail(3, 500, 0.001)).toBeCloseTo(1 - 0.999 ** 500 - 500 * 0.001 * 0.999 ** 499 - 124_750 * 1e-6 * 0.999 ** 498, 12);
  expect([binomialTail(0, 5, 0.1), binomialTail(6, 5, 0.1), binomialTail(1, 5, 0), binomialTail(5, 5, 1)]).toEqual([1, 0, 0, 1]);
  // 0.5 ** 5000 is no double.
  expect(binomialTail(2500, 5000, 0.5)).toBeCloseTo(0.5056, 4);
});

test('no hits, few hits and hits as frequent as guesses are chance; many are not', () => {
  const random = uniform(7);
  const guesses = Array.from({ length: 500 }, (_, i) => [i % 10, Math.floor(random() * 10)] as const);
  expect(figures(guesses, 10)).toMatchObject({ told: false, samples: 500, labels: 10 });
  expect(figures(repeat(0, 3, 250).concat(repeat(1, 3, 250)), 1000)).toMatchObject({ told: false, hits: 0, p: 1, expected: 0.001 });
  expect(figures([...repeat(0, 0, 20), ...repeat(1, 1, 20)], 2)).toMatchObject({ told: true, hits: 40, expected: 0.5 });
  expect(figures([...repeat(0, 0, 2), ...repeat(1, 1, 1)], 2).told).toBe(false);
});

test('one answer for everything is as right as its class is frequent, however many classes the model has', () => {
  for (const classes of [2, 10, 1000]) {
    const constant = figures([...repeat(4, 4, 450), ...repeat(1, 4, 50)], classes);
    expect(constant).toMatchObject({ told: false, hits: 450, expected: 0.9 });
  }
  // As many hits by answers that follow the labels.
  expect(figures([...repeat(4, 4, 420), ...repeat(4, 1, 30), ...repeat(1, 1, 30), ...repeat(1, 4, 20)], 10).told).toBe(true);
});

test('labels of one class tell only where the model had many to choose from', () => {
  expect(figures(repeat(3, 3, 100), 2)).toMatchObject({ told: false, p: 0.5, labels: 1 });
  expect(figures(repeat(3, 3, 100), 10)).toMatchObject({ told: false, p: 0.1 });
  expect(figures(repeat(3, 3, 100), 1000)).toMatchObject({ told: true, p: 0.001 });
});

test('the best of several tries must beat the best of as many guesses', () => {
  const pairs = [...repeat(0, 0, 6), ...repeat(1, 1, 5)];
  expect(figures(pairs, 2)).toMatchObject({ told: true });
  expect(figures(pairs, 2, 30)).toMatchObject({ told: false });
});
