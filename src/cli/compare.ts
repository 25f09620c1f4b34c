/** `whittle compare`: two files on the same samples. */
import type { CompareArguments } from './args';
import { modelAt, samplesOf } from './inputs';
import { comparedText } from './table';
import type { Voice } from './voice';

/** Throws InputProblem and the WhittleError of what fails. */
export async function compareCommand(args: CompareArguments, voice: Voice): Promise<void> {
  const [one, other] = args.models.map(modelAt);
  const { data } = samplesOf(args);
  const { tell } = voice;
  const { openStudio, compareModels, modelBlobs } = await import('../library/run');
  const studio = openStudio({ signal: new AbortController().signal, onProgress: (progress) => tell({ event: 'progress', ...progress }) });
  tell({ event: 'step', words: 'Opening the models' });
  const opened = await studio.open(one ?? []);
  const compared = await compareModels(studio, opened, await modelBlobs(other ?? []), { ...args, data, scored: args.limit }, tell);
  const names: [string, string] = args.models[0] === args.models[1] ? ['first', 'second'] : [...args.models];
  await voice.result(comparedText(compared, names), { command: 'compare', models: args.models, ...compared });
}
