import { describe, expect, it } from 'vitest';
import { columnsOf, formatLoss, heatOf, lossOf } from './heat';

const CELL = { kl: null, sqnrDb: 20 } as const;

describe('heat table', () => {
  it('has the gentlest setting first', () => {
    expect(columnsOf({ bits: [2, 8, 4], sparsities: [0.9, 0.5] }).map((c) => c.label)).toEqual(['8 bits', '4 bits', '2 bits', '50 % zero', '90 % zero']);
  });

  it('colours by KL, and by noise over signal where there are no classes', () => {
    expect(lossOf(CELL)).toBeCloseTo(0.01, 12);
    expect(lossOf({ ...CELL, kl: 0.4 })).toBe(0.4);
    expect(lossOf({ ...CELL, sqnrDb: null })).toBe(0);
  });

  it.each([
    [0, 0, '0'],
    [0.00002, 0, '2e−5'],
    [0.005, 1, '0.005'],
    [0.0299, 2, '0.030'],
    [0.03, 3, '0.030'],
    [0.41, 4, '0.410'],
    [12.34, 4, '12.3'],
  ])('%d is step %d and reads %s', (loss, step, text) => {
    expect(heatOf(loss)).toBe(step);
    expect(formatLoss(loss)).toBe(text);
  });
});
