import { expect, test } from 'vitest';
import { limitWords } from './limit-words';

test.each([
  [{ verdict: 'passed', needed: null }, 'Passed'],
  [{ verdict: 'failed', needed: null }, 'Failed'],
  [{ verdict: 'undecided', needed: 963 }, 'about 970 samples'],
  [{ verdict: 'undecided', needed: 14_677 }, 'about 15,000 samples'],
  [{ verdict: 'undecided', needed: 7 }, 'about 7 samples'],
  [{ verdict: 'undecided', needed: null }, 'no number of samples'],
] as const)('%o', (judged, words) => {
  expect(limitWords(judged)).toContain(words);
});
