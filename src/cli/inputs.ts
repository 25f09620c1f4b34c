/** Reads and checks everything that can be wrong before the engine or a browser starts. */
import { accessSync, constants, readFileSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { WhittleError } from '../base/errors';
import { reasonOf } from '../base/node/system-errors';
import { parseCard } from '../data/card';
import { externalFiles } from '../library/external';
import type { Task } from '../library/run-task';
import type { PlacedFile, PlacedSamples } from '../library/studio';
import { parseRecipeText } from '../recipe/parse';
import { DEFAULT_TARGET } from '../recipe/targets';
import type { Recipe } from '../recipe/types';
import type { OptimizeArguments } from './args';
import type { DataArguments } from './data-args';
import { tryFolder } from './outputs';
import { keepApart, realTarget } from './places';
import { InputProblem, writeProblem } from './problem';

export interface Inputs {
  /** The model first, then its external data. */
  readonly modelFiles: readonly PlacedFile[];
  readonly task: Task;
  readonly out: string;
  readonly report: string | null;
  readonly sensitivity: string | null;
}

/**
 * Throws InputProblem, before anything is written, for whatever is wrong with the files that are read or with the places of those written.
 */
export function readInputs(args: OptimizeArguments): Inputs {
  const modelFiles = modelAt(args.model);
  const recipe: Recipe =
    args.recipe === null
      ? { version: 1, target: args.best?.target ?? DEFAULT_TARGET, passes: [] }
      : parsed('recipe', args.recipe, parseRecipeText);
  const { data, card } = samplesOf(args);
  const out = writable(args.out, '--out');
  const report = args.report === null ? null : writable(args.report, '--report');
  const sensitivity = args.sensitivity === null ? null : writable(args.sensitivity, '--sensitivity');
  const outputs = [
    ['--out', out],
    ['--report', report],
    ['--sensitivity', sensitivity],
  ] as const;
  const [model, ...external] = modelFiles;
  keepApart(
    outputs.flatMap(([what, path]) => (path === null ? [] : [{ what, path }])),
    [
      { what: 'the model itself', path: model?.path ?? '' },
      ...external.map(({ path }) => ({ what: "the model's external data", path })),
      ...(args.recipe === null ? [] : [{ what: 'the recipe', path: args.recipe }]),
      ...(card === null ? [] : [{ what: 'the card', path: card }]),
      ...(data?.isFolder === false ? [{ what: 'the samples', path: data.path }] : []),
    ],
    data?.isFolder === true ? [{ what: data.card === null ? 'a file of the samples' : "a file of the card's data", path: data.path }] : [],
  );
  return {
    modelFiles,
    task: {
      recipe: args.ep === null ? recipe : { ...recipe, target: args.ep },
      best: args.best?.goal ?? null,
      data,
      calibration: args.calibration,
      scored: args.limit,
      limits: args.limits,
      ep: args.ep,
      measured: !args.score ? 'nothing' : args.profile ? 'everything' : report === null ? 'figures' : 'closer',
      scan: sensitivity !== null,
    },
    out,
    report,
    sensitivity,
  };
}

/** A model and its external data. Throws InputProblem, and what `externalFiles` throws. */
export function modelAt(path: string): PlacedFile[] {
  const model = resolve(path);
  requireFile(model, 'The model');
  return [{ path: model, name: basename(model) }, ...externalFiles(model)];
}

/** What `--data` names: a card with its folder beside it, or samples without one. `card`: the path of the card. */
export function samplesOf({ data: path }: Pick<DataArguments, 'data'>): {
  readonly data: PlacedSamples | null;
  readonly card: string | null;
} {
  if (path === null) return { data: null, card: null };
  if (/\.json$/i.test(path)) return { data: readCard(path), card: path };
  const isFolder = look(path, '--data').isDirectory();
  if (!isFolder) requireFile(path, '--data');
  const whole = resolve(path);
  return { data: { name: basename(whole), card: null, path: whole, isFolder }, card: null };
}

function readCard(path: string): PlacedSamples {
  const card = parsed('card', path, (text) => parseCard(JSON.parse(text)));
  const folder = resolve(dirname(path), card.data);
  const stats = look(folder, "The card's data folder");
  if (!stats.isDirectory()) throw new InputProblem(`The card's data folder ${folder} is a file.`);
  return { name: basename(path), card, path: folder, isFolder: true };
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
