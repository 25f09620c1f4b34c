import { WhittleError } from '../base/errors';
import { BlobBytes, unpacked } from './bytes';
import type { Problems } from './problems';
import { interleave, type RawLabel, type Source } from './source';
import type { DataFile } from './types';

const SIDE = 32;
const PIXELS = 3 * SIDE * SIDE;
/** Bytes of a sample: its label and three planes of 32 x 32. */
export const CIFAR_RECORD = 1 + PIXELS;

/**
 * CIFAR-10's binary file (Krizhevsky 2009): records of one label byte and 32 x 32 red, green and blue planes. Labels of their own
 * file take the place of the label bytes. Throws `bad-data` where the length fits CIFAR-100 only.
 */
export async function openCifar(file: DataFile, labels: ArrayLike<RawLabel> | null, problems: Problems): Promise<Source> {
  const bytes = new BlobBytes(await unpacked(file));
  const rest = bytes.size % CIFAR_RECORD;
  if (rest !== 0 && bytes.size % (CIFAR_RECORD + 1) === 0) {
    throw new WhittleError(
      'bad-data',
      `"${file.path}" has ${bytes.size} bytes, which are CIFAR-100 records (two label bytes), not CIFAR-10's of ${CIFAR_RECORD} bytes.`,
      'Remove the first label byte of each record.',
    );
  }
  const count = Math.floor(bytes.size / CIFAR_RECORD);
  if (rest !== 0) problems.add(`sample ${count}: the file is cut off before it ends`);
  return {
    length: count,
    declared: count + (rest === 0 ? 0 : 1),
    labels: labels ?? (await labelBytes(bytes, count)),
    name: (index) => `sample ${index}`,
    async read(index) {
      const planes = await bytes.read(index * CIFAR_RECORD + 1, PIXELS);
      return { width: SIDE, height: SIDE, channels: 3, data: interleave(planes, 3, new Uint8Array(PIXELS)) };
    },
  };
}

async function labelBytes(bytes: BlobBytes, count: number): Promise<Uint8Array> {
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) labels[i] = (await bytes.read(i * CIFAR_RECORD, 1))[0] ?? 0;
  return labels;
}
