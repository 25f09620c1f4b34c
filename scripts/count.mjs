/** What reports of vitest and Playwright say of a run, for the closing lines of scripts/test.mjs. */

/** Part of the titles of tests that need a WebGPU device (src/compute/testing/makers.ts). */
const GPU = 'on the GPU';
/** Ends the titles of tests that were skipped for want of data (src/base/testing/real-data.ts). */
const DATA = '(needs WHITTLE_DATA)';

/** Ends the titles of tests that are skipped where there is no Firefox (e2e/firefox.spec.ts). */
const FIREFOX = '(needs Firefox)';

/** Counts of vitest's JSON report; null, where none was written, counts nothing. */
export function countUnit(report) {
  const tests = (report?.testResults ?? []).flatMap((file) => file.assertionResults);
  const names = (wanted) => tests.filter(({ status }) => wanted(status)).map(({ fullName }) => fullName);
  const skipped = names((status) => status !== 'passed' && status !== 'failed');
  const passed = names((status) => status === 'passed');
  return {
    passed: passed.length,
    failed: names((status) => status === 'failed').length,
    gpu: passed.filter((name) => name.includes(GPU)).length,
    skipped,
  };
}

/**
 * Counts of Playwright's JSON report; a test that passed at a second try has failed. Skipped ones are named, but for those behind a failed
 * one.
 */
export function countE2e(report) {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  return {
    passed: expected,
    failed: unexpected + flaky,
    skipped,
    firefox: specsOf(report)
      .filter(({ title, tests }) => title.endsWith(FIREFOX) && tests.every(({ status }) => status === 'skipped'))
      .map(({ title }) => title),
  };
}

function specsOf(part) {
  return [...(part?.specs ?? []), ...(part?.suites ?? []).flatMap(specsOf)];
}

/** What a run lacks that must not be: it fails, whatever passed. `e2e` is null where end-to-end tests were not asked for. */
export function missing(unit, e2e) {
  return [...(unit.gpu === 0 ? ['no test ran on the GPU'] : []), ...(e2e !== null && e2e.passed === 0 ? ['no end-to-end test ran'] : [])];
}

/** Lines that count and name the skipped tests by their cause, the count of all last. */
export function closingLines(unit, e2e) {
  const data = unit.skipped.filter((name) => name.endsWith(DATA));
  const gpu = unit.skipped.filter((name) => name.includes(GPU));
  const rest = unit.skipped.filter((name) => !data.includes(name) && !gpu.includes(name));
  const lines = [
    [data, 'for want of real data, which WHITTLE_DATA=FOLDER names'],
    [gpu, 'for want of a GPU'],
    [rest, 'for other causes'],
    [e2e?.firefox ?? [], 'for want of Firefox, which FIREFOX_PATH names'],
  ]
    .filter(([names]) => names.length > 0)
    .flatMap(([names, cause]) =>
      [`Skipped ${cause}: ${names.length}`].concat(names.map((name) => `  ${name.replace(DATA, '').replace(FIREFOX, '').trim()}`)),
    );
  const { passed, failed, skipped } = e2e ?? { passed: 0, failed: 0, skipped: 0 };
  return [...lines, `${unit.passed + passed} passed, ${unit.failed + failed} failed, ${unit.skipped.length + skipped} skipped`];
}
