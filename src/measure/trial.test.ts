import { describe, expect, test } from 'vitest';
import { BudgetCache } from '../base/budget-cache';
import { BeforeOutputs } from './before';
import { losesLess, ruinOf, TrialTally, type TrialFigures } from './trial';

const rows = (...values: number[][]) => ({
  y: { type: 'float32', dims: [values.length, values[0]?.length ?? 0], data: Float32Array.from(values.flat()) },
});
const maps = (...values: number[][]) => ({ y: { type: 'float32', dims: [values.length, 2, 2], data: Float32Array.from(values.flat()) } });

function tallied(before: ReturnType<typeof rows>, after: ReturnType<typeof rows>): TrialFigures {
  const known = new BeforeOutputs();
  const samples = before.y.dims[0] ?? 0;
  const reference = known.learn(
    before,
    Array.from({ length: samples }, (_, i) => i),
  );
  const tally = new TrialTally(known, new BudgetCache<Float64Array>(1000));
  for (const [i, after_] of known.split(after, samples).entries()) tally.add(i, null, reference[i] ?? [], after_);
  return tally.result();
}

const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};
const LOGITS = [
  [4, 1, 0],
  [0, 3, 1],
  [1, 0, 5],
  [2, 2.5, 0],
];
const average = LOGITS.map(softmax).reduce((sum, p) => sum.map((v, i) => v + (p[i] ?? 0) / LOGITS.length), [0, 0, 0]);

describe('what a model that ignores its input would lose', () => {
  test('is, for class scores, what giving the mean probabilities to every input loses', () => {
    const same = average.map(Math.log);
    const figures = tallied(rows(...LOGITS), rows(...LOGITS.map(() => same)));
    expect(figures.kl).toBeCloseTo(figures.ignorant ?? 0, 6);
    expect(ruinOf({ ...figures, agreement: 100, ignorant: 2 }, false)).toBeNull();
    const sharper = tallied(rows(...LOGITS), rows(...LOGITS.map(() => [5, 0, 0])));
    expect(ruinOf({ ...sharper, agreement: 100 }, false)).toContain('say no more of the input');
  });

  test('is the variance of other outputs', () => {
    const before = [
      [1, 2, 3, 4],
      [3, 2, 1, 0],
    ];
    const figures = tallied(maps(...before), maps([2, 2, 2, 2.5], [2, 2, 2, 2]));
    expect(figures).toMatchObject({ kl: null, agreement: null, samples: 2 });
    expect(figures.ignorant).toBeCloseTo(6, 6);
    expect(figures.losses[0]).toBeCloseTo(4.25, 6);
    expect(ruinOf(figures, false)).toBeNull();
    expect(ruinOf(tallied(maps(...before), maps([0, 0, 0, 0], [0, 0, 0, 0])), false)).toContain('say no more of the input');
  });

  test('is not known of a single sample', () => {
    expect(tallied(rows([4, 1, 0]), rows([0, 1, 4])).ignorant).toBeNull();
  });
});

describe('ruin', () => {
  const fine: TrialFigures = {
    kl: 0.1,
    sqnrDb: 20,
    top1: null,
    top1Before: null,
    agreement: 90,
    paired: null,
    samples: 4,
    losses: [0.1, 0.1],
    ignorant: 1,
  };

  test.each([
    ['nothing lost', { ...fine, losses: [0, 0], sqnrDb: null }, false, null],
    ['little lost', fine, false, null],
    ['half of the answers kept', { ...fine, agreement: 50 }, false, null],
    ['fewer kept', { ...fine, agreement: 49.9 }, false, 'fewer than 50 %'],
    ['none kept, of made-up inputs', { ...fine, agreement: 0 }, true, 'fewer than 50 %'],
    ['values that are no numbers', { ...fine, losses: [0.1, Infinity] }, true, 'NaN'],
    ['noise of more than half the power, on made-up inputs', { ...fine, sqnrDb: 2.9 }, true, 'noise'],
    ['the same on samples, whose answers tell', { ...fine, sqnrDb: 2.9 }, false, null],
    ['made-up inputs that the original hardly tells apart', { ...fine, ignorant: 0.05 }, true, null],
    ['samples that it no longer tells apart', { ...fine, ignorant: 0.05 }, false, 'say no more'],
  ] as const)('%s', (_what, figures, madeUp, words) => {
    const ruin = ruinOf(figures, madeUp);
    if (words === null) expect(ruin).toBeNull();
    else expect(ruin).toContain(words);
  });
});

const loses = (a: number[], b: number[]): boolean => losesLess({ losses: a }, { losses: b });

describe('one recipe loses less than another', () => {
  test('beyond what the samples can tell', () => {
    const base = [1, 2, 3, 4, 5];
    expect(
      loses(
        base.map((v) => v - 1),
        base,
      ),
    ).toBe(true);
    expect(loses([1, 1, 3, 2, 5], [2, 2, 2, 4, 5])).toBe(false);
    expect(loses(base, base)).toBe(false);
    expect(
      loses(
        base.map((v) => v + 1),
        base,
      ),
    ).toBe(false);
  });

  test('where the other one gives no numbers', () => {
    expect(loses([1, 2], [1, Infinity])).toBe(true);
    expect(loses([1, Infinity], [1, 2])).toBe(false);
  });
});
