/** Another file beside the open one. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import type { ModelSummary, ValueSummary } from '../../onnx/types';
import { targetFor } from '../../recipe/targets';
import { PROVIDERS } from '../../runtime/providers';
import type { Provider } from '../../runtime/types';
import type { Comparison, NamedBlob } from '../protocol/index';
import { describeOpened, oneFile, openDocument } from './document';
import { evaluateFile } from './evaluate';
import { measure } from './measure';
import type { Workbench } from './workbench';

/**
 * Times both files in turns and compares their answers on the samples, or on made-up inputs. Throws `bad-model` where they do not take and
 * give the same values.
 */
export async function compareFiles(
  bench: Workbench,
  data: Dataset | null,
  files: readonly NamedBlob[],
  limit: number | null,
  ep: Provider,
  job: Job,
): Promise<Comparison> {
  const other = await openDocument(files, async () => bench.platform.runtime, job, bench.doc.access);
  checkAlike(bench.doc.summary, other.summary);
  const blob = await oneFile(other.model);
  // What is measured needs a recipe to belong to: the file as it is.
  const recipe = { version: 1, target: targetFor(PROVIDERS[ep]), passes: [] } as const;
  const measurement = await measure(bench, data, recipe, blob, ep, job);
  return { other: describeOpened(other), measurement, evaluation: await evaluateFile(bench, data, recipe, blob, limit, ep, job) };
}

/** Inputs by name, type and sizes; outputs by name. Sizes that either file leaves open fit any. */
function checkAlike(one: ModelSummary, other: ModelSummary): void {
  const missing = one.outputs.find(({ name }) => other.outputs.every((output) => output.name !== name));
  if (missing) throw differ(one, other, `has the output "${missing.name}"`, 'has none of that name');
  for (const input of [...one.inputs, ...other.inputs]) {
    const [mine, theirs] = [one, other].map(({ inputs }) => inputs.find(({ name }) => name === input.name));
    if (!mine) throw differ(other, one, `has the input "${input.name}"`, 'has none of that name');
    if (!theirs) throw differ(one, other, `has the input "${input.name}"`, 'has none of that name');
    if (!sameValue(mine, theirs)) throw differ(one, other, `takes "${input.name}" as ${inWords(mine)}`, `as ${inWords(theirs)}`);
  }
}

/** A file in float16 may take halves where the other takes floats: feeds are fitted. */
function sameValue(a: ValueSummary, b: ValueSummary): boolean {
  const [typeA, typeB] = [a, b].map(({ type }) => type.replace('float16', 'float32'));
  if (typeA !== typeB) return false;
  if (a.shape === null || b.shape === null) return true;
  return a.shape.length === b.shape.length && a.shape.every((size, axis) => fits(size, b.shape?.[axis]));
}

function fits(a: number | string, b: number | string | undefined): boolean {
  return typeof a === 'string' || typeof b === 'string' || a === b;
}

function inWords({ type, shape }: ValueSummary): string {
  return `${type}${shape === null ? '' : ` [${shape.join(', ')}]`}`;
}

function differ(one: ModelSummary, other: ModelSummary, has: string, hasNot: string): WhittleError {
  const message = `"${one.name}" ${has}; "${other.name}" ${hasNot}.`;
  return new WhittleError('bad-model', message, 'Compare models of the same inputs and outputs.');
}
