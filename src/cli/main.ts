/** `npm run optimize`: the studio's engine on the command line. See `--help`. */

import type { Browser } from 'playwright';
import type { PreviewServer } from 'vite';
import { isInputError, toPlainError, WhittleError } from '../base/errors';
import { FORMS, kindOfName, reportOf } from '../report/index';
import { HELP, readArguments } from './args';
import { readInputs, type Inputs } from './inputs';
import { optimize, type Log, type Run } from './optimize';
import { Outputs } from './outputs';
import { InputProblem, oneLine, reasonOf, RunProblem } from './problem';
import { packageRoot } from './root';
import { sensitivityText } from './sensitivity';
import { runInBrowser } from './in-browser';
import { stopOnSignals, within } from './stop';
import { tableOf } from './table';

/** Longest that the browser and the server may take to close. */
const CLOSE_MS = 10_000;

const log: Log = (line) => console.error(line);

const outputs = new Outputs();
let server: PreviewServer | null = null;
let browser: Browser | null = null;

async function main(argv: readonly string[]): Promise<void> {
  const args = readArguments(argv);
  if (args === 'help') return print(HELP);
  const inputs = readInputs(args);
  // Either takes its time to load: mistakes are told before.
  const run = args.inBrowser ? await inBrowser(inputs, args.limit) : await inProcess(inputs, args.limit);
  const report = reportOf(run.results);
  const [fault] = report.checks.proof?.faults ?? [];
  if (fault === undefined) await run.save((from) => outputs.take(from, inputs.out));
  if (inputs.report !== null) outputs.write(inputs.report, FORMS[kindOfName(inputs.report)].write(report));
  const scan = run.results.sensitivity?.finished ?? null;
  if (inputs.sensitivity !== null && scan !== null) outputs.write(inputs.sensitivity, sensitivityText(inputs.sensitivity, scan));
  outputs.commit();
  await print(tableOf(report), 'The files are written, but ');
  // Told last, where it cannot be overlooked; the report has it too.
  if (fault !== undefined) throw new WhittleError('export-failed', fault, `${inputs.out} was not written.`);
}

async function inProcess(inputs: Inputs, limit: number | null): Promise<Run> {
  const { studioHere } = await import('./in-process');
  return optimize(studioHere(), inputs, limit, log);
}

async function inBrowser(inputs: Inputs, limit: number | null): Promise<Run> {
  const [{ serveStudio }, { startChromium }] = await Promise.all([import('./build'), import('./browser')]);
  server = await serveStudio(packageRoot());
  browser = await startChromium();
  const [url = ''] = server.resolvedUrls?.local ?? [];
  return runInBrowser(browser, url, inputs, limit, log);
}

async function tidy(): Promise<void> {
  outputs.discard();
  await browser?.close();
  await server?.close();
}

/** Resolves once the text has left; a reader that went away or a full disk is told in one line. */
function print(text: string, before = ''): Promise<void> {
  return new Promise((done, failed) => {
    process.stdout.write(`${text}\n`, (cause) => {
      if (!cause) return done();
      const reason = reasonOf(cause);
      failed(new RunProblem(`${before === '' ? 'The' : `${before}the`} text could not be printed: ${reason}.`));
    });
  });
}

function fail(thrown: unknown): number {
  if (thrown instanceof InputProblem || thrown instanceof RunProblem) {
    console.error(oneLine(thrown.message));
    return thrown instanceof InputProblem ? 2 : 1;
  }
  const error = toPlainError(thrown);
  console.error(oneLine(`${error.message} ${error.remedy}`));
  return isInputError(error) ? 2 : 1;
}

// Failed writes are told by the call that made them, and where nobody reads the progress there is nobody to tell.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
const isStopped = stopOnSignals(tidy);
const code = await main(process.argv.slice(2)).then(
  () => 0,
  (thrown: unknown) => (isStopped() ? null : fail(thrown)),
);
if (code !== null) {
  await within(tidy(), CLOSE_MS);
  process.exit(code);
}
