import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { chromium, type Browser } from 'playwright';
import { CHROMIUM_FLAGS } from '../../scripts/chromium-flags.mjs';
import { findChromium } from '../../scripts/ensure-browser.mjs';
import { oneLine } from '../base/node/system-errors';
import { InputProblem, RunProblem } from './problem';

/** A browser that says nothing for this long does not start any more: on a busy machine it takes ten seconds. */
const START_MS = 45_000;

/**
 * Starts Chromium. Throws InputProblem where CHROMIUM_PATH names something else, RunProblem where there is none or it does not start.
 * Signals are the caller's to handle; a process that ends takes its browser with it.
 */
export async function startChromium(): Promise<Browser> {
  const path = programPath();
  try {
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    return await chromium.launch({
      executablePath: path,
      args: [...CHROMIUM_FLAGS],
      ignoreDefaultArgs: ['--headless'],
      timeout: START_MS,
      ...signals,
    });
  } catch (cause) {
    const problem = pathProblem(path);
    throw problem === null ? new RunProblem(`Chromium (${path}) does not start: ${whyNot(cause)}`) : new InputProblem(problem);
  }
}

function programPath(): string {
  let path: string | null;
  try {
    path = findChromium();
  } catch (cause) {
    throw new InputProblem(oneLine(cause instanceof Error ? cause.message : String(cause)));
  }
  if (path !== null) return path;
  throw new RunProblem(
    'No Chromium was found: install Chrome or Chromium (npx playwright install chromium --no-shell), or name one in CHROMIUM_PATH.',
  );
}

/** What is wrong with a program named by hand that did not start as a browser; null where it is one. */
function pathProblem(path: string): string | null {
  if (process.env['CHROMIUM_PATH'] !== path) return null;
  // The system's own launcher takes any other file for a shell script.
  if (process.platform === 'linux' && !/^(?:\u007FELF|#!)/.test(readFileSync(path).subarray(0, 4).toString('latin1')))
    return `CHROMIUM_PATH names ${path}, which is no program.`;
  const { status, stdout, error } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    timeout: 5000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error && 'code' in error && error.code !== 'ETIMEDOUT') return `CHROMIUM_PATH names ${path}, which cannot be run.`;
  const isOther = status === 0 && !/chrom|edge|brave|opera|vivaldi/i.test(stdout);
  return isOther ? `CHROMIUM_PATH names ${path}, which is no Chromium.` : null;
}

/** The telling line of Playwright's account: what the program wrote before it ended, else how it ended. */
function whyNot(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim());
  const said = lines.map((line) => /^(?:- )?\[pid=\d+\]\[err\]\s*(.+)$/.exec(line)?.[1]).filter((line) => line !== undefined);
  const fatal = said.find((line) => /error|fatal|sandbox|cannot|no such|not found/i.test(line)) ?? said[0];
  const ended = lines.map((line) => /<process did exit: (.+)>/.exec(line)?.[1]).find((line) => line !== undefined);
  const late = /Timeout (\d+)\s?ms exceeded/.exec(message);
  const parts = [late ? `it said nothing for ${START_MS / 1000} seconds` : undefined, fatal, ended].filter((part) => part !== undefined);
  return `${oneLine(parts.length > 0 ? parts.join('; ') : (lines[0] ?? message))}.`;
}
