/** Cards for files of numbers: IDX, CIFAR-10, npy, CSV, and recorded inputs. */
import { counted } from '../../base/plural';
import { bytesOf } from '../bytes';
import { CIFAR_RECORD } from '../cifar';
import { parseCsv } from '../csv';
import type { DataFile, ImageCard, ModelInput } from '../types';
import { isTestSet, testFirst, type ArrayFile, type Found } from './found';
import { frameFor, type SampleShape } from './frame';
import { describeFrame } from './images';
import { cardLabels, labelsOf, labelTexts } from './labels';
import { below, commonFolder, patternOf, stemOf } from './paths';
import type { Guess, Model } from './types';

/** An array of images: IDX, or npy of a shape that images have. */
export async function guessArrays(found: Found, model: Model): Promise<Guess | null> {
  const input = single(model);
  const arrays = testFirst(found.arrays, ({ file }) => file.path);
  if (input === null) return null;
  // A model made for several samples at a time takes the whole array, which is then no list of pictures.
  const whole = (shape: readonly number[]): boolean => Number(input.dims[0]) > 1 && shape.join() === input.dims.join();
  for (const array of arrays.filter(({ shape }) => !whole(shape))) {
    const sample = sampleShape(array, input);
    const frame = sample && frameFor(input, sample);
    if (!sample || !frame) continue;
    const [count = 0] = array.shape;
    const labels = labelsOf(array.file, count, arrays, await labelTexts(found.texts));
    const why = [
      `${array.file.path} holds ${counted(count, 'sample')} of ${sample.height} ` +
        `x ${sample.width}${labels ? '' : '; no file has as many labels'}.`,
      ...takenOf(arrays, array.file),
    ];
    return guess(found, model, array.format, array.file, labels, frame, why);
  }
  return null;
}

/** CIFAR-10's binary records, which hold their labels. */
export async function guessCifar(found: Found, model: Model): Promise<Guess | null> {
  const input = single(model);
  const [file] = testFirst(found.cifar, ({ path }) => path);
  const frame = input && frameFor(input, { height: 32, width: 32, channels: 3, numbers: false, photo: false });
  if (!file || !frame) return null;
  return guess(found, model, 'cifar10-binary', file, null, frame, [
    `${file.path} holds ${Math.floor(file.size / CIFAR_RECORD)} CIFAR-10 records with their labels.`,
  ]);
}

/** A table with as many columns as the input has values, and perhaps a label. */
export async function guessTable(found: Found, model: Model): Promise<Guess | null> {
  const input = single(model);
  if (input === null) return null;
  const row = rowShape(input);
  if (row === null) return null;
  const values = row.channels * row.height * row.width;
  for (const file of testFirst(
    found.texts.filter(({ path }) => /\.csv$/i.test(path)),
    ({ path }) => path,
  )) {
    const columns = await columnsOf(file);
    if (columns !== values && columns !== values + 1) continue;
    const frame = frameFor(input, { ...row, numbers: true, photo: false });
    if (frame)
      return guess(found, model, 'csv', file, null, frame, [
        `${file.path} has ${counted(columns, 'column')}: ${counted(values, 'value')}${columns > values ? ' and a label' : ''}.`,
      ]);
  }
  return null;
}

/** npy arrays named after the model's inputs; the only one there is for the only input. */
export async function guessTensors(found: Found, model: Model): Promise<Guess | null> {
  const arrays = found.arrays.filter(({ format }) => format === 'npy').map(({ file }) => file);
  const folder = commonFolder([...arrays, ...found.texts].map(({ path }) => path));
  const tensors: Record<string, string> = {};
  for (const input of model.inputs) {
    const named = arrays.filter((file) => plain(stemOf(file)) === plain(input.name));
    const files = named.length === 0 && model.inputs.length === 1 ? unlabelled(found, arrays) : named;
    const pattern = files.length === 0 ? null : patternOf(folder, files);
    if (pattern === null) return null;
    tensors[input.name] = pattern;
  }
  const [first] = model.inputs;
  const samples = found.arrays.find(({ file }) => below(folder, file) === tensors[first?.name ?? '']);
  const labels = samples
    ? labelsOf(
        samples.file,
        samples.shape[0] ?? 0,
        found.arrays.filter((a) => !Object.values(tensors).includes(below(folder, a.file))),
        await labelTexts(found.texts),
      )
    : null;
  const why = [
    "The arrays are the model's inputs, fed as they are.",
    ...Object.entries(tensors).map(([name, path]) => `"${name}": ${path}.`),
  ];
  return {
    card: {
      version: 1,
      task: 'classification',
      data: folder,
      format: 'tensors',
      tensors,
      ...(await cardLabels(folder, found, labels, model.classes, why)),
    },
    why,
  };
}

