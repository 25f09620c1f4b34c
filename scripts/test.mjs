/**
 * Runs every check in turn and sums the tests at the end: types, lint, the import table, unit tests (shaders too, on Dawn), the
 * production build, its first-load budget, and the end-to-end tests in Chromium.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './ensure-browser.mjs';

const { path, swiftShader } = ensureBrowser();
console.log(`Chromium: ${path}`);
const reports = mkdtempSync(join(tmpdir(), 'whittle-tests-'));
const unitReport = join(reports, 'unit.json');
const e2eReport = join(reports, 'e2e.json');
const env = {
  ...process.env,
  CHROMIUM_PATH: path,
  ...(swiftShader && !process.env.VK_ICD_FILENAMES ? { VK_ICD_FILENAMES: swiftShader } : {}),
  PLAYWRIGHT_JSON_OUTPUT_NAME: e2eReport,
};

function run(title, command, ...args) {
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  if (status !== 0) failures.push(title);
  return status === 0;
}

const failures = [];
run('types', 'npm', 'run', '--silent', 'typecheck');
run('lint', 'npm', 'run', '--silent', 'lint');
run('import table', 'npm', 'run', '--silent', 'architecture');
run('unit tests', 'npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`);
const built = run('build', 'npm', 'run', '--silent', 'build');
if (built) {
  run('first-load budget', 'npm', 'run', '--silent', 'budget');
  run('end to end', 'npx', 'playwright', 'test', '--pass-with-no-tests', '--reporter=list,json');
}

function counted(file, read) {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
const unit = counted(unitReport, (r) => ({ passed: r.numPassedTests, failed: r.numFailedTests, skipped: r.numPendingTests + r.numTodoTests }));
const e2e = counted(e2eReport, ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }));
rmSync(reports, { recursive: true });

console.log(failures.length > 0 ? `\nFailed: ${failures.join(', ')}` : '\nEvery check passed.');
console.log(`${unit.passed + e2e.passed} passed, ${unit.failed + e2e.failed} failed, ${unit.skipped + e2e.skipped} skipped`);
process.exit(failures.length > 0 ? 1 : 0);
