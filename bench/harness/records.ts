/** Runs of benches, kept as JSON: bench/results/NAME/DATE-COMMIT.json. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Figure } from './figures';
import { ROOT, type Machine, type State } from './machine';

export interface Run extends State {
  readonly bench: string;
  /** As given, files by their names alone. */
  readonly arguments: readonly string[];
  /** ISO 8601, of the start. */
  readonly date: string;
  readonly machine: Machine;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  /** What the figures come from. */
  readonly details: Readonly<Record<string, unknown>>;
}

const RESULTS = join(ROOT, 'bench/results');

/** Where a run was kept. */
export function keepRun(run: Run, folder = RESULTS): string {
  const own = join(folder, run.bench);
  mkdirSync(own, { recursive: true });
  const second = run.date.slice(0, 19).replaceAll(':', '');
  const path = join(own, `${second}-${run.commit}${run.changed ? '-changed' : ''}.json`);
  writeFileSync(path, `${JSON.stringify(run, null, 1)}\n`, { flag: 'w' });
  return path;
}

/** All runs, the oldest first. */
export function readRuns(folder = RESULTS): Run[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path): Run => JSON.parse(readFileSync(join(folder, path), 'utf8')))
    .toSorted((a, b) => a.date.localeCompare(b.date));
}

/** An argument without the folders of the machine. */
export function nameOnly(argument: string): string {
  return /[/\\]/.test(argument) ? basename(argument) : argument;
}