/** Arrays that are not just a number a sample. */
function unlabelled(found: Found, arrays: readonly DataFile[]): readonly DataFile[] {
  const wide = new Set(found.arrays.filter(({ shape }) => shape.length > 1).map(({ file }) => file));
  const some = arrays.filter((file) => wide.has(file));
  const tests = some.filter(({ path }) => isTestSet(path));
  return tests.length > 0 ? tests : some;
}

/** Letters and digits: other characters of an input's name cannot all be in a file's. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
}

function single({ inputs }: Model): ModelInput | null {
  return inputs.length === 1 ? (inputs[0] ?? null) : null;
}

/**
 * One sample of an array, as images are stored; null where its shape is not that of images, or the model takes whole numbers that are none.
 */
function sampleShape({ shape, type }: ArrayFile, input: ModelInput): SampleShape | null {
  const numbers = type !== 'u1';
  if (numbers && input.type.includes('int')) return null;
  const [, a = 0, b = 0, c = 0] = shape;
  if (shape.length === 3) return { height: a, width: b, channels: 1, numbers, photo: false };
  if (shape.length === 4 && (a === 1 || a === 3)) return { height: b, width: c, channels: a, numbers, photo: false };
  if (shape.length === 4 && (c === 1 || c === 3)) return { height: a, width: b, channels: c, numbers, photo: false };
  const row = rowShape(input);
  return shape.length === 2 && row !== null && a === row.channels * row.height * row.width ? { ...row, numbers, photo: false } : null;
}

/** The image that a row of values is, as the model's input names its sizes; null where it leaves one open. */
function rowShape({ dims }: ModelInput): Pick<SampleShape, 'height' | 'width' | 'channels'> | null {
  const sizes = dims.slice(1);
  if (!sizes.every((d) => typeof d === 'number')) return null;
  const [a = 1, b = 1, c = 1] = sizes;
  if (sizes.length === 1) return { height: 1, width: a, channels: 1 };
  if (sizes.length === 2) return { height: a, width: b, channels: 1 };
  if (sizes.length !== 3) return null;
  return a === 1 || a === 3 ? { height: b, width: c, channels: a } : { height: a, width: b, channels: c };
}

async function columnsOf(file: DataFile): Promise<number> {
  const text = new TextDecoder().decode(await bytesOf((await file.blob()).slice(0, 2 ** 18)));
  return parseCsv(text.split('\n')[0] ?? '')[0]?.length ?? 0;
}

function takenOf(arrays: readonly ArrayFile[], taken: DataFile): string[] {
  const others = arrays.filter(({ file, shape }) => file !== taken && shape.length > 2);
  return others.length === 0 ? [] : [`Of ${counted(others.length + 1, 'file')} of samples the set to judge by is taken.`];
}

async function guess(
  found: Found,
  model: Model,
  format: ImageCard['format'],
  images: DataFile,
  labels: DataFile | null,
  frame: NonNullable<ReturnType<typeof frameFor>>,
  why: string[],
): Promise<Guess> {
  const folder = commonFolder([images, ...(labels ? [labels] : []), ...found.texts].map(({ path }) => path));
  const fields = await cardLabels(folder, found, labels, model.classes, why);
  const [input] = model.inputs;
  if (input) why.push(...describeFrame(frame, input));
  return {
    card: { version: 1, task: 'classification', data: folder, format, images: below(folder, images), input: frame.input, ...fields },
    why,
  };
}
