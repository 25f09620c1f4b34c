/** From dropped files alone to a card, so that nobody need write one. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { counted } from '../../base/plural';
import { withArchivesOpen } from '../archive';
import { textOf } from '../bytes';
import { parseCard } from '../card';
import { decodeImage, decodeWithin, type DecodeImage } from '../decode';
import { parseJson } from '../json-labels';
import { DEFAULT_LIMITS, type DataLimits } from '../limits';
import type { Card, DataFile, NamedBlob } from '../types';
import { guessArrays, guessCifar, guessTable, guessTensors } from './arrays';
import { sortFiles, type Found } from './found';
import { guessImages, guessParquet } from './images';
import type { Guess, Model } from './types';

export type { Guess, Model } from './types';

/**
 * The card that fits these files and the model. A card among the files is taken as it is (of several, the one that names the model).
 * Where they are several sets, the one to judge by ("test", "val") is taken. Throws `bad-data` that says what was found where nothing
 * fits, `bad-card` for a card that is broken. Progress: "Looking at the files".
 */
export async function guessCard(
  files: readonly NamedBlob[],
  model: Model,
  job: Job,
  limits: DataLimits = DEFAULT_LIMITS,
  anyDecode: DecodeImage = decodeImage,
): Promise<Guess> {
  const decode = decodeWithin(limits, anyDecode);
  const all = await withArchivesOpen(files, limits);
  const given = await givenCard(all, model);
  if (given !== null) return given;
  const found = await sortFiles(all, job);
  const guess =
    (await guessArrays(found, model)) ??
    (await guessCifar(found, model)) ??
    (await guessImages(found, model, decode)) ??
    (await guessParquet(found, model, decode)) ??
    (await guessTable(found, model)) ??
    (await guessTensors(found, model));
  if (guess !== null) return guess;
  throw new WhittleError(
    'bad-data',
    `Nothing among the files is a set of samples for this model: ${inWords(found)}. Its inputs: ${inputsOf(model)}.`,
    'Give images, IDX, CIFAR-10 binary, npy or npz named after the inputs, CSV or Parquet, or a card (JSON) that says how they fit.',
  );
}

/** The card among the files; null without one. */
async function givenCard(files: readonly DataFile[], model: Model): Promise<Guess | null> {
  const cards: { readonly path: string; readonly card: Card }[] = [];
  for (const file of files.filter(({ path, size }) => /\.json$/i.test(path) && size < MOST_BYTES)) {
    const json = await textOf(file)
      .then((text) => parseJson(text, file.path))
      .catch(() => null);
    if (typeof json === 'object' && json !== null && 'format' in json && 'task' in json)
      cards.push({ path: file.path, card: parseCard(json) });
  }
  const own = cards.filter(({ card }) => card.model?.split('/').at(-1) === model.name);
  const [chosen, ...others] = own.length > 0 ? own : cards;
  if (chosen === undefined) return null;
  if (others.length > 0)
    throw new WhittleError(
      'bad-data',
      `There are ${others.length + 1} cards among the files: ${[chosen, ...others].map(({ path }) => path).join(', ')}.`,
      'Give one of them.',
    );
  return { card: chosen.card, given: true, why: [`The card ${chosen.path} is taken as it is.`] };
}

/** Larger JSON holds labels. */
const MOST_BYTES = 2 ** 16;

function inWords({ images, parquet, arrays, cifar, texts, others }: Found): string {
  const parts = [
    [images.length, 'image'],
    [parquet.length, 'Parquet file'],
    [cifar.length, 'CIFAR-10 file'],
  ] as const;
  const kinds = parts.filter(([count]) => count > 0).map(([count, what]) => counted(count, what));
  const shapes = arrays.slice(0, 3).map(({ file, shape }) => `${file.path} [${shape.join(', ')}]`);
  const rest = [...texts, ...others];
  const names = rest.slice(0, 3).map(({ path }) => path);
  const more = rest.length > 3 ? [counted(rest.length - 3, 'more file')] : [];
  const words = [...kinds, ...shapes, ...names, ...more];
  return words.length === 0 ? 'there are no files' : words.join(', ');
}

function inputsOf({ inputs }: Model): string {
  return inputs.map(({ name, type, dims }) => `"${name}" ${type} [${dims.join(', ')}]`).join(', ');
}
