import { expect, test } from 'vitest';
import { holm, mcnemarExact, mcnemarMidP, pairedDifference, pairedFigures } from './paired';

test('McNemar mid-p against published values and SciPy', () => {
  // Fagerland et al. 2013, airway hyper-responsiveness of 21 children: 0.039.
  expect(mcnemarMidP(1, 7)).toBeCloseTo(0.0390625, 12);
  // scipy.stats.binom: 2 cdf(k) - pmf(k).
  expect(mcnemarMidP(6, 16)).toBeCloseTo(0.03468966484069824, 12);
  expect(mcnemarMidP(59, 6) / 2.7258031986068867e-12).toBeCloseTo(1, 9);
  expect(mcnemarMidP(12, 2)).toBeCloseTo(0.00738525390625, 12);
  expect(mcnemarMidP(31, 30)).toBeCloseTo(0.8990763136528592, 12);
  expect(mcnemarMidP(1500, 1300) / 0.00015653518887838352).toBeCloseTo(1, 8);
  expect(mcnemarMidP(0, 1)).toBe(0.5);
  expect(mcnemarMidP(2, 2)).toBeCloseTo(1 - 6 / 16 / 2, 14);
  expect(mcnemarMidP(0, 0)).toBe(1);
  expect(mcnemarMidP(7, 1)).toBe(mcnemarMidP(1, 7));
});

test('the exact test against SciPy, and its correction for several', () => {
  // 2 P(X <= k) in whole numbers.
  expect(mcnemarExact(1, 7)).toBeCloseTo(0.0703125, 12);
  expect(mcnemarExact(6, 16)).toBeCloseTo(0.052478790283203125, 12);
  expect(mcnemarExact(16, 6)).toBe(mcnemarExact(6, 16));
  expect(mcnemarExact(66, 0) / 2 ** -65).toBeCloseTo(1, 9);
  for (const same of [0, 1, 40]) expect(mcnemarExact(same, same)).toBe(1);
  expect(mcnemarExact(0, 1)).toBe(1);
  // statsmodels.stats.multitest.multipletests(method="holm"): no p value falls below that of a surer test.
  const corrected = holm([0.04, 0.01, 0.03, 0.5]);
  for (const [i, p] of [0.09, 0.04, 0.09, 0.5].entries()) expect(corrected[i]).toBeCloseTo(p, 12);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('the interval of the difference against published values', () => {
  // Fagerland et al. 2014, table of the airway data: -0.286 (-0.507 to -0.026).
  const airways = pairedDifference({ bothRight: 1, better: 1, worse: 7, bothWrong: 12 });
  expect(airways.difference).toBeCloseTo(-0.286, 3);
  expect(airways.low).toBeCloseTo(-0.507, 3);
  expect(airways.high).toBeCloseTo(-0.026, 3);
  // Altman et al. 2000, Statistics with Confidence, table 6.2: 0.122 (0.011 to 0.226).
  const altman = pairedDifference({ bothRight: 14, better: 5, worse: 0, bothWrong: 22 });
  expect(altman.low).toBeCloseTo(0.011, 3);
  expect(altman.high).toBeCloseTo(0.226, 3);
  // A negative correlation is not corrected; a reference in NumPy by the paper's formula.
  const negative = pairedDifference({ bothRight: 3, better: 9, worse: 8, bothWrong: 1 });
  expect(negative.low).toBeCloseTo(-0.31271039499084036, 12);
  expect(negative.high).toBeCloseTo(0.39466571554017144, 12);
});

test('figures in points; none without samples', () => {
  const figures = pairedFigures({ bothRight: 280, better: 5, worse: 20, bothWrong: 195 });
  expect(figures).toMatchObject({ worse: 20, better: 5 });
  expect(figures?.difference).toBeCloseTo(-3, 12);
  expect(figures?.interval.low).toBeCloseTo(-4.975643339817255, 9);
  expect(figures?.interval.high).toBeCloseTo(-1.0194539701655216, 9);
  expect(pairedFigures({ bothRight: 0, better: 0, worse: 0, bothWrong: 0 })).toBeNull();
  // Nothing right on either side: no correlation, and the interval stays as wide as 20 samples allow.
  expect(pairedFigures({ bothRight: 0, better: 0, worse: 0, bothWrong: 20 })?.interval.high).toBeCloseTo(16.1125, 4);
});
