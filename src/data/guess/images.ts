/** Cards for image files and Parquet. */
import { agreeing } from '../../base/plural';
import type { DecodeImage } from '../decode';
import { FileIndex } from '../files';
import { firstImage } from '../parquet';
import type { Pixels } from '../source';
import type { DataFile, ImageCard, ModelInput } from '../types';
import { isTestSet, type Found } from './found';
import { frameFor } from './frame';
import { cardLabels, labelTexts, type LabelFile } from './labels';
import { below, commonFolder, patternOf } from './paths';
import type { Guess, Model } from './types';

/** Share of a table's rows whose file must be there for it to be the images' labels. */
const MOST_ROWS = 0.5;
/** Rows looked up: enough to tell a table of these images from another. */
const ROWS = 100;

type Where = Pick<ImageCard, 'format' | 'data'> & { readonly labels: DataFile | null };

/** Loose images: labelled by a table, by their order, by folders, or not at all. Null where the model takes no images. */
export async function guessImages(found: Found, model: Model, decode: DecodeImage): Promise<Guess | null> {
  const [input] = model.inputs;
  const [first] = found.images;
  if (!first || !input || model.inputs.length > 1) return null;
  const why = [`${found.images.length} image files.`];
  const where = placed(found, await labelTexts(found.texts), why);
  const { format, data } = where;
  const labels = await cardLabels(data, found, where.labels, model.classes, why);
  return card(input, await sampleOf(first, decode), { format, data, ...labels }, why);
}

function placed(found: Found, texts: readonly LabelFile[], why: string[]): Where {
  const all = commonFolder([...found.images, ...found.texts].map(({ path }) => path));
  const index = new FileIndex(all, found.images);
  const table = texts.find(({ rows }) => rowsFound(rows.slice(0, ROWS), index) >= MOST_ROWS);
  if (table) return { format: 'images+csv', data: all, labels: table.file };
  const folders = classFolders(found.images, why);
  if (folders !== null) return { format: 'folders', data: folders, labels: null };
  const list = texts.find(({ rows }) => rows.length === found.images.length && rows.every(({ file }) => file === null));
  if (list) why.push("As many labels as images: they belong together in the order of the images' paths.");
  else why.push('No labels: no table names the images, and they lie in no folders of classes.');
  return { format: 'images+csv', data: all, labels: list?.file ?? null };
}

function rowsFound(rows: LabelFile['rows'], index: FileIndex): number {
  return rows.filter(({ file }) => file !== null && index.find(file) !== null).length / Math.max(1, rows.length);
}

/** The folder whose folders are classes; null where there are not at least two that hold nearly all images. */
function classFolders(images: readonly DataFile[], why: string[]): string | null {
  let folder = commonFolder(images.map(({ path }) => path));
  let sets = groups(folder, images);
  const set = [...sets.keys()].find(isTestSet);
  // train/ and val/ are no classes: the set to judge by is taken, if it has classes of its own.
  if (set !== undefined && sets.size <= 3) {
    const inner = images.filter((file) => below(folder, file).startsWith(`${set}/`));
    folder = commonFolder(inner.map(({ path }) => path));
    sets = groups(folder, inner);
    why.push(`Of several sets "${set}" is taken.`);
  }
  if (sets.size < 2) return null;
  why.push(`Folders are the classes: ${sets.size} in ${folder === '.' ? 'what was given' : folder}.`);
  return folder;
}

/** Images by the folder below `folder`; loose ones are left out. */
function groups(folder: string, images: readonly DataFile[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const image of images) {
    const [first = '', ...rest] = below(folder, image).split('/');
    if (rest.length > 0) counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
}

/** Parquet files: all of the set to judge by, or one. */
export async function guessParquet(found: Found, model: Model, decode: DecodeImage): Promise<Guess | null> {
  const [input] = model.inputs;
  if (found.parquet.length === 0 || !input || model.inputs.length > 1) return null;
  const tests = found.parquet.filter(({ path }) => isTestSet(path));
  const chosen = tests.length > 0 ? tests : found.parquet;
  const all = commonFolder(found.parquet.map(({ path }) => path));
  const why = [
    `${chosen.length === found.parquet.length ? chosen.length : `${chosen.length} of ${found.parquet.length}`} ` +
      `Parquet ${agreeing(chosen.length, 'file', 'files')}, with the labels and class names in them.`,
  ];
  const pattern = chosen.length === found.parquet.length ? null : patternOf(all, chosen);
  const [first] = chosen;
  const image = first && (await firstImage(first));
  const sample = image ? await decode(image).catch(() => null) : null;
  return card(input, sample, { format: 'parquet', data: all, ...(pattern === null ? {} : { images: pattern }) }, why);
}

async function sampleOf(file: DataFile, decode: DecodeImage): Promise<Pixels | null> {
  return decode(await file.blob()).catch(() => null);
}

type Fields = Pick<ImageCard, 'format' | 'data' | 'images' | 'labels'>;

function card(input: ModelInput, sample: Pixels | null, fields: Fields, why: readonly string[]): Guess | null {
  const { height, width } = sample ?? { height: 0, width: 0 };
  const frame = frameFor(input, { height, width, channels: 3, numbers: false, photo: true });
  if (frame === null) return null;
  return { card: { version: 1, task: 'classification', ...fields, input: frame.input }, why: [...why, ...describeFrame(frame, input)] };
}

/** What was read from the model and what the search starts from, a sentence each, as the Data page lists them. */
export function describeFrame({ input, preset }: NonNullable<ReturnType<typeof frameFor>>, model: ModelInput): string[] {
  const [height, width] = input.size;
  const crop =
    input.resizeShorter === undefined ? '' : `; the shorter side of an image becomes ${input.resizeShorter}, and the middle is cut out`;
  return [
    `The model's input "${model.name}" is [${model.dims.join(', ')}]: ${height} x ${width}, ` +
      `${input.channels === 'L' ? 'grey' : 'colour'}, ${input.layout}${crop}.`,
    `To begin with: ${preset.label}.`,
  ];
}
