import { expect, test } from 'vitest';
import { accuracyWords, formatP, sizeWords, speedWords, timeWords, verdictOf } from './verdict';

test.each([
  { median: 0.8, low: 0.78, high: 0.83, verdict: 'faster', words: 'faster, 0.80× the time' },
  { median: 1.5, low: 1.4, high: 1.6, verdict: 'slower', words: 'slower, 1.50× the time' },
  // Surely different, but by too little.
  { median: 0.97, low: 0.96, high: 0.98, verdict: 'same', words: 'no measurable change' },
  // Far off, but not surely.
  { median: 0.8, low: 0.6, high: 1.01, verdict: 'same', words: 'no measurable change' },
  { median: 1.2, low: 0.99, high: 1.4, verdict: 'same', words: 'no measurable change' },
])('time ratio $median ($low to $high): $words', ({ verdict, words, ...ratio }) => {
  expect(verdictOf(ratio)).toBe(verdict);
  expect(speedWords(ratio)).toBe(words);
});

test('a ratio in full is the same figure', () => {
  expect(timeWords({ median: 1.1401, low: 1.12, high: 1.16 })).toBe("1.14× the original's time (95 % interval 1.12–1.16)");
  expect(speedWords({ median: 1.1401, low: 1.12, high: 1.16 })).toBe('slower, 1.14× the time');
});

test('sizes', () => {
  expect(sizeWords(4000, 1000)).toBe('4.0× smaller');
  expect(sizeWords(1040, 1000)).toBe('1.04× smaller');
  expect(sizeWords(1000, 1020)).toBe('1.02× larger');
  expect(sizeWords(1000, 1001)).toBe('no change');
});

test('accuracies change only where the paired test sees it', () => {
  expect(accuracyWords({ difference: -0.84, p: 0.021 })).toBe('−0.8 pt, p = 0.021');
  expect(accuracyWords({ difference: 2, p: 0.0004 })).toBe('+2.0 pt, p < 0.001');
  expect(accuracyWords({ difference: -3, p: 0.05 })).toBe('no measurable change');
  expect(formatP(0.05)).toBe('p = 0.050');
});
