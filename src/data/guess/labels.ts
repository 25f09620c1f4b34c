/** Which files label the samples, and which name the classes. */
import { counted } from '../../base/plural';
import { readLabelRows } from '../labels';
import { readClassNames } from '../names';
import type { LabelRow } from '../source';
import type { CardLabels, DataFile } from '../types';
import { testFirst, type ArrayFile, type Found } from './found';
import { below, likeness } from './paths';

/** Larger texts hold samples, not labels. */
const MOST_BYTES = 32 * 2 ** 20;

export interface LabelFile {
  readonly file: DataFile;
  readonly rows: readonly LabelRow[];
}

/** Texts that can be read as rows of labels. */
export async function labelTexts(texts: readonly DataFile[]): Promise<readonly LabelFile[]> {
  const files: LabelFile[] = [];
  for (const file of texts) {
    if (file.size > MOST_BYTES) continue;
    const rows = await readLabelRows(file).catch(() => []);
    if (rows.length > 0) files.push({ file, rows });
  }
  return testFirst(files, ({ file }) => file.path);
}

/** The file of `count` labels that belongs to a file of samples, the one with the likest path: an array [n], or a text of labels alone. */
export function labelsOf(samples: DataFile, count: number, arrays: readonly ArrayFile[], texts: readonly LabelFile[]): DataFile | null {
  const fitting = [
    ...arrays
      .filter(({ shape }) => shape[0] === count && (shape.length === 1 || (shape.length === 2 && shape[1] === 1)))
      .map(({ file }) => file),
    ...texts.filter(({ rows }) => rows.length === count).map(({ file }) => file),
  ];
  const [best] = fitting
    .filter((file) => file !== samples)
    .toSorted((a, b) => likeness(b.path, samples.path) - likeness(a.path, samples.path));
  return best ?? null;
}

const NAMES = /class|name|synset|label|categor|meta/i;

interface Names {
  readonly file: DataFile;
  readonly count: number;
}

/** The file with a class a line: as many as the model has classes (or one fewer, which leaves a background), else by its name. */
export async function namesOf(texts: readonly DataFile[], used: DataFile | null, classes: number | null): Promise<Names | null> {
  const all: Names[] = [];
  for (const file of texts) {
    if (file === used || file.size > MOST_BYTES || /\.(csv|tsv)$/i.test(file.path)) continue;
    const count = await readClassNames(file).then(
      ({ names }) => names.length,
      () => 0,
    );
    if (count > 1) all.push({ file, count });
  }
  const fitting = all.find(({ count }) => count === classes) ?? all.find(({ count }) => count + 1 === classes);
  return fitting ?? all.find(({ file }) => classes === null && NAMES.test(file.path)) ?? null;
}

/** The card's labels with why they were taken. Adds to `why`. */
export async function cardLabels(
  folder: string,
  found: Found,
  labels: DataFile | null,
  classes: number | null,
  why: string[],
): Promise<{ readonly labels?: CardLabels }> {
  const names = await namesOf(found.texts, labels, classes);
  if (labels) why.push(`Labels: ${below(folder, labels)}.`);
  if (names) why.push(`Class names: ${below(folder, names.file)}, ${names.count} of them.`);
  const offset = names !== null && names.count + 1 === classes ? { offset: 1 } : {};
  if ('offset' in offset)
    why.push(
      `Offset 1: the model has ${counted(classes ?? 0, 'class', 'classes')}, ` +
        'one more than there are names, which leaves class 0 for the background.',
    );
  const fields: CardLabels = {
    ...(labels ? { file: below(folder, labels) } : {}),
    ...(names ? { names: below(folder, names.file) } : {}),
    ...offset,
  };
  return Object.keys(fields).length === 0 ? {} : { labels: fields };
}
