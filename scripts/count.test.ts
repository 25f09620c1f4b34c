import { expect, test } from 'vitest';
import { closingLines, countE2e, countUnit, missing } from './count.mjs';

const report = (...tests: readonly (readonly [string, string])[]) => ({
  testResults: [{ assertionResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
});
const whole = report(
  ['adds', 'passed'],
  ['sums on the GPU adds', 'passed'],
  ['reads m.onnx (needs WHITTLE_DATA)', 'skipped'],
  ['edges on the GPU', 'pending'],
  ['odd', 'todo'],
  ['breaks', 'failed'],
);

const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
const suite = {
  specs: [spec('passes (needs Firefox)', 'expected')],
  suites: [{ specs: [spec('opens in Firefox (needs Firefox)', 'skipped'), spec('behind a failed one', 'skipped')] }],
};

test('skips are counted and named by their cause, and the last line counts all', () => {
  expect(
    closingLines(countUnit(whole), countE2e({ stats: { expected: 7, unexpected: 1, flaky: 1, skipped: 2 }, suites: [suite] })),
  ).toEqual([
    'Skipped for want of real data, which WHITTLE_DATA=FOLDER names: 1',
    '  reads m.onnx',
    'Skipped for want of a GPU: 1',
    '  edges on the GPU',
    'Skipped for other causes: 1',
    '  odd',
    'Skipped for want of Firefox, which FIREFOX_PATH names: 1',
    '  opens in Firefox',
    '9 passed, 3 failed, 5 skipped',
  ]);
});

test('a run without GPU tests or end-to-end tests lacks something, also where no report was written', () => {
  const some = countE2e({ stats: { expected: 1, unexpected: 0, flaky: 0, skipped: 0 } });
  expect(missing(countUnit(whole), some)).toEqual([]);
  expect(missing(countUnit(whole), null)).toEqual([]);
  expect(
    missing(
      countUnit(report(['adds', 'passed'], ['sums on the GPU', 'skipped'])),
      countE2e({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 9 } }),
    ),
  ).toEqual(['no test ran on the GPU', 'no end-to-end test ran']);
  expect(missing(countUnit(null), countE2e(null))).toHaveLength(2);
  expect(closingLines(countUnit(null), null)).toEqual(['0 passed, 0 failed, 0 skipped']);
});
