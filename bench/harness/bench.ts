/** What a bench is: a folder's `run.ts` (or another file of it) that exports one. `npm run bench -- NAME` runs it and keeps its figures. */
import type { ParseArgsConfig, parseArgs } from 'node:util';
import type { Figure, Statistic } from './figures';

export type BenchOptions = NonNullable<ParseArgsConfig['options']>;

type Values<O extends BenchOptions> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values'];

/** Keeps a figure and says it. @param samples its repeats. @param statistic what stands for them; of one sample it is itself. */
export type Keep = (name: string, unit: string, samples: number | readonly number[], statistic?: Statistic) => Figure;

/** What a bench is given. */
export interface BenchContext<O extends BenchOptions> {
  readonly values: Values<O>;
  readonly positionals: readonly string[];
  /** A line for who watches. */
  readonly say: (line: string) => void;
  readonly figure: Keep;
  /** Keeps what figures come from, as JSON. */
  readonly keep: (name: string, detail: unknown) => void;
}

export interface Bench<O extends BenchOptions = BenchOptions> {
  /** In one line, for the list. */
  readonly what: string;
  /** Its arguments, as a user types them. */
  readonly usage: string;
  readonly options: O;
  /** Throws where it cannot run, UsageProblem where its arguments are wrong. */
  readonly run: (context: BenchContext<O>) => Promise<void>;
}

/** Infers the options' types. */
export function defineBench<const O extends BenchOptions>(bench: Bench<O>): Bench<O> {
  return bench;
}

/** Arguments are missing or wrong: the usage is said. */
export class UsageProblem extends Error {}
