import { expect, test } from 'vitest';
import { judgeLoss } from './limit';

const counts = (bothRight: number, worse: number, better: number, bothWrong: number) => ({ bothRight, worse, better, bothWrong });

// Intervals by Newcombe's method 10 and the fewest samples by counting upwards, computed apart from this code.
test.each([
  ['a gain on many samples', counts(4500, 20, 25, 455), 'passed', 0.1, -0.1721, 0.3737, null],
  ['a loss beyond it', counts(450, 20, 5, 25), 'failed', -3, -5.1722, -1.0237, null],
  ['a small loss on few samples', counts(360, 2, 1, 9), 'undecided', -0.2688, -1.7365, 1.1102, 963],
  ['a loss close to it', counts(360, 4, 1, 7), 'undecided', -0.8065, -2.5241, 0.6789, 14_677],
  ['no change at all on too few', counts(360, 0, 0, 12), 'undecided', 0, -1.0904, 1.0904, 406],
  ['a larger loss that chance may have made', counts(900, 30, 10, 60), 'undecided', -2, -3.3249, -0.7519, 1530],
  ['a loss of the limit itself, which no number decides', counts(95, 1, 0, 4), 'undecided', -1, -5.564, 3.062, null],
] as const)('a limit of 1 point: %s', (_what, falls, verdict, points, low, high, needed) => {
  const judged = judgeLoss(falls, 1);
  expect(judged).toMatchObject({ verdict, needed, samples: Object.values(falls).reduce((a, b) => a + b) });
  expect(judged.points).toBeCloseTo(points, 4);
  expect(judged.interval.low).toBeCloseTo(low, 4);
  expect(judged.interval.high).toBeCloseTo(high, 4);
});

test('the samples that it would take do decide, and one fewer does not', () => {
  const at = [962, 963].map((n) => judgeLoss(counts((360 * n) / 372, (2 * n) / 372, n / 372, (9 * n) / 372), 1).verdict);
  expect(at).toEqual(['undecided', 'passed']);
});

test('without samples there is nothing to judge', () => {
  expect(() => judgeLoss(counts(0, 0, 0, 0), 1)).toThrow(RangeError);
});
