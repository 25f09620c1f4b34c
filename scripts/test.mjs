/**
 * Runs every check in turn and sums the tests at the end: types, format, lint, the import table, unit tests (shaders too, on Dawn), the
 * production build, its first-load budget, and the end-to-end tests in Chromium. With "unit": the unit tests alone.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closingLines, countE2e, countUnit, missing } from './count.mjs';
import { ensureBrowser } from './ensure-browser.mjs';

const unitOnly = process.argv[2] === 'unit';
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

const failures = [];
const times = [];
function run(title, command, ...args) {
  console.log(`\n== ${title}`);
  const from = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  times.push(`${title} ${((performance.now() - from) / 1000).toFixed(0)} s`);
  if (status !== 0) failures.push(title);
  return status === 0;
}

function reportIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

if (!unitOnly) {
  run('types', 'npm', 'run', '--silent', 'typecheck');
  run('format', 'npm', 'run', '--silent', 'formatted');
  run('lint', 'npm', 'run', '--silent', 'lint');
  run('import table', 'npm', 'run', '--silent', 'architecture');
}
run('unit tests', 'npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`);
if (!unitOnly && run('build', 'npm', 'run', '--silent', 'build')) {
  run('first-load budget', 'npm', 'run', '--silent', 'budget');
  run('end to end', 'npx', 'playwright', 'test', '--reporter=list,json');
}

const unit = countUnit(reportIn(unitReport));
const e2e = unitOnly ? null : countE2e(reportIn(e2eReport));
rmSync(reports, { recursive: true });
failures.push(...missing(unit, e2e));

console.log(failures.length > 0 ? `\nFailed: ${failures.join(', ')}` : '\nEvery check passed.');
console.log(`Times: ${times.join(', ')}`);
console.log(`Tests on the GPU: ${unit.gpu}${e2e === null ? '' : `; end to end: ${e2e.passed}`}`);
for (const line of closingLines(unit, e2e)) console.log(line);
process.exit(failures.length > 0 ? 1 : 0);
