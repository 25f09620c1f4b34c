import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { textOf } from './bytes';
import type { DecodeImage } from './decode';
import type { FileIndex } from './files';
import { readTable } from './labels';
import type { Problems } from './problems';
import type { RawLabel, Source } from './source';
import type { Card, NamedBlob } from './types';

interface Item {
  readonly file: NamedBlob;
  readonly name: string;
  readonly label: RawLabel;
}

/** Images decoded at once while they are checked: a browser decodes on several threads. */
const AT_ONCE = 4;
const IMAGE = /\.(png|jpe?g|jfif|webp|gif|bmp|avif)$/i;

/**
 * Images listed by a CSV of files and labels (paths below the card's folder); without one every image given, unlabelled.
 * Rows whose image is missing, and images that do not decode, are problems.
 */
export async function openImages(card: Card, files: FileIndex, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  const list = card.labels?.file;
  if (list === undefined) {
    const items = files.files.filter((f) => IMAGE.test(f.path)).map((file) => ({ file, name: file.path, label: null }));
    return checked(byName(items), false, problems, decode, job);
  }
  const items: Item[] = [];
  const used = new Set<NamedBlob>();
  for (const { file: name, label } of readTable(await textOf(files.need(list, 'labels.file')))) {
    if (name === null) throw new WhittleError('bad-data', `"${list}" has one column; it must name each image's file and label.`, 'Give it two columns, "file" and "label".');
    const file = files.find(name);
    if (file) {
      used.add(file);
      items.push({ file, name, label });
    } else {
      problems.add(`${name}: the file is missing`);
    }
  }
  for (const file of files.files) {
    if (IMAGE.test(file.path) && !used.has(file)) problems.add(`${file.path}: it has no label in ${list}`);
  }
  return checked(items, true, problems, decode, job);
}

/** Images in one folder a class, which gives the label its name; files may lie deeper. Hidden files are passed over. */
export async function openFolders(files: FileIndex, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  const items: Item[] = [];
  for (const file of files.files) {
    const below = files.below(file);
    if (!IMAGE.test(file.path) || below.some((part) => part.startsWith('.'))) continue;
    items.push({ file, name: below.join('/'), label: below.length > 1 ? (below[0] ?? null) : null });
  }
  return checked(byName(items), true, problems, decode, job);
}

function byName(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Decodes every image once and lets it go, so that the data set holds only what can be read and its length is final: an
 * image that fails in the middle of an evaluation would leave the figures without a base.
 */
async function checked(items: readonly Item[], labelled: boolean, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  const startedAt = Date.now();
  const failures = new Map<number, string>();
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      job.signal.throwIfAborted();
      const item = items[at];
      if (item) await decode(item.file.blob).catch(() => failures.set(at, `${item.name}: not an image that this browser can decode (${item.file.blob.size} bytes)`));
      job.onProgress({ stage: 'Checking images', done: ++done, total: items.length, startedAt });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const [, failure] of [...failures].toSorted(([a], [b]) => a - b)) problems.add(failure);
  const good = items.filter((_, at) => !failures.has(at));
  const itemAt = (index: number): Item => {
    const item = good[index];
    if (!item) throw new RangeError(`There is no sample ${index} among ${good.length}.`);
    return item;
  };
  return {
    length: good.length,
    declared: good.length,
    labels: labelled ? good.map((item) => item.label) : null,
    name: (index) => itemAt(index).name,
    read: (index) => decode(itemAt(index).file.blob),
  };
}
