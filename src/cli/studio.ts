/** Drives the page as a person would, through the automation it offers on `window.whittle` (src/state/automation.ts). */
import type { Browser, JSHandle, Page } from 'playwright';
import { fromPlainError } from '../base/errors';
import type { Outcome, Sensitivity, SensitivityOptions } from '../engine/protocol/index';
import type { Automation } from '../state/automation';
import type { Inputs } from './inputs';
import type { Results } from './report';

export interface Run {
  readonly results: Results;
  /** null where no scan was asked for. */
  readonly sensitivity: Sensitivity | null;
  /** Saves the exported file at a path, as the page's own download. */
  save(path: string): Promise<void>;
}

/** What `--sensitivity` tries. */
const SCAN: SensitivityOptions = { bits: [2, 3, 4, 6, 8], sparsities: [], samples: 64 };

/** Opens, optimizes, exports, times and scores. Throws the page's own WhittleError where a step fails. */
export async function runInStudio(browser: Browser, url: string, inputs: Inputs, limit: number | null, log: (line: string) => void): Promise<Run> {
  const page = await browser.newPage({ acceptDownloads: true });
  await page.goto(url);
  await page.waitForFunction(() => 'whittle' in window);
  const studio: JSHandle<Automation> = await page.evaluateHandle(() => window.whittle);
  log('Opening the model');
  const modelFiles = await chooseFiles(page, inputs.modelFiles, false);
  const opened = value(await studio.evaluate((whittle, input) => whittle.open([...(input.files ?? [])]), modelFiles));
  let data: Results['data'] = null;
  if (inputs.data) {
    log('Reading the samples');
    const { name, card, folder } = inputs.data;
    const input = await chooseFiles(page, [folder], true);
    data = value(await studio.evaluate((whittle, given) => whittle.setData(given.name, given.card, [...(given.input.files ?? [])]), { name, card, input }));
  }
  value(await studio.evaluate((whittle, recipe) => whittle.loadRecipe(recipe), inputs.recipe));
  log('Running the recipe');
  const exported = value(await studio.evaluate((whittle) => whittle.exportModel()));
  log('Running original and result side by side');
  const measurement = value(await studio.evaluate((whittle, ep) => whittle.measure(ep), inputs.recipe.target));
  log(data ? `Scoring ${limit ?? data.samples} samples` : 'Comparing outputs');
  const evaluation = value(await studio.evaluate((whittle, [n, ep]) => whittle.evaluate(n, ep), [limit, inputs.ep] as const));
  let sensitivity: Sensitivity | null = null;
  if (inputs.sensitivity !== null) {
    log('Scanning the layers');
    sensitivity = value(await studio.evaluate((whittle, options) => whittle.scanSensitivity(options), SCAN));
    const { cells, samples, totalMs, inferenceMs } = sensitivity;
    log(`${cells.length} settings on ${samples} samples in ${(totalMs / 1000).toFixed(1)} s, ${(inferenceMs / 1000).toFixed(1)} s of it inference`);
  }
  let closer: Results['closer'] = null;
  if (inputs.profile) {
    log('Finding where operators run');
    const profile = value(await studio.evaluate((whittle, ep) => whittle.profile(ep), inputs.recipe.target));
    log('Compressing');
    const sizes = value(await studio.evaluate((whittle) => whittle.sizes()));
    closer = { profile, sizes, truth: value(await studio.evaluate((whittle) => whittle.truth())) };
  }
  const environment = value(await studio.evaluate((whittle) => whittle.environment()));
  return {
    sensitivity,
    results: { environment, opened, exported, measurement, evaluation, data, closer },
    async save(path) {
      const [download, outcome] = await Promise.all([page.waitForEvent('download'), studio.evaluate((whittle) => whittle.download())]);
      value(outcome);
      await download.saveAs(path);
    },
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
