/** The arguments of a command by its options; what is wrong with them is told in one line that names the argument. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { InputProblem } from './problem';
import { nearest } from './nearest';

type Kinds = NonNullable<ParseArgsConfig['options']>;

export interface Given<Names extends string> {
  readonly positionals: readonly string[];
  text(name: Names): string | null;
  isOn(name: Names): boolean;
}

/** What every command takes. */
const COMMON = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

/** Reads `argv` by `kinds` and the options of every command. Throws InputProblem. @param aliases other names of options, to their own. */
export function readOptions<K extends Kinds>(
  argv: readonly string[],
  kinds: K,
  aliases: Readonly<Record<string, string>> = {},
): Given<(keyof K | keyof typeof COMMON) & string> {
  const options: Kinds = { ...kinds, ...COMMON, ...Object.fromEntries(Object.keys(aliases).map((name) => [name, { type: 'string' }])) };
  const { positionals, tokens } = parseArgs({ args: [...argv], allowPositionals: true, strict: false, tokens: true, options });
  const values = new Map<string, string | true>();
  const saidAs = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const kind = Object.hasOwn(options, name) ? options[name] : undefined;
    if (kind === undefined) throw unknown(rawName, Object.keys(options));
    const own = aliases[name] ?? name;
    const before = saidAs.get(own);
    if (before === rawName) throw new InputProblem(`${rawName} is given twice. See --help.`);
    if (before !== undefined) throw new InputProblem(`${before} and ${rawName} are both given, and mean the same. Leave one out.`);
    saidAs.set(own, rawName);
    if (kind.type === 'boolean') {
      if (value !== undefined) throw new InputProblem(`${rawName} takes no value. See --help.`);
      values.set(own, true);
    } else {
      if (value === undefined || (!inlineValue && /^--?[a-z]/.test(value)))
        throw new InputProblem(`${rawName} needs a value after it. See --help.`);
      if (value === '') throw new InputProblem(`${rawName} is empty. See --help.`);
      values.set(own, value);
    }
  }
  return {
    positionals,
    text: (name) => {
      const value = values.get(name);
      return typeof value === 'string' ? value : null;
    },
    isOn: (name) => values.has(name),
  };
}

function unknown(name: string, known: readonly string[]): InputProblem {
  const close = nearest(name.replace(/^-+/, ''), known);
  return new InputProblem(`There is no option ${name}.${close === null ? '' : ` Did you mean --${close}?`} See --help.`);
}

/** A whole number from 1, or the default. */
export function whole(name: string, text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < 1) throw new InputProblem(`${name} is "${text}"; it takes a whole number from 1.`);
  return value;
}
