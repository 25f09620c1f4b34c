/** The arguments of each command. */
import type { BestGoal, Provider } from '../engine/protocol/index';
import { goalOf } from '../library/goal';
import { isTarget, TARGET_IDS, targetFor, type TargetId } from '../recipe/targets';
import { DATA_ALIASES, DATA_OPTIONS, dataArguments, type DataArguments } from './data-args';
import { readOptions } from './options';
import { InputProblem } from './problem';

/** How a command speaks: 'json' events on the output, 'quiet' errors alone. */
export type Manner = 'words' | 'json' | 'quiet';

export interface OptimizeArguments extends DataArguments {
  readonly command: 'optimize';
  readonly manner: Manner;
  readonly model: string;
  /** null: `best`. */
  readonly recipe: string | null;
  readonly best: { readonly goal: BestGoal; readonly target: TargetId } | null;
  readonly out: string;
  readonly report: string | null;
  readonly sensitivity: string | null;
  readonly profile: boolean;
  readonly ep: TargetId | null;
  readonly inBrowser: boolean;
  readonly score: boolean;
}

/** The arguments of `optimize`, or 'help'. Throws InputProblem that names the argument, `bad-recipe` for a goal that is none. */
export function readOptimize(argv: readonly string[]): OptimizeArguments | 'help' {
  const given = readOptions(
    argv,
    {
      ...DATA_OPTIONS,
      recipe: { type: 'string' },
      best: { type: 'string' },
      target: { type: 'string' },
      out: { type: 'string', short: 'o' },
      report: { type: 'string' },
      sensitivity: { type: 'string' },
      ep: { type: 'string' },
      profile: { type: 'boolean' },
      'in-browser': { type: 'boolean' },
      'no-score': { type: 'boolean' },
    },
    DATA_ALIASES,
  );
  if (given.isOn('help')) return 'help';
  const model = only(given.positionals);
  const [recipe, best, wanted] = [given.text('recipe'), given.text('best'), given.text('target')];
  if (recipe === null && best === null) throw new InputProblem('No recipe was given: add --recipe FILE, or --best GOAL. See --help.');
  if (recipe !== null && (best ?? wanted) !== null)
    throw new InputProblem(`--recipe and --${best === null ? 'target' : 'best'} are both given: a recipe says both. Leave one out.`);
  const out = given.text('out');
  if (out === null) throw new InputProblem('No output was given: add --out FILE. See --help.');
  const sensitivity = given.text('sensitivity');
  if (given.isOn('no-score') && (sensitivity !== null || given.isOn('profile')))
    throw new InputProblem(`--no-score runs nothing beyond the file: leave out ${sensitivity === null ? '--profile' : '--sensitivity'}.`);
  const provider = providerOf(given.text('ep'));
  const ep = provider === 'native' ? null : provider;
  if (provider === 'native' && given.isOn('in-browser'))
    throw new InputProblem('--ep native and --in-browser are both given: a browser has no native kernels. Leave one out.');
  return {
    command: 'optimize',
    manner: mannerOf(given),
    model,
    recipe,
    best: best === null ? null : { goal: goalOf(best, '--best'), target: target('--target', wanted ?? ep) ?? PROCESSORS },
    out,
    ...dataArguments(given, 128),
    report: given.text('report'),
    sensitivity,
    profile: given.isOn('profile'),
    ep,
    inBrowser: given.isOn('in-browser') || ep !== null,
    score: !given.isOn('no-score'),
  };
}

export interface InspectArguments {
  readonly command: 'inspect';
  readonly manner: Manner;
  readonly model: string;
}

/** The arguments of `inspect`, or 'help'. Throws InputProblem. */
export function readInspect(argv: readonly string[]): InspectArguments | 'help' {
  const given = readOptions(argv, {});
  if (given.isOn('help')) return 'help';
  return { command: 'inspect', manner: mannerOf(given), model: only(given.positionals) };
}

export interface CompareArguments extends DataArguments {
  readonly command: 'compare';
  readonly manner: Manner;
  readonly models: readonly [string, string];
}

/** The arguments of `compare`, or 'help'. Throws InputProblem. */
export function readCompare(argv: readonly string[]): CompareArguments | 'help' {
  const given = readOptions(argv, DATA_OPTIONS, DATA_ALIASES);
  if (given.isOn('help')) return 'help';
  const [a, b, ...rest] = given.positionals;
  if (a === undefined || b === undefined) throw new InputProblem('Two models are compared: name two .onnx files. See --help.');
  if (rest.length > 0) throw new InputProblem(`Two models at a time: ${rest.join(', ')} is one too many.`);
  return { command: 'compare', manner: mannerOf(given), models: [a, b], ...dataArguments(given, 128) };
}

function only([model, ...rest]: readonly string[]): string {
  if (model === undefined || model === '') throw new InputProblem('No model was given: name an .onnx file first. See --help.');
  if (rest.length > 0) throw new InputProblem(`One model at a time: ${rest.join(', ')} is one too many.`);
  return model;
}

function mannerOf(given: { isOn(name: 'json' | 'quiet'): boolean }): Manner {
  if (given.isOn('json') && given.isOn('quiet')) throw new InputProblem('--json and --quiet are both given. Leave one out.');
  return given.isOn('json') ? 'json' : given.isOn('quiet') ? 'quiet' : 'words';
}

/** What most machines have. */
const PROCESSORS = targetFor({ gpu: false });

function target(name: string, text: string | null): TargetId | null {
  if (text === null || isTarget(text)) return text;
  throw new InputProblem(`${name} is "${text}"; it takes ${TARGET_IDS.join(' or ')}.`);
}

function providerOf(text: string | null): Exclude<Provider, TargetId> | TargetId | null {
  if (text === null || text === 'native' || isTarget(text)) return text;
  throw new InputProblem(`--ep is "${text}"; it takes native, ${TARGET_IDS.join(' or ')}.`);
}
