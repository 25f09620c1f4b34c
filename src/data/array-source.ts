/** What files that hold samples one after another, as one array, have in common: IDX and npy. */
import { WhittleError } from '../base/errors';
import type { Problems } from './problems';
import type { Pixels, RawLabel, Source } from './source';

interface SampleArray {
  /** Samples that the file says it has. */
  readonly count: number;
  /** Values of a sample. */
  readonly size: number;
  /** Values that the file really holds, all samples together. */
  readonly available: number;
  readonly read: (index: number) => Promise<Pixels>;
}

/** The samples that are there whole; those that a cut-off file no longer holds are problems. */
export function arraySource({ count, size, available, read }: SampleArray, labels: ArrayLike<RawLabel> | null, problems: Problems): Source {
  const whole = size === 0 ? 0 : Math.min(count, Math.floor(available / size));
  problems.addMany(count - whole, (k) => `sample ${whole + k}: the file is cut off before it ends`);
  return { length: whole, declared: count, labels, name: (index) => `sample ${index}`, read };
}

/** `bad-data` for an array whose shape is not that of labels. @param what the file and its shape, as the start of a sentence. */
export function notLabels(what: string): WhittleError {
  return new WhittleError('bad-data', `${what}, not of labels.`, 'Labels are [n]; name such a file as "labels.file" on the card.');
}
