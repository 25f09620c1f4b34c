import { bundledCommand } from '../../scripts/bundle-command.mjs';
import type { Command } from './timed';

/** The command as a user of the package runs it, bundled anew where a source changed, keeping nothing from one run to the next. */
export async function whittle(...args: readonly string[]): Promise<Command> {
  return { name: 'whittle', command: [process.execPath, await bundledCommand(), ...args], env: { WHITTLE_CACHE: '' } };
}
