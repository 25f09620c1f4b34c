import { expect, test } from 'vitest';
import { AccuracyTally, argmax, rankOf } from './accuracy';

test('ranks, ties by index, NaN is never right', () => {
  expect(argmax([1, 3, 3, 2])).toBe(1);
  expect(argmax([-Infinity, -Infinity])).toBe(0);
  expect(argmax([1, Number.NaN])).toBe(-1);
  expect([0, 1, 2, 3].map((l) => rankOf([1, 3, 3, 2], l))).toEqual([3, 0, 1, 2]);
  expect(rankOf([1, 2], 2)).toBe(Infinity);
  expect(rankOf([Number.NaN, 2], 1)).toBe(Infinity);
});

test('top-1 and top-5 in percent with the Wilson interval', () => {
  const tally = new AccuracyTally();
  expect(tally.result()).toBeNull();
  const scores = [6, 5, 4, 3, 2, 1];
  for (const label of [0, 0, 0, 1, 4, 5, 5, 2]) tally.add(scores, label);
  const r = tally.result();
  expect(r?.top1).toBe(37.5);
  expect(r?.top5).toBe(75);
  expect(r?.samples).toBe(8);
  // Wilson 95 % for 3 of 8, computed by hand: (0.375 + 0.2401 -+ 1.96 sqrt(0.0293 + 0.0150)) / 1.4802
  expect(r?.top1Interval.low).toBeCloseTo(13.68, 1);
  expect(r?.top1Interval.high).toBeCloseTo(69.43, 1);
  // 6 of 8: (0.75 + 0.2401 -+ 1.96 sqrt(0.0234 + 0.0150)) / 1.4802
  expect(r?.top5Interval.low).toBeCloseTo(40.93, 1);
  expect(r?.top5Interval.high).toBeCloseTo(92.85, 1);
});
