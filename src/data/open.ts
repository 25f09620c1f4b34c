import { BudgetCache } from '../base/budget-cache';
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { counted } from '../base/plural';
import { withArchivesOpen } from './archive';
import { channelCount } from './card';
import { openCifar } from './cifar';
import { classify, type Classified } from './classes';
import { decodeImage, decodeWithin, type DecodeImage } from './decode';
import { FileIndex } from './files';
import { openIdx } from './idx';
import { openFolders, openImages } from './images';
import { readLabels } from './labels';
import { DEFAULT_LIMITS, type DataLimits } from './limits';
import { ClassNames, readClassNames } from './names';
import { openNpy } from './npy';
import { openParquet } from './parquet';
import { framed, normalize } from './preprocess';
import { Problems } from './problems';
import type { Pixels, Source } from './source';
import { SourceKeeper } from './source-keeper';
import { openTable } from './table';
import { openTensors } from './tensors';
import type { Card, Dataset, ImageCard, ImageDataset, NamedBlob, TensorCard, TensorDataset } from './types';

/** Framed pixels of images kept so that the second pass decodes nothing: 200 photos of 224 x 224 take 30 MB. */
const CACHE_BYTES = 64 * 2 ** 20;

/**
 * The samples that `card` describes among `files`, read and preprocessed on demand. What cannot be used (an image that does not
 * decode, a label that is missing or no class) is counted in `problems` and left out. Progress: "Checking images", "Reading rows".
 * `decode` is the browser's image decoder, which only image formats call; `keeper` serves cards that change how samples are prepared. What
 * is packed and pictures expand to `limits` at most: beyond them a picture is a problem, a file `bad-data`. Throws `bad-data` where a file
 * is missing or not of its format, or where no sample is left; `bad-card` where the card's size is not the samples'.
 */
export async function openDataset(
  card: ImageCard,
  files: readonly NamedBlob[],
  job?: Job,
  decode?: DecodeImage,
  keeper?: SourceKeeper,
  limits?: DataLimits,
): Promise<ImageDataset>;
export async function openDataset(
  card: TensorCard,
  files: readonly NamedBlob[],
  job?: Job,
  decode?: DecodeImage,
  keeper?: SourceKeeper,
  limits?: DataLimits,
): Promise<TensorDataset>;
export async function openDataset(
  card: Card,
  files: readonly NamedBlob[],
  job?: Job,
  decode?: DecodeImage,
  keeper?: SourceKeeper,
  limits?: DataLimits,
): Promise<Dataset>;
export async function openDataset(
  card: Card,
  files: readonly NamedBlob[],
  job: Job = UNWATCHED,
  decode: DecodeImage = decodeImage,
  keeper: SourceKeeper = new SourceKeeper(),
  limits: DataLimits = DEFAULT_LIMITS,
): Promise<Dataset> {
  const index = new FileIndex(card.data, await withArchivesOpen(files, limits));
  if (card.format === 'tensors') return openRecorded(card, index, job);
  const problems = new Problems();
  const source = await keeper.get(card, files, limits, problems, (found) =>
    openSource(card, index, found, decodeWithin(limits, decode), job),
  );
  return prepared(card, index, source, problems);
}

const UNWATCHED: Job = { signal: new AbortController().signal, onProgress: () => {} };

async function prepared(card: ImageCard, files: FileIndex, source: Source, problems: Problems): Promise<ImageDataset> {
  const { kept, labels, names } = classify(source, await namesFor(card, files, source.names), card.labels?.offset ?? 0, problems);
  needSamples(kept.length, problems);
  const channels = channelCount(card.input);
  const [height, width] = card.input.size;
  const cache = new BudgetCache<Uint8Array>(source.costly === true ? CACHE_BYTES : 0);
  const pixels = (at: number): Promise<Pixels> => {
    const sample = kept[at];
    if (sample === undefined) throw new RangeError(`There is no sample ${at} among ${kept.length}.`);
    return source.read(sample);
  };
  const frame = async (at: number): Promise<Pixels> => {
    const known = cache.get(at);
    if (known) return { width, height, channels, data: known };
    const made = framed(await pixels(at), card.input);
    if (made.data instanceof Uint8Array) cache.add(at, made.data);
    return made;
  };
  // A size that does not fit shows at the first sample: better now than in the middle of an evaluation.
  await frame(0);
  return {
    kind: 'images',
    length: kept.length,
    card,
    labels,
    classNames: names,
    problems: { count: problems.count, first: problems.first },
    sampleSize: channels * height * width,
    batchShape: (n) => (card.input.layout === 'NCHW' ? [n, channels, height, width] : [n, height, width, channels]),
    pixels,
    read: async (at, into, offset) => normalize(await frame(at), card.input, into, offset),
  };
}

async function openSource(card: ImageCard, files: FileIndex, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  if (card.format === 'images+csv') return openImages(card, files, problems, decode, job);
  if (card.format === 'folders') return openFolders(files, problems, decode, job);
  const list = card.labels?.file;
  const labels = list === undefined ? null : await readLabels(files.need(list, 'labels.file'));
  if (card.format === 'parquet') return openParquet(card, files, labels, problems, decode, job);
  const samples = files.need(card.images ?? '', 'images');
  if (card.format === 'idx') return openIdx(samples, labels, problems);
  if (card.format === 'cifar10-binary') return openCifar(samples, labels, problems);
  if (card.format === 'npy') return openNpy(samples, card.input, labels, problems);
  return openTable(samples, card.input, labels, problems, job);
}

async function openRecorded(card: TensorCard, files: FileIndex, job: Job): Promise<TensorDataset> {
  const problems = new Problems();
  const { length, tensors } = await openTensors(card, files, problems, job);
  const list = card.labels?.file;
  const labelled = {
    length,
    declared: length,
    labels: list === undefined ? null : await readLabels(files.need(list, 'labels.file')),
    name: (index: number) => `sample ${index}`,
  };
  const { kept, labels, names }: Classified = classify(
    labelled,
    await namesFor(card, files, undefined),
    card.labels?.offset ?? 0,
    problems,
  );
  needSamples(kept.length, problems);
  const sampleAt = (at: number): number => {
    const sample = kept[at];
    if (sample === undefined) throw new RangeError(`There is no sample ${at} among ${kept.length}.`);
    return sample;
  };
  return {
    kind: 'tensors',
    length: kept.length,
    card,
    labels,
    classNames: names,
    problems: { count: problems.count, first: problems.first },
    tensors: new Map([...tensors].map(([name, column]) => [name, { path: column.path, read: async (at) => column.read(sampleAt(at)) }])),
  };
}

/** Names of the classes from the card's file, else those that the data bring. */
async function namesFor(card: Card, files: FileIndex, own: readonly string[] | undefined): Promise<ClassNames | null> {
  const file = card.labels?.names;
  if (file !== undefined) return readClassNames(files.need(file, 'labels.names'));
  return own === undefined ? null : new ClassNames(own);
}

function needSamples(count: number, problems: Problems): void {
  if (count > 0) return;
  const [first] = problems.first;
  throw new WhittleError(
    'bad-data',
    first === undefined ? 'The data hold no sample.' : `None of the ${counted(problems.count, 'sample')} can be used; the first: ${first}.`,
    'Compare the card\'s "format", "images" and "labels" with the files.',
  );
}
