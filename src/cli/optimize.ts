/** `whittle optimize`: a smaller model, written whole with its report, or not at all. */
import type { Progress } from '../base/job';
import type { Browser } from 'playwright';
import type { PreviewServer } from 'vite';
import { WhittleError } from '../base/errors';
import type { Run } from '../library/run-task';
import type { Tell } from '../library/studio';
import { FORMS, kindOfName, reportOf } from '../report/index';
import type { OptimizeArguments } from './args';
import { readInputs, type Inputs } from './inputs';
import { Outputs } from './outputs';
import { InputProblem } from './problem';
import { checkoutRoot } from './root';
import { sensitivityText } from './sensitivity';
import { tableOf } from './table';
import type { Voice } from './voice';

const outputs = new Outputs();
let server: PreviewServer | null = null;
let browser: Browser | null = null;

/** Throws InputProblem, RunProblem and the WhittleError of what fails; nothing is written then. */
export async function optimizeCommand(args: OptimizeArguments, voice: Voice): Promise<void> {
  const inputs = readInputs(args);
  // Either takes its time to load: mistakes are told before.
  const run = await (args.inBrowser ? inBrowser(inputs, voice.tell) : inProcess(inputs, voice.tell));
  const report = reportOf(run.results);
  const [fault] = report.checks.proof?.faults ?? [];
  const written: Record<string, string> = {};
  if (fault === undefined) {
    await run.save((from) => outputs.take(from, inputs.out));
    written['out'] = inputs.out;
  }
  if (inputs.report !== null) {
    outputs.write(inputs.report, FORMS[kindOfName(inputs.report)].write(report));
    written['report'] = inputs.report;
  }
  const scan = run.results.sensitivity?.finished ?? null;
  if (inputs.sensitivity !== null && scan !== null) {
    outputs.write(inputs.sensitivity, sensitivityText(inputs.sensitivity, scan));
    written['sensitivity'] = inputs.sensitivity;
  }
  outputs.commit();
  await voice.result(tableOf(report), { command: 'optimize', files: written, report }, 'The files are written, but ');
  // Told last, where it cannot be overlooked; the report has it too.
  if (fault !== undefined) throw new WhittleError('export-failed', fault, `${inputs.out} was not written.`);
}

/** Leaves nothing of a run that did not come to its end. */
export async function tidy(): Promise<void> {
  outputs.discard();
  await browser?.close();
  await server?.close();
}

async function inProcess({ modelFiles, task }: Inputs, tell: Tell): Promise<Run> {
  tell({ event: 'step', words: 'Opening the model' });
  const { openStudio, optimize } = await import('../library/run');
  const onProgress = (progress: Progress): void => tell({ event: 'progress', ...progress });
  const studio = openStudio({ signal: new AbortController().signal, onProgress }, task.measured !== 'nothing');
  return optimize(studio, await studio.open(modelFiles), task, tell);
}

async function inBrowser(inputs: Inputs, tell: Tell): Promise<Run> {
  const root = checkoutRoot();
  if (root === null)
    throw new InputProblem('--in-browser runs the built page, which this install does not hold: it needs a checkout of Whittle.');
  const [{ serveStudio }, { startChromium }, { runInBrowser }] = await Promise.all([
    import('./build'),
    import('./browser'),
    import('./in-browser'),
  ]).catch((cause: unknown) => {
    throw new WhittleError('not-installed', 'The page is run by vite and playwright, which are not installed.', 'Run: npm install', {
      cause,
    });
  });
  server = await serveStudio(root);
  browser = await startChromium();
  const [url = ''] = server.resolvedUrls?.local ?? [];
  return runInBrowser(browser, url, inputs, tell);
}
