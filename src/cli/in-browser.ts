/** The studio of the built page, driven as a person would, by the automation that it offers on `window.whittle`. */
import type { Browser, JSHandle, Page } from 'playwright';
import { fromPlainError, WhittleError } from '../base/errors';
import { oneLine } from '../base/node/system-errors';
import type { Outcome } from '../engine/protocol/index';
import { optimize, type Run } from '../library/run-task';
import type { PlacedFile, Studio, Tell } from '../library/studio';
import type { Automation } from '../state/automation';
import type { Inputs } from './inputs';
import { RunProblem } from './problem';

/**
 * Runs the task on the built page in the browser. Throws what that does, and RunProblem where the browser ends or the page does, naming
 * the step.
 */
export async function runInBrowser(browser: Browser, url: string, { modelFiles, task }: Inputs, tell: Tell): Promise<Run> {
  let step = 'Starting the page';
  const told: Tell = (each) => {
    if (each.event === 'step') step = each.words;
    tell(each);
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
    await openPage(page, url);
    const work = async (): Promise<Run> => {
      const studio = await studioOf(page, tell);
      told({ event: 'step', words: 'Opening the model' });
      return optimize(studio, await studio.open(modelFiles), task, told);
    };
    const run = await Promise.race([work(), crash]);
    return { ...run, save: (to) => Promise.race([run.save(to), crash]) };
  } catch (cause) {
    if (cause instanceof WhittleError || cause instanceof RunProblem) throw cause;
    if (!browser.isConnected()) throw lost('Chromium ended');
    if (crashed) throw lost("Chromium's page ended");
    throw cause;
  }
}

/** Answered by value: nothing of it is bound to files. */
const ASKED = [
  'setLimits',
  'loadRecipe',
  'scoreOriginal',
  'findPreset',
  'best',
  'exportModel',
  'measure',
  'evaluate',
  'scanSensitivity',
  'checkBackends',
  'profile',
  'sizes',
  'throughput',
  'compareForms',
  'truth',
  'environment',
] as const satisfies readonly (keyof Automation & keyof Studio)[];

type Asked = Pick<Studio, (typeof ASKED)[number]>;

/** The page's automation as a studio: an error that crossed over is thrown as the WhittleError it was. */
async function studioOf(page: Page, tell: Tell): Promise<Studio> {
  const whittle: JSHandle<Automation> = await page.evaluateHandle(() => window.whittle);
  await page.exposeFunction('whittleTells', (progress: Parameters<Parameters<Automation['follow']>[0]>[0]) =>
    tell({ event: 'progress', ...progress }),
  );
  await whittle.evaluate((automation) =>
    automation.follow((progress) => {
      if ('whittleTells' in window && typeof window.whittleTells === 'function') window.whittleTells(progress);
    }),
  );
  const ask = async (name: keyof Asked, args: readonly unknown[]): Promise<unknown> =>
    value(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that are asked answer with an outcome
      (await whittle.evaluate((automation, call) => Reflect.apply(automation[call.name], automation, call.args), {
        name,
        args: [...args],
      })) as Outcome<unknown>,
    );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each forwards to the automation's method of its name
  const asked = Object.fromEntries(ASKED.map((name) => [name, (...args: readonly unknown[]) => ask(name, args)])) as unknown as Asked;
  return {
    ...asked,
    open: async (files) => value(await openIn(page, whittle, files)),
    async addSamples({ name, card, path, isFolder }, split) {
      const input = await chooseFiles(page, [path], isFolder);
      return value(
        await whittle.evaluate(
          (automation, given) => automation.addData(given.name, given.card, [...(given.input.files ?? [])], given.split),
          {
            name,
            card,
            input,
            split,
          },
        ),
      );
    },
    async save(to) {
      const [download, outcome] = await Promise.all([
        page.waitForEvent('download'),
        whittle.evaluate((automation) => automation.download()),
      ]);
      value(outcome);
      const failure = await download.failure();
      if (failure !== null)
        throw new RunProblem(`Chromium could not save the file (${oneLine(failure)}): is the disk of its temporary folder full?`);
      await to(await download.path());
    },
  };
}

async function openIn(page: Page, whittle: JSHandle<Automation>, files: readonly PlacedFile[]): ReturnType<Automation['open']> {
  const paths = files.map(({ path }) => path);
  const chosen = await chooseFiles(page, paths, false);
  const names = files.map(({ name }) => name);
  return whittle.evaluate((automation, given) => automation.open([...(given.chosen.files ?? [])], given.names), { chosen, names });
}

function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw fromPlainError(outcome.error);
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

/** Hands files over by a file input of the command's own, so that nothing is encoded and a large model is never copied. */
async function chooseFiles(page: Page, paths: readonly string[], folder: boolean): Promise<JSHandle<HTMLInputElement>> {
  const input = await page.evaluateHandle((whole) => {
    const made = document.createElement('input');
    return Object.assign(made, { type: 'file', multiple: true, hidden: true, webkitdirectory: whole });
  }, folder);
  await input.asElement()?.setInputFiles(folder ? (paths[0] ?? []) : [...paths]);
  return input;
}
