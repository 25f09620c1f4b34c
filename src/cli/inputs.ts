/** Reads and checks everything that can be wrong before a browser starts. */
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { WhittleError } from '../base/errors';
import { parseCard } from '../data/card';
import type { Card } from '../data/types';
import { parseRecipeText } from '../recipe/parse';
import type { Recipe } from '../recipe/types';
import type { Ep } from '../engine/protocol/index';
import type { Arguments } from './args';
import { InputProblem } from './problem';

export interface Inputs {
  /** The model first, then files beside it that may be its external data. */
  readonly modelFiles: readonly string[];
  readonly recipe: Recipe;
  /** The backend that was asked for by name: scores run on it even where it is slow. */
  readonly ep: Ep | null;
  readonly out: string;
  readonly report: string | null;
  readonly sensitivity: string | null;
  readonly profile: boolean;
  readonly data: { readonly name: string; readonly card: Card; readonly folder: string } | null;
  /** Samples that passes may learn from. */
  readonly calibration: number;
}

export function readInputs(args: Arguments): Inputs {
  const model = resolve(args.model);
  requireFile(model, 'The model');
  const recipe = parsed('recipe', args.recipe, parseRecipeText);
  const out = writable(args.out, '--out');
  if (out === model) throw new InputProblem('--out is the model itself: the original is never overwritten.');
  const report = args.report === null ? null : writable(args.report, '--report');
  const sensitivity = args.sensitivity === null ? null : writable(args.sensitivity, '--sensitivity');
  const files = [model, out, report, sensitivity].filter((file) => file !== null);
  const twice = files.find((file, i) => files.indexOf(file) < i);
  if (twice !== undefined) throw new InputProblem(`${twice} is named twice: each file needs a name of its own.`);
  return {
    modelFiles: [model, ...besideModel(model)],
    recipe: args.ep === null ? recipe : { ...recipe, target: args.ep },
    ep: args.ep,
    out,
    report,
    profile: args.profile,
    sensitivity,
    calibration: args.calibration,
    data: args.card === null ? null : readCard(args.card),
  };
}

/** Files that ONNX writers put beside a model for its tensors. */
function besideModel(model: string): string[] {
  const name = basename(model);
  const stem = name.replace(/\.onnx$/i, '');
  return readdirSync(dirname(model))
    .filter((file) => file !== name && (file.startsWith(`${name}.`) || file.startsWith(`${name}_`) || new RegExp(`^${escape(stem)}.*\\.(data|bin|weights)$`).test(file)))
    .map((file) => join(dirname(model), file));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function readCard(path: string): { name: string; card: Card; folder: string } {
  const card = parsed('card', path, (text) => parseCard(JSON.parse(text)));
  const folder = resolve(dirname(path), card.data);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new InputProblem(`The card's data folder ${folder} does not exist.`);
  return { name: basename(path), card, folder };
}

function parsed<T>(what: string, path: string, parse: (text: string) => T): T {
  requireFile(path, `The ${what}`);
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof WhittleError) throw new InputProblem(`${cause.message} ${cause.remedy}`.trim());
    throw new InputProblem(`The ${what} ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function requireFile(path: string, what: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new InputProblem(`${what} ${path} does not exist.`);
}

/** The absolute path, when a file can be written there. */
function writable(path: string, option: string): string {
  const target = resolve(path);
  try {
    accessSync(dirname(target), constants.W_OK);
  } catch {
    throw new InputProblem(`${option} ${path} cannot be written: ${dirname(target)} does not exist or is not writable.`);
  }
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) throw new InputProblem(`${option} ${path} is a folder.`);
  return target;
}
