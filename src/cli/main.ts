#!/usr/bin/env node
/** `whittle`: the studio's engine on the command line. See `--help`. */
import { isInputError, toPlainError } from '../base/errors';
import { commandOf, type Command } from './command';
import { helpOf } from './help';
import { InputProblem, RunProblem } from './problem';
import { stopOnSignals, within } from './stop';
import { voiceFor, type Voice } from './voice';

/** Longest that the browser and the server may take to close. */
const CLOSE_MS = 10_000;

/** Until the arguments are read. */
let voice: Voice = voiceFor(process.argv.includes('--json') ? 'json' : 'words', process.stdout, process.stderr);
let tidy = (): Promise<void> => Promise.resolve();

/** Each command's code is loaded when it is the one. */
async function run(command: Command): Promise<void> {
  if (command.command === 'help') return voiceFor('words', process.stdout, process.stderr).result(helpOf(command.of), {});
  voice = voiceFor(command.manner, process.stdout, process.stderr);
  if (command.command === 'inspect') return (await import('./inspect')).inspectCommand(command, voice);
  if (command.command === 'compare') return (await import('./compare')).compareCommand(command, voice);
  const optimize = await import('./optimize');
  tidy = optimize.tidy;
  return optimize.optimizeCommand(command, voice);
}

function fail(thrown: unknown): number {
  const isOurs = thrown instanceof InputProblem || thrown instanceof RunProblem;
  const error = toPlainError(thrown);
  const isInput = isOurs ? thrown instanceof InputProblem : isInputError(error);
  const exit = isInput ? 2 : 1;
  voice.fail(isOurs ? thrown.message : `${error.message} ${error.remedy}`, exit);
  return exit;
}

// Failed writes are told by the call that made them, and where nobody reads the progress there is nobody to tell.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
const isStopped = stopOnSignals(
  () => tidy(),
  () => voice.clear(),
);
const code = await Promise.resolve()
  .then(() => run(commandOf(process.argv.slice(2))))
  .then(
    () => 0,
    (thrown: unknown) => (isStopped() ? null : fail(thrown)),
  );
if (code !== null) {
  await within(tidy(), CLOSE_MS);
  process.exit(code);
}
