import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import type { DecodeImage } from './decode';
import type { Problems } from './problems';
import type { RawLabel, Source } from './source';

/** An image that must be decoded to be read. */
export interface Encoded {
  /** What it is called in a message: "images/a.jpg". */
  readonly name: string;
  readonly label: RawLabel;
  /** The encoded image. */
  blob(): Promise<Blob>;
}

/** Images decoded at once while they are checked: a browser decodes on several threads. */
const AT_ONCE = 4;

/**
 * Decodes every image once and lets it go, so that the data set holds only what can be read and its length is final: an
 * image that fails in the middle of an evaluation would leave the figures without a base.
 */
export async function checkedImages(
  items: readonly Encoded[],
  labelled: boolean,
  problems: Problems,
  decode: DecodeImage,
  job: Job,
): Promise<Source> {
  const startedAt = Date.now();
  const failures = new Map<number, string>();
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      job.signal.throwIfAborted();
      const item = items[at];
      const failure = item === undefined ? null : await failureOf(item, decode);
      if (failure !== null) failures.set(at, failure);
      job.onProgress({ stage: 'Checking images', done: ++done, total: items.length, startedAt });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const [, failure] of [...failures].toSorted(([a], [b]) => a - b)) problems.add(failure);
  const good = items.filter((_, at) => !failures.has(at));
  const itemAt = (index: number): Encoded => {
    const item = good[index];
    if (!item) throw new RangeError(`There is no sample ${index} among ${good.length}.`);
    return item;
  };
  return {
    length: good.length,
    declared: good.length,
    labels: labelled ? good.map((item) => item.label) : null,
    name: (index) => itemAt(index).name,
    read: async (index) => decode(await itemAt(index).blob()),
    costly: true,
  };
}

/** Why the image cannot be used; null where it can. Throws `not-installed` where nothing here decodes images. */
async function failureOf(item: Encoded, decode: DecodeImage): Promise<string | null> {
  let size: number | null = null;
  try {
    const blob = await item.blob();
    ({ size } = blob);
    await decode(blob);
    return null;
  } catch (error) {
    // No image can be used, which is not the images' fault.
    if (error instanceof WhittleError && error.code === 'not-installed') throw error;
    if (error instanceof WhittleError) return `${item.name}: ${error.message}`;
    return `${item.name}: not an image that this browser can decode${size === null ? '' : ` (${size} bytes)`}`;
  }
}
