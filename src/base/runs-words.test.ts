import { expect, test } from 'vitest';
import { runsWords } from './runs-words';

test('single runs, and means of several', () => {
  expect(runsWords({ runs: 50, repeats: 1 })).toBe('50 runs');
  expect(runsWords({ runs: 20, repeats: 12 })).toBe('20 timings of 12 runs each');
  expect(runsWords({ runs: 1, repeats: 1 })).toBe('1 run');
});
