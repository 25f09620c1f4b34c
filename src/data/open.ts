import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { channelCount } from './card';
import { openCifar } from './cifar';
import { classify } from './classes';
import { decodeImage, type DecodeImage } from './decode';
import { FileIndex } from './files';
import { openIdx } from './idx';
import { openFolders, openImages } from './images';
import { readLabels } from './labels';
import { readClassNames } from './names';
import { openNpy } from './npy';
import { preprocess } from './preprocess';
import { Problems } from './problems';
import type { Source } from './source';
import { openTable } from './table';
import type { Card, Dataset, NamedBlob } from './types';

/**
 * The samples that `card` describes among `files`, read and preprocessed on demand. What cannot be used (an image that does not
 * decode, a label that is missing or no class) is counted in `problems` and left out. Progress: "Checking images", "Reading rows".
 * `decode` is the browser's image decoder, which only image formats call.
 * Throws `bad-data` where a file is missing or not of its format, or where no sample is left; `bad-card` where the card's size is not the samples'.
 */
export async function openDataset(card: Card, files: readonly NamedBlob[], job: Job = UNWATCHED, decode: DecodeImage = decodeImage): Promise<Dataset> {
  const problems = new Problems();
  const index = new FileIndex(card.data, files);
  const source = await openSource(card, index, problems, decode, job);
  const namesFile = card.labels?.names;
  const named = namesFile === undefined ? null : await readClassNames(index.need(namesFile, 'labels.names'));
  const { kept, labels, names } = classify(source, named, card.labels?.offset ?? 0, problems);
  if (kept.length === 0) {
    const [first] = problems.first;
    throw new WhittleError('bad-data', first === undefined ? 'The data hold no sample.' : `None of the ${problems.count} samples can be used; the first: ${first}.`, 'Compare the card\'s "format", "images" and "labels" with the files.');
  }
  const channels = channelCount(card.input);
  const [height, width] = card.input.size;
  const sampleSize = channels * height * width;
  const read = async (at: number, into: Float32Array, offset: number): Promise<void> => {
    const sample = kept[at];
    if (sample === undefined) throw new RangeError(`There is no sample ${at} among ${kept.length}.`);
    preprocess(await source.read(sample), card.input, into, offset);
  };
  // A size that does not fit shows at the first sample: better now than in the middle of an evaluation.
  await read(0, new Float32Array(sampleSize), 0);
  return {
    length: kept.length,
    card,
    labels,
    classNames: names,
    problems: { count: problems.count, first: problems.first },
    sampleSize,
    batchShape: (n) => (card.input.layout === 'NCHW' ? [n, channels, height, width] : [n, height, width, channels]),
    read,
  };
}

const UNWATCHED: Job = { signal: new AbortController().signal, onProgress: () => {} };

async function openSource(card: Card, files: FileIndex, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  if (card.format === 'images+csv') return openImages(card, files, problems, decode, job);
  if (card.format === 'folders') return openFolders(files, problems, decode, job);
  const samples = files.need(card.images ?? '', 'images');
  const list = card.labels?.file;
  const labels = list === undefined ? null : await readLabels(files.need(list, 'labels.file'));
  if (card.format === 'idx') return openIdx(samples, labels, problems);
  if (card.format === 'cifar10-binary') return openCifar(samples, labels, problems);
  if (card.format === 'npy') return openNpy(samples, card.input, labels, problems);
  return openTable(samples, card.input, labels, problems, job);
}
