/** `npm run optimize`: the studio's engine on the command line. See `--help`. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium } from 'playwright';
import { ensureBrowser } from '../../scripts/ensure-browser.mjs';
import { CHROMIUM_FLAGS } from '../../scripts/chromium-flags.mjs';
import { isInputError, toPlainError, WhittleError } from '../base/errors';
import { FORMS, kindOfName, reportOf } from '../report/index';
import { HELP, readArguments } from './args';
import { serveStudio } from './build';
import { readInputs } from './inputs';
import { InputProblem } from './problem';
import { sensitivityText } from './sensitivity';
import { runInStudio } from './studio';
import { tableOf } from './table';

async function main(argv: readonly string[]): Promise<void> {
  const args = readArguments(argv);
  if (args === 'help') {
    console.log(HELP);
    return;
  }
  const inputs = readInputs(args);
  const partial = `${inputs.out}.${process.pid}.part`;
  const server = await serveStudio(resolve(import.meta.dirname, '../..'));
  const browser = await chromium.launch({ executablePath: ensureBrowser().path, args: [...CHROMIUM_FLAGS], ignoreDefaultArgs: ['--headless'] });
  try {
    const [url = ''] = server.resolvedUrls?.local ?? [];
    const run = await runInStudio(browser, url, inputs, args.limit, (line) => console.error(line));
    const report = reportOf(run.results);
    const [fault] = report.checks.proof?.faults ?? [];
    if (fault === undefined) {
      await run.save(partial);
      renameSync(partial, inputs.out);
    }
    if (inputs.report !== null) writeFileSync(inputs.report, FORMS[kindOfName(inputs.report)].write(report));
    const scan = run.results.sensitivity?.finished ?? null;
    if (inputs.sensitivity !== null && scan !== null) writeFileSync(inputs.sensitivity, sensitivityText(inputs.sensitivity, scan));
    console.log(tableOf(report));
    // Told last, where it cannot be overlooked; the report has it too.
    if (fault !== undefined) throw new WhittleError('export-failed', fault, `${inputs.out} was not written.`);
  } finally {
    rmSync(partial, { force: true });
    await browser.close();
    await server.close();
  }
}

function fail(thrown: unknown): void {
  if (thrown instanceof InputProblem) {
    console.error(thrown.message);
    process.exitCode = 2;
    return;
  }
  const error = toPlainError(thrown);
  console.error(`${error.message} ${error.remedy}`.trim());
  process.exitCode = isInputError(error) ? 2 : 1;
}

await main(process.argv.slice(2)).catch(fail);
