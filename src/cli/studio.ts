/** Drives the page as a person would, through the automation it offers on `window.whittle` (src/state/automation.ts). */
import type { Browser, JSHandle, Page } from 'playwright';
import { chanceRemedy, chanceWords } from '../base/chance-words';
import { fromPlainError, WhittleError } from '../base/errors';
import { counted } from '../base/plural';
import type { Evaluation, Outcome, Sensitivity, SensitivityOptions } from '../engine/protocol/index';
import { contradictionsOf } from '../recipe/contradictions';
import { usesSamples } from '../recipe/steps';
import type { Results } from '../report/index';
import type { Automation } from '../state/automation';
import type { Inputs } from './inputs';
import { oneLine, RunProblem } from './problem';

export interface Run {
  readonly results: Results;
  /** Saves the exported file as the page's own download; returns where the browser put it. */
  save(): Promise<string>;
}

type Studio = JSHandle<Automation>;
type Log = (line: string) => void;

/** What `--sensitivity` tries. */
const SCAN: SensitivityOptions = { bits: [2, 3, 4, 6, 8], sparsities: [], samples: 64 };

/**
 * Opens, optimizes, exports, times and scores. Throws the page's own WhittleError where a step fails, and RunProblem where the browser ends
 * or the page does, naming the step.
 */
export async function runInStudio(browser: Browser, url: string, inputs: Inputs, limit: number | null, log: Log): Promise<Run> {
  let step = 'Starting the page';
  const told: Log = (line) => {
    step = line;
    log(line);
  };
  const lost = (what: string): RunProblem =>
    new RunProblem(`${what} while at work (${step}): it may have run out of memory, or was ended. Nothing was written.`);
  let crashed = false;
  try {
    const page = await browser.newPage({ acceptDownloads: true });
    const crash = new Promise<never>((_, reject) => {
      browser.on('disconnected', () => reject(lost('Chromium ended')));
      page.on('crash', () => {
        crashed = true;
        reject(lost("Chromium's page ended"));
      });
    });
    // Also where the work fails first.
    crash.catch(() => undefined);
    const run = await Promise.race([work(page, url, inputs, limit, told), crash]);
    return { ...run, save: () => Promise.race([run.save(), crash]) };
  } catch (cause) {
    if (cause instanceof WhittleError || cause instanceof RunProblem) throw cause;
    if (!browser.isConnected()) throw lost('Chromium ended');
    if (crashed) throw lost("Chromium's page ended");
    throw cause;
  }
}

async function work(page: Page, url: string, inputs: Inputs, limit: number | null, log: Log): Promise<Run> {
  await openPage(page, url);
  const studio: Studio = await page.evaluateHandle(() => window.whittle);
  log('Opening the model');
  const chosen = await chooseFiles(
    page,
    inputs.modelFiles.map(({ path }) => path),
    false,
  );
  const names = inputs.modelFiles.map(({ name }) => name);
  const opened = value(
    await studio.evaluate((whittle, given) => whittle.open([...(given.chosen.files ?? [])], given.names), { chosen, names }),
  );
  const data = inputs.data === null ? null : await addSamples(studio, page, inputs, inputs.data, limit, log);
  const recipe = value(await studio.evaluate((whittle, given) => whittle.loadRecipe(given), inputs.recipe));
  for (const { words } of contradictionsOf(recipe, opened.layers)) log(`  ${words}`);
  // Told before anything learns from them; else by the score, which is made anyway.
  const learns = data?.labelled === true && recipe.passes.some(usesSamples);
  if (learns) {
    log('Scoring the original');
    await tellDoubt(studio, inputs, value(await studio.evaluate((whittle) => whittle.scoreOriginal())), log);
  }
  log('Running the recipe');
  const exported = value(await studio.evaluate((whittle) => whittle.exportModel()));
  const figures = exported.proof.runnable ? await figuresOf(studio, inputs, data?.split.scored ?? null, log) : NOTHING;
  if (!learns && figures.evaluation) await tellDoubt(studio, inputs, figures.evaluation, log);
  if (!exported.proof.runnable)
    log(
      `Not run: ${exported.proof.reason ?? ''}` +
        (inputs.sensitivity === null ? '' : ` ${inputs.sensitivity} is not written: a scan of layers needs runs.`),
    );
  const environment = value(await studio.evaluate((whittle) => whittle.environment()));
  return {
    results: { recipe, date: new Date(), environment, opened, data, preview: null, exported, asked: null, tried: [], ...figures },
    async save() {
      const [download, outcome] = await Promise.all([page.waitForEvent('download'), studio.evaluate((whittle) => whittle.download())]);
      value(outcome);
      const failure = await download.failure();
      if (failure !== null)
        throw new RunProblem(`Chromium could not save the file (${oneLine(failure)}): is the disk of its temporary folder full?`);
      return download.path();
    },
  };
}

/** Reads the samples, by their card or by one that is proposed and searched for its preset, and tells what was found. */
async function addSamples(
  studio: Studio,
  page: Page,
  { calibration, limits }: Inputs,
  { name, card, path, isFolder }: NonNullable<Inputs['data']>,
  limit: number | null,
  log: Log,
): Promise<NonNullable<Results['data']>> {
  log('Reading the samples');
  value(await studio.evaluate((whittle, given) => whittle.setLimits(given), limits));
  const input = await chooseFiles(page, [path], isFolder);
  const given = { name, card, input, split: { calibration, scored: limit ?? Number.MAX_SAFE_INTEGER } };
  const { data, said } = value(
    await studio.evaluate(async (whittle, { name: title, card: own, input: { files }, split }) => {
      if (own === null) return whittle.addData([...(files ?? [])], split);
      const read = await whittle.setData(title, own, [...(files ?? [])], split);
      return read.ok ? { ok: true as const, value: { data: read.value, said: [] } } : read;
    }, given),
  );
  for (const line of said) log(`  ${line}`);
  if (data.problems.count > 0) log(`  ${data.problems.count} left out, the first: ${data.problems.first[0] ?? ''}`);
  return data;
}

