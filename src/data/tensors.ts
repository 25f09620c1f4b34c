import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { counted } from '../base/plural';
import type { FileIndex } from './files';
import { openNpyFile, type NpyFile } from './npy-file';
import type { Problems } from './problems';
import type { DataFile, TensorCard, TensorColumn, TensorValues } from './types';

/** Recorded inputs, before labels are made class indices. */
export interface TensorSource {
  readonly length: number;
  readonly tensors: ReadonlyMap<string, TensorColumn>;
}

interface Recorded {
  readonly path: string;
  readonly count: number;
  read(index: number): Promise<TensorValues>;
}

/**
 * The arrays of a tensor card by the name of the model's input. All must hold the same number of samples or one, which then serves all;
 * samples that a cut-off file no longer holds are problems. Throws `bad-data` where files are missing, are no npy, or disagree.
 */
export async function openTensors(card: TensorCard, files: FileIndex, problems: Problems, job: Job): Promise<TensorSource> {
  const all = new Map<string, Recorded>();
  for (const [name, path] of Object.entries(card.tensors)) {
    all.set(
      name,
      path.includes('*') ? await openEach(path, files, job) : await openStacked(files.need(path, `tensors["${name}"]`), problems),
    );
  }
  const length = [...all.values()].reduce((most, { count }) => Math.max(most, count), 0);
  const odd = [...all.values()].find((one) => one.count !== length && one.count !== 1);
  if (odd) {
    const longest = [...all.values()].find((one) => one.count === length);
    throw new WhittleError(
      'bad-data',
      `"${odd.path}" has ${counted(odd.count, 'sample')}, "${longest?.path ?? ''}" has ${length}.`,
      'Record every input for the same samples, or once for all of them.',
    );
  }
  const column = (one: Recorded): TensorColumn => ({ path: one.path, read: (index) => one.read(one.count === 1 ? 0 : index) });
  return { length, tensors: new Map([...all].map(([name, one]) => [name, column(one)])) };
}

/** One file: samples one after another along its first axis; a single number is one sample. */
async function openStacked(file: DataFile, problems: Problems): Promise<Recorded> {
  const npy = await openNpyFile(file);
  const [declared = 1, ...shape] = npy.shape;
  const size = shape.reduce((n, d) => n * d, 1);
  const count = size === 0 ? 0 : Math.min(declared, Math.floor(npy.available / size));
  problems.addMany(declared - count, (k) => `${file.path}, sample ${count + k}: the file is cut off before it ends`);
  return { path: file.path, count, read: async (index) => ({ shape, values: await values(npy, index * size, size) }) };
}

/** One file a sample. Shapes may differ. */
async function openEach(pattern: string, files: FileIndex, job: Job): Promise<Recorded> {
  const found = files.matching(pattern);
  if (found.length === 0)
    throw new WhittleError('bad-data', `No file's path is as the card's "${pattern}".`, 'Compare "tensors" on the card with the files.');
  const startedAt = Date.now();
  // Opened once each, so that a file that is no array is known before an evaluation is under way.
  for (const [k, file] of found.entries()) {
    job.signal.throwIfAborted();
    await openNpyFile(file);
    job.onProgress({ stage: 'Checking arrays', done: k + 1, total: found.length, startedAt });
  }
  return {
    path: pattern,
    count: found.length,
    async read(index) {
      const file = found[index];
      if (!file) throw new RangeError(`There is no sample ${index} among ${found.length}.`);
      const npy = await openNpyFile(file);
      return {
        shape: npy.shape,
        values: await values(
          npy,
          0,
          npy.shape.reduce((n, d) => n * d, 1),
        ),
      };
    },
  };
}

async function values(npy: NpyFile, offset: number, count: number): Promise<Float64Array> {
  const read = await npy.read(offset, count);
  if (read.length < count) throw new WhittleError('bad-data', `"${npy.path}" is cut off before it ends.`, 'Record it again.');
  return Float64Array.from(read);
}
