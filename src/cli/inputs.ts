/** Reads and checks everything that can be wrong before a browser starts. */
import { accessSync, constants, readFileSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { WhittleError } from '../base/errors';
import { parseCard } from '../data/card';
import type { DataLimits } from '../data/limits';
import { parseRecipeText } from '../recipe/parse';
import type { Recipe } from '../recipe/types';
import type { BestGoal } from '../engine/protocol/index';
import { DEFAULT_TARGET, type TargetId } from '../recipe/targets';
import type { Arguments } from './args';
import { externalFiles, type PlacedFile } from './external';
import { tryFolder } from './outputs';
import { keepApart, realTarget } from './places';
import { InputProblem, reasonOf, writeProblem } from './problem';
import type { PlacedSamples } from './studio';

export interface Inputs {
  /** The model first, then its external data. */
  readonly modelFiles: readonly PlacedFile[];
  /** What runs first: of `best` the target with no passes. */
  readonly recipe: Recipe;
  readonly best: BestGoal | null;
  /** The backend that was asked for by name: scores run on it even where it is slow. */
  readonly ep: TargetId | null;
  readonly out: string;
  readonly report: string | null;
  readonly sensitivity: string | null;
  readonly profile: boolean;
  /** Whether original and result are compared and timed. */
  readonly score: boolean;
  readonly data: PlacedSamples | null;
  /** Samples that passes may learn from. */
  readonly calibration: number;
  /** What the card's data may expand to. */
  readonly limits: DataLimits;
}

/**
 * Throws InputProblem, before anything is written, for whatever is wrong with the files that are read or with the places of those written.
 */
export function readInputs(args: Arguments): Inputs {
  const model = resolve(args.model);
  requireFile(model, 'The model');
  const recipe: Recipe =
    args.recipe === null
      ? { version: 1, target: args.best?.target ?? DEFAULT_TARGET, passes: [] }
      : parsed('recipe', args.recipe, parseRecipeText);
  const data = args.card !== null ? readCard(args.card) : args.samples === null ? null : findSamples(args.samples);
  const external = externalFiles(model);
  const out = writable(args.out, '--out');
  const report = args.report === null ? null : writable(args.report, '--report');
  const sensitivity = args.sensitivity === null ? null : writable(args.sensitivity, '--sensitivity');
  const outputs = [
    ['--out', out],
    ['--report', report],
    ['--sensitivity', sensitivity],
  ] as const;
  keepApart(
    outputs.flatMap(([what, path]) => (path === null ? [] : [{ what, path }])),
    [
      { what: 'the model itself', path: model },
      ...external.map(({ path }) => ({ what: "the model's external data", path })),
      ...(args.recipe === null ? [] : [{ what: 'the recipe', path: args.recipe }]),
      ...(args.card === null ? [] : [{ what: 'the card', path: args.card }]),
      ...(data?.isFolder === false ? [{ what: 'the samples', path: data.path }] : []),
    ],
    data?.isFolder === true ? [{ what: data.card === null ? 'a file of the samples' : "a file of the card's data", path: data.path }] : [],
  );
  return {
    modelFiles: [{ path: model, name: basename(model) }, ...external],
    best: args.best?.goal ?? null,
    score: args.score,
    recipe: args.ep === null ? recipe : { ...recipe, target: args.ep },
    ep: args.ep,
    out,
    report,
    profile: args.profile,
    sensitivity,
    calibration: args.calibration,
    limits: args.limits,
    data,
  };
}

function readCard(path: string): NonNullable<Inputs['data']> {
  const card = parsed('card', path, (text) => parseCard(JSON.parse(text)));
  const folder = resolve(dirname(path), card.data);
  const stats = look(folder, "The card's data folder");
  if (!stats.isDirectory()) throw new InputProblem(`The card's data folder ${folder} is a file.`);
  return { name: basename(path), card, path: folder, isFolder: true };
}

function findSamples(path: string): NonNullable<Inputs['data']> {
  const whole = resolve(path);
  const isFolder = look(whole, '--samples').isDirectory();
  if (!isFolder) requireFile(whole, '--samples');
  return { name: basename(whole), card: null, path: whole, isFolder };
}

function parsed<T>(what: string, path: string, parse: (text: string) => T): T {
  requireFile(path, `The ${what}`);
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof WhittleError) throw new InputProblem(`${cause.message} ${cause.remedy}`.trim());
    throw new InputProblem(`The ${what} ${path} cannot be read: ${reasonOf(cause)}`);
  }
}

function requireFile(path: string, what: string): void {
  const stats = look(path, what);
  if (stats.isDirectory()) throw new InputProblem(`${what} ${path} is a folder; it has to be a file.`);
  if (!stats.isFile()) throw new InputProblem(`${what} ${path} is a device or a pipe; it has to be a file.`);
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new InputProblem(`${what} ${path} cannot be read: ${reasonOf(cause)}.`);
  }
}

function look(path: string, what: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw new InputProblem(`${what} ${path} does not exist.`);
    throw new InputProblem(`${what} ${path} cannot be read: ${reasonOf(cause)}.`);
  }
}

/** The real path, when a file can be written there. */
function writable(path: string, option: string): string {
  const problem = (why: string): InputProblem => new InputProblem(`${option} ${path} ${why}.`);
  if (/[/\\]$/.test(path)) throw problem('names a folder; it has to name a file');
  try {
    const target = realTarget(path);
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats?.isDirectory()) throw problem('is a folder');
    if (stats && !stats.isFile()) throw problem('is a device or a pipe; it has to be a file');
    tryFolder(target);
    return target;
  } catch (cause) {
    throw cause instanceof InputProblem ? cause : writeProblem(`${option} ${path}`, cause);
  }
}
