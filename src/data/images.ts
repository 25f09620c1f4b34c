import type { Job } from '../base/job';
import { checkedImages, type Encoded } from './decoded';
import type { DecodeImage } from './decode';
import type { FileIndex } from './files';
import { readLabelRows } from './labels';
import type { Problems } from './problems';
import type { LabelRow, RawLabel, Source } from './source';
import type { DataFile, ImageCard } from './types';

const IMAGE = /\.(png|jpe?g|jfif|webp|gif|bmp|avif)$/i;

/** Whether the file is an image by its name; hidden files are not. */
export function isImage({ path }: DataFile): boolean {
  return IMAGE.test(path) && !/(^|[/\\])\.[^/\\]*$/.test(path);
}

/**
 * Images and labels of a CSV or JSON file (paths below the card's folder; labels alone belong to the images in the order of their
 * paths); without one every image given, unlabelled. Rows whose image is missing, and images that do not decode, are problems.
 */
export async function openImages(card: ImageCard, files: FileIndex, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  const images = files.inside().filter(isImage);
  const list = card.labels?.file;
  if (list === undefined) return checkedImages(byName(images.map((file) => encoded(file, file.path, null))), false, problems, decode, job);
  const rows = await readLabelRows(files.need(list, 'labels.file'));
  const items = rows.every((row) => row.file === null) ? inOrder(images, rows, problems) : byFile(images, rows, files, list, problems);
  return checkedImages(items, true, problems, decode, job);
}

function inOrder(images: readonly DataFile[], rows: readonly LabelRow[], problems: Problems): readonly Encoded[] {
  problems.addMany(Math.max(0, rows.length - images.length), (k) => `label ${images.length + k}: there is no image for it`);
  return images.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((file, k) => encoded(file, file.path, rows[k]?.label ?? null));
}

function byFile(
  images: readonly DataFile[],
  rows: readonly LabelRow[],
  files: FileIndex,
  list: string,
  problems: Problems,
): readonly Encoded[] {
  const items: Encoded[] = [];
  const used = new Set<DataFile>();
  for (const { file: name, label } of rows) {
    const file = name === null ? null : files.find(name);
    if (file) {
      used.add(file);
      items.push(encoded(file, name ?? file.path, label));
    } else {
      problems.add(`${name ?? 'a row without a file'}: the file is missing`);
    }
  }
  for (const file of images) if (!used.has(file)) problems.add(`${file.path}: it has no label in ${list}`);
  return items;
}

/** Images in one folder a class, which gives the label its name; files may lie deeper. Hidden files are passed over. */
export async function openFolders(files: FileIndex, problems: Problems, decode: DecodeImage, job: Job): Promise<Source> {
  const items: Encoded[] = [];
  for (const file of files.inside()) {
    const below = files.below(file);
    if (!isImage(file) || below.some((part) => part.startsWith('.'))) continue;
    items.push(encoded(file, below.join('/'), below.length > 1 ? (below[0] ?? null) : null));
  }
  return checkedImages(byName(items), true, problems, decode, job);
}

function encoded(file: DataFile, name: string, label: RawLabel): Encoded {
  return { name, label, blob: () => file.blob() };
}

function byName(items: readonly Encoded[]): readonly Encoded[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
