/** `whittle inspect`: what a model is, by its file alone. */
import { inspectModel } from '../library/inspect';
import type { InspectArguments } from './args';
import { painter } from './colours';
import { inspectedText } from './inspect-text';
import { modelAt } from './inputs';
import type { Voice } from './voice';

/** Throws InputProblem and what reading a model throws. */
export async function inspectCommand({ model }: InspectArguments, voice: Voice): Promise<void> {
  const inspected = inspectModel(modelAt(model));
  // A terminal may not know its size, and says 0.
  const width = process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
  await voice.result(inspectedText(inspected, width, painter(process.stdout, process.env)), { command: 'inspect', ...inspected });
}
