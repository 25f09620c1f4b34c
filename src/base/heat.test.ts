import { describe, expect, it } from 'vitest';
import { columnsOf, formatLoss, heatOf, lossOf, measuresOf, stepsOf } from './heat';

const CELL = { kl: null, sqnrDb: 20, top1: null, top1Before: null, agreement: null } as const;
const FULL = { kl: 0.12, sqnrDb: 20, top1: 96.9, top1Before: 98.4, agreement: 97.5 } as const;

describe('heat table', () => {
  it('has the gentlest setting first', () => {
    expect(columnsOf({ bits: [2, 8, 4], sparsities: [0.9, 0.5] }).map((c) => c.label)).toEqual([
      '8 bits',
      '4 bits',
      '2 bits',
      '50 % zero',
      '90 % zero',
    ]);
  });

  it('colours by KL, and by noise over signal where there are no classes', () => {
    expect(lossOf(CELL)).toBeCloseTo(0.01, 12);
    expect(lossOf({ ...CELL, kl: 0.4 })).toBe(0.4);
    expect(lossOf({ ...CELL, sqnrDb: null })).toBe(0);
  });

  it('has points lost first, and noise over signal only where the outputs are no class scores', () => {
    expect(measuresOf([FULL, CELL]).map(({ id }) => id)).toEqual(['points', 'answers', 'kl', 'noise']);
    expect(measuresOf([{ ...FULL, top1: null }]).map(({ id }) => id)).toEqual(['answers', 'kl']);
    expect(measuresOf([CELL]).map(({ id, valueOf }) => [id, valueOf(CELL)])).toEqual([['noise', 0.01]]);
    expect(measuresOf([])).toEqual([]);
    expect(measuresOf([FULL]).map(({ valueOf, format }) => format(valueOf(FULL) ?? NaN))).toEqual(['1.5', '2.5', '0.120']);
  });

  it.each(measuresOf([FULL, CELL]))('$id is coloured by steps of one factor, each with a range in words', (measure) => {
    const [first, ...others] = measure.bounds;
    const factors = others.map((bound, i) => Math.log10(bound / (measure.bounds[i] ?? NaN)));
    for (const factor of factors) expect(factor).toBeCloseTo(factors[0] ?? NaN, 1);
    expect(measure.bounds.map((bound) => heatOf(measure, bound * 0.99))).toEqual([0, 1, 2, 3]);
    expect([heatOf(measure, -5), heatOf(measure, 0), heatOf(measure, first), heatOf(measure, 1e9)]).toEqual([0, 0, 1, 4]);
    expect(stepsOf(measure)).toHaveLength(5);
  });

  it('tells a loss that changes few answers from ruin', () => {
    const [, , kl] = measuresOf([FULL]);
    if (!kl) throw new Error('There is no KL.');
    expect([heatOf(kl, 0.12), heatOf(kl, 7.4)]).toEqual([3, 4]);
    expect(stepsOf(kl)).toEqual(['under 0.001', '0.001 to 0.01', '0.01 to 0.1', '0.1 to 1', '1 and more']);
  });

  it.each([
    [0, '0'],
    [0.00002, '2e−5'],
    [0.0299, '0.030'],
    [0.41, '0.410'],
    [12.34, '12.3'],
  ])('a loss of %d reads %s', (loss, text) => {
    expect(formatLoss(loss)).toBe(text);
  });

  it('writes a gain with its sign, and what rounds to nothing without one', () => {
    const [points] = measuresOf([FULL]);
    expect([points?.format(-1.56), points?.format(-0.01), points?.format(12.34)]).toEqual(['−1.6', '0.0', '12.3']);
  });
});