/**
 * Tells where the original's answers cannot be told from chance, and, of a card that was given, which preset would do: it is not changed.
 */
async function tellDoubt(studio: Studio, { data }: Inputs, { chance }: Pick<Evaluation, 'chance'>, log: Log): Promise<void> {
  if (chance?.told !== false) return;
  log(`Warning: ${chanceWords(chance)}. Passes that learn from samples prepared wrongly learn what is wrong. ${chanceRemedy(chance)}`);
  // Samples without a card were searched already.
  if (!data?.card || data.card.format === 'tensors') return;
  log('Looking for the preset');
  const found = await studio.evaluate((whittle) => whittle.findPreset());
  if (!found.ok) return log(`  not found: ${found.error.message}`);
  const { better, verdict } = found.value;
  log(
    better === null
      ? `  ${verdict}`
      : `Warning: the card stays as it was given, but another preset is clearly better. ${verdict} Its input: ` +
          `${JSON.stringify(better.card.input)}${better.offset === 0 ? '' : `, label offset ${better.offset}`}`,
  );
}

type Figures = Pick<
  Results,
  'measurements' | 'evaluation' | 'sensitivity' | 'originalCheck' | 'profile' | 'sizes' | 'throughput' | 'forms' | 'truth'
>;

/** Of a file that cannot be run here: weights are written without a run where nothing needs one. */
const NOTHING: Figures = {
  measurements: [],
  evaluation: null,
  sensitivity: null,
  originalCheck: null,
  profile: null,
  sizes: null,
  throughput: null,
  forms: null,
  truth: null,
};

/** Everything that takes a run. @param scored how many samples are scored; null without data. */
async function figuresOf(studio: Studio, inputs: Inputs, scored: number | null, log: Log): Promise<Figures> {
  log('Running original and result side by side');
  const measurement = value(await studio.evaluate((whittle, ep) => whittle.measure(ep), inputs.recipe.target));
  log(scored === null ? 'Comparing outputs' : `Scoring ${counted(scored, 'sample')}`);
  const evaluation = value(await studio.evaluate((whittle, ep) => whittle.evaluate(null, ep), inputs.ep));
  const sensitivity = inputs.sensitivity === null ? null : await scan(studio, log);
  return { measurements: [measurement], evaluation, sensitivity, ...(await lookCloser(studio, inputs, log)) };
}

/** Throws RunProblem where the built page does not start. */
async function openPage(page: Page, url: string): Promise<void> {
  try {
    await page.goto(url);
    await page.waitForFunction(() => 'whittle' in window);
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new RunProblem(`The page does not start (${reason}). Remove the folder dist and try again.`);
  }
}

async function scan(studio: Studio, log: Log): Promise<Results['sensitivity']> {
  log('Scanning the layers');
  const finished: Sensitivity = value(await studio.evaluate((whittle, options) => whittle.scanSensitivity(options), SCAN));
  const { recipe, options, cells, samples, totalMs, inferenceMs } = finished;
  log(
    `${counted(cells.length, 'setting')} on ${counted(samples, 'sample')} in ` +
      `${(totalMs / 1000).toFixed(1)} s, ${(inferenceMs / 1000).toFixed(1)} s of it inference`,
  );
  return { recipe, options, cells, finished };
}

/** What `--report` and `--profile` add. A step that fails is told and left out: the file is written all the same. */
async function lookCloser(
  studio: Studio,
  { report, profile: everything, recipe: { target } }: Inputs,
  log: Log,
): Promise<Pick<Results, 'originalCheck' | 'profile' | 'sizes' | 'throughput' | 'forms' | 'truth'>> {
  const known = async <T>(wanted: boolean, what: string, step: () => Promise<Outcome<T>>): Promise<T | null> => {
    if (!wanted) return null;
    log(what);
    const outcome = await step();
    if (!outcome.ok) log(`  not measured: ${outcome.error.message}`);
    return outcome.ok ? outcome.value : null;
  };
  const closer = report !== null || everything;
  return {
    originalCheck: await known(closer, "Comparing the original's backends", () => studio.evaluate((whittle) => whittle.checkBackends())),
    profile: await known(closer, 'Finding where operators run', () => studio.evaluate((whittle, ep) => whittle.profile(ep), target)),
    sizes: await known(closer, 'Compressing', () => studio.evaluate((whittle) => whittle.sizes())),
    throughput: await known(everything, 'Timing batches', () => studio.evaluate((whittle, ep) => whittle.throughput(ep), target)),
    forms: await known(everything, 'Comparing forms', () => studio.evaluate((whittle) => whittle.compareForms())),
    // Speaks from all of the above: the last.
    truth: await known(closer, 'Putting it into words', () => studio.evaluate((whittle) => whittle.truth())),
  };
}

/** Hands files over by a file input of the command's own, so that nothing is encoded and a large model is never copied. */
async function chooseFiles(page: Page, paths: readonly string[], folder: boolean): Promise<JSHandle<HTMLInputElement>> {
  const input = await page.evaluateHandle((whole) => {
    const made = document.createElement('input');
    return Object.assign(made, { type: 'file', multiple: true, hidden: true, webkitdirectory: whole });
  }, folder);
  await input.asElement()?.setInputFiles(folder ? (paths[0] ?? []) : [...paths]);
  return input;
}

/** What the page answered; its error comes back as the WhittleError it was. */
function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw fromPlainError(outcome.error);
}
