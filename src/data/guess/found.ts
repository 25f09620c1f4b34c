/** What the dropped files are, told by their first bytes and, where those say nothing, by their names. */
import type { Job } from '../../base/job';
import { bytesOf, headOf, unpacked } from '../bytes';
import { CIFAR_RECORD } from '../cifar';
import { readIdxShape } from '../idx';
import { isImage } from '../images';
import { isNpy, openNpyFile } from '../npy-file';
import type { DataFile } from '../types';

/** A file of numbers with a shape: IDX or npy. */
export interface ArrayFile {
  readonly file: DataFile;
  readonly format: 'idx' | 'npy';
  readonly shape: readonly number[];
  /** NumPy's type; "u1" for IDX. */
  readonly type: string;
}

export interface Found {
  readonly images: readonly DataFile[];
  readonly parquet: readonly DataFile[];
  readonly arrays: readonly ArrayFile[];
  readonly cifar: readonly DataFile[];
  /** Text that may hold rows, labels or names: CSV, TSV, JSON, plain text. */
  readonly texts: readonly DataFile[];
  readonly others: readonly DataFile[];
}

const TEXT = /\.(csv|tsv|json|txt|names|labels)$/i;
/** Not a person's data: hidden files, notes, thumbnails. */
const NOISE = /(^|[/\\])(\.[^/\\]*|thumbs\.db|desktop\.ini|readme[^/\\]*|licen[sc]e[^/\\]*)$/i;

/** Sorts the files by what they are. Images and texts are known by their names; of the rest the first bytes are read. */
export async function sortFiles(files: readonly DataFile[], job: Job): Promise<Found> {
  const startedAt = Date.now();
  const found = {
    images: [] as DataFile[],
    parquet: [] as DataFile[],
    arrays: [] as ArrayFile[],
    cifar: [] as DataFile[],
    texts: [] as DataFile[],
    others: [] as DataFile[],
  };
  for (const [k, file] of files.entries()) {
    if (NOISE.test(file.path)) continue;
    if (isImage(file)) {
      found.images.push(file);
      continue;
    }
    job.signal.throwIfAborted();
    const array = TEXT.test(file.path) ? null : await arrayOf(file);
    if (array) found.arrays.push(array);
    else if (TEXT.test(file.path)) found.texts.push(file);
    else if (/\.parquet$/i.test(file.path)) found.parquet.push(file);
    else if (await isCifar(file)) found.cifar.push(file);
    else found.others.push(file);
    job.onProgress({ stage: 'Looking at the files', done: k + 1, total: files.length, startedAt });
  }
  return found;
}

async function arrayOf(file: DataFile): Promise<ArrayFile | null> {
  const head = await headOf(file, 8);
  if (isNpy(head)) {
    const { shape, type } = await openNpyFile(file);
    return { file, format: 'npy', shape, type };
  }
  const shape = head[0] === 0 && head[1] === 0 ? await readIdxShape(file) : null;
  return shape === null ? null : { file, format: 'idx', shape, type: 'u1' };
}

/** Whole records, whose first bytes are labels of ten classes. */
async function isCifar(file: DataFile): Promise<boolean> {
  const [first = 255] = await headOf(file, 1);
  if (first > 9) return false;
  const blob = await unpacked(file);
  if (blob.size === 0 || blob.size % CIFAR_RECORD !== 0) return false;
  for (let k = 0; k < Math.min(10, blob.size / CIFAR_RECORD); k++) {
    const [label = 255] = await bytesOf(blob.slice(k * CIFAR_RECORD, k * CIFAR_RECORD + 1));
    if (label > 9) return false;
  }
  return true;
}

const TEST_SET = /(^|[^a-z])(test|t10k|val|valid|validation|eval)([^a-z]|$)/i;

/** Whether a path is that of a set to judge by, rather than to train on. */
export function isTestSet(path: string): boolean {
  return TEST_SET.test(path);
}

/** The sets to judge by first, each kind in the order of its paths. */
export function testFirst<T>(items: readonly T[], path: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => Number(isTestSet(path(b))) - Number(isTestSet(path(a))) || (path(a) < path(b) ? -1 : 1));
}
