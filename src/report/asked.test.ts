import { expect, test } from 'vitest';
import { answerWords, askedWords } from './asked';
import { reportOf } from './report';
import { FULL } from './testing/results';
import type { Asked, Results } from './types';

const plan = (budget: Extract<Asked, { by: 'plan' }>['budget']): Asked => ({ by: 'plan', budget, predictedLoss: 0.0432, needed: 963 });
const answer = (asked: Asked | null, change: Partial<Results> = {}): string | null =>
  answerWords(reportOf({ ...FULL, ...change, asked }))?.replaceAll('\u2009', ' ') ?? null;
const scored = (difference: number, low: number, high: number): Partial<Results> => ({
  evaluation: FULL.evaluation && { ...FULL.evaluation, paired: { worse: 9, better: 5, p: 0.3, difference, interval: { low, high } } },
});

test('a limit of accuracy is answered by the whole interval', () => {
  const points = plan({ kind: 'points', points: 1, samples: null });
  expect(answer(points, scored(-0.2, -0.9, 0.5))).toBe('Yes: top-1 changed by −0.20 points (95 % interval −0.90 to +0.50).');
  expect(answer(points, scored(-4, -6, -2))).toMatch(/^No: top-1 changed by −4\.00/);
  // Within the limit as it stands, but not surely.
  expect(answer(points, scored(-0.8, -2.27, 0.66))).toMatch(/^Undecided, it would take about 970 samples like these to tell: top-1/);
  expect(answer(points, { evaluation: null, data: null })).toBe('Not known: there are no labelled samples.');
  expect(answer(points, { evaluation: null })).toBe('Not known: the file was not scored.');
});

test('a size is answered by the written file, bits by the layers', () => {
  expect(answer({ by: 'best', goal: { kind: 'bytes', bytes: 1_400_000 } })).toBe('Yes: the file takes 1.30 MB.');
  expect(answer(plan({ kind: 'bytes', bytes: 1_300_000 }))).toBe('No: the file takes 1.30 MB.');
  expect(answer(plan({ kind: 'bytes', bytes: 1_400_000 }), { exported: null })).toBe('Not known: the file was not written.');
  expect(answer({ by: 'best', goal: { kind: 'bits', bits: 8 } })).toBe('Yes: 1 weight takes 8 bits or fewer; 1 other stays as it was.');
  expect(answer({ by: 'best', goal: { kind: 'bits', bits: 4 } })).toBe('No: 1 weight takes more than 4 bits; 1 other stays as it was.');
});

test('a time is answered by the interval of its ratio on WASM, a loss by the plan', () => {
  const time = plan({ kind: 'time', ratio: 0.8 });
  // Timed there: 31.1 ms against 31.
  expect(answer(time)).toMatch(/^No: 1\.00× the original's time/);
  expect(answer(time, { measurements: FULL.measurements.slice(0, 1) })).toBe('Not known: no inference was timed on WASM.');
  expect(answer(plan({ kind: 'loss', loss: 0.05 }))).toBe('Yes: they add up to 0.0432.');
  expect(answer(plan({ kind: 'loss', loss: 0.04 }))).toMatch(/^No/);
});

const words = (asked: Asked | null): string => askedWords(reportOf({ ...FULL, asked }));

test('what was asked for, in words; a recipe set by hand was asked for by nothing else', () => {
  expect(words(plan({ kind: 'points', points: 1, samples: null }))).toBe(
    'Bits for each layer, so that top-1 accuracy falls by at most 1 point.',
  );
  expect(words(plan({ kind: 'time', ratio: 0.8 }))).toContain("at most 0.80× the original's time");
  expect(words({ by: 'best', goal: { kind: 'bits', bits: 4 } })).toBe('The recipe that loses least with weights of 4 bits.');
  expect(words(null)).toMatch(/^Nothing but this recipe/);
  expect(answer(null)).toBeNull();
});
