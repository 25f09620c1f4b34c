/** Drives the page as a person would, through the automation it offers on `window.whittle` (src/state/automation.ts). */
import type { Browser, Page } from 'playwright';
import { WhittleError, type PlainError } from '../base/errors';
import type { Automation } from '../state/automation';
import type { Inputs } from './inputs';
import type { Results } from './report';

declare global {
  interface Window {
    whittle: Automation;
  }
}

export interface Run {
  readonly results: Results;
  /** Saves the exported file at a path, as the page's own download. */
  save(path: string): Promise<void>;
}

export async function runInStudio(browser: Browser, url: string, inputs: Inputs, limit: number | null, log: (line: string) => void): Promise<Run> {
  const page = await browser.newPage({ acceptDownloads: true });
  await page.goto(url);
  await page.waitForFunction(() => 'whittle' in window);
  log('Opening the model');
  await chooseFiles(page, 'model', inputs.modelFiles, false);
  const opened = await call(page, () => window.whittle.open([...(document.querySelector<HTMLInputElement>('#model')?.files ?? [])]));
  let data: Results['data'] = null;
  if (inputs.data) {
    log('Reading the samples');
    await chooseFiles(page, 'data', [inputs.data.folder], true);
    data = await call(
      page,
      ({ name, card }) => window.whittle.setData(name, card, [...(document.querySelector<HTMLInputElement>('#data')?.files ?? [])]),
      { name: inputs.data.name, card: inputs.data.card },
    );
  }
  await call(page, (recipe) => window.whittle.loadRecipe(recipe), inputs.recipe);
  log('Running the recipe');
  const exported = await call(page, () => window.whittle.exportModel());
  log('Running original and result side by side');
  const measurement = await call(page, (ep) => window.whittle.measure(ep), inputs.recipe.target);
  log(data ? `Scoring ${limit ?? data.samples} samples` : 'Comparing outputs');
  const evaluation = await call(page, (n) => window.whittle.evaluate(n), limit);
  const environment = await call(page, () => window.whittle.environment());
  return {
    results: { environment, opened, exported, measurement, evaluation, data },
    async save(path) {
      const [download] = await Promise.all([page.waitForEvent('download'), call(page, () => window.whittle.download())]);
      await download.saveAs(path);
    },
  };
}

/** Hands files over by a file input of the command's own, so that nothing is encoded and a large model is never copied. */
async function chooseFiles(page: Page, id: string, paths: readonly string[], folder: boolean): Promise<void> {
  await page.evaluate(
    ([name, whole]) => {
      const input = document.createElement('input');
      Object.assign(input, { type: 'file', id: name, multiple: true, hidden: true, webkitdirectory: whole });
      document.body.append(input);
    },
    [id, folder] as const,
  );
  await page.setInputFiles(`#${id}`, folder ? (paths[0] ?? []) : [...paths]);
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PlainError };

/** Runs a function in the page; its WhittleError comes back as one, which Playwright's own serialization would flatten. */
async function call<T, A = undefined>(page: Page, action: (argument: A) => T | Promise<T>, argument?: A): Promise<T> {
  const settled = await page.evaluate<Settled<T>, [string, A | undefined]>(
    async ([source, given]) => {
      // The function travels as its source, since a closure cannot.
      const run: (argument: unknown) => unknown = new Function(`return (${source})`)();
      try {
        return { ok: true, value: (await run(given)) as T };
      } catch (thrown) {
        const { code = 'internal', message = String(thrown), remedy = '' } = Object(thrown);
        return { ok: false, error: { code, message, remedy } };
      }
    },
    [action.toString(), argument],
  );
  if (settled.ok) return settled.value;
  throw new WhittleError(settled.error.code, settled.error.message, settled.error.remedy);
}
