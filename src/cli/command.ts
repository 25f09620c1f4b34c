/** Which command a command line is. */
import { existsSync } from 'node:fs';
import { readCompare, readInspect, readOptimize, type CompareArguments, type InspectArguments, type OptimizeArguments } from './args';
import { nearest } from './nearest';
import { InputProblem } from './problem';

const COMMANDS = { optimize: readOptimize, inspect: readInspect, compare: readCompare } as const;

type CommandName = keyof typeof COMMANDS;

/** Text to print: of one command, of all, or which version this is. */
export interface Help {
  readonly command: 'help';
  readonly of: CommandName | 'whittle' | 'version';
}

export type Command = OptimizeArguments | InspectArguments | CompareArguments | Help;

/** The command and its arguments; without a name it is `optimize`. Throws InputProblem. */
export function commandOf(argv: readonly string[]): Command {
  const [first = '', ...rest] = argv;
  if (isCommand(first)) return read(first, rest, first);
  if (first === 'help') return { command: 'help', of: rest.find(isCommand) ?? 'whittle' };
  if (first === '--version' || first === '-V') return { command: 'help', of: 'version' };
  if (/^[a-z]+$/i.test(first) && !existsSync(first)) {
    const close = nearest(first, Object.keys(COMMANDS));
    const meant = close === null ? `The commands are ${Object.keys(COMMANDS).join(', ')}.` : `Did you mean ${close}?`;
    throw new InputProblem(`There is no command ${first}, and no file of that name. ${meant} See --help.`);
  }
  return read('optimize', argv, 'whittle');
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function read(name: CommandName, argv: readonly string[], help: Help['of']): Command {
  const args = COMMANDS[name](argv);
  return args === 'help' ? { command: 'help', of: help } : args;
}
