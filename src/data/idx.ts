import { WhittleError } from '../base/errors';
import { arraySource, notLabels } from './array-source';
import { BlobBytes, bytesOf, unpacked } from './bytes';
import type { Problems } from './problems';
import type { Pixels, RawLabel, Source } from './source';
import type { DataFile } from './types';

const UNSIGNED_BYTE = 0x08;

interface IdxFile {
  readonly dims: readonly number[];
  /** Where the values begin. */
  readonly start: number;
  readonly bytes: BlobBytes;
}

/**
 * Images of an IDX file (LeCun's MNIST format: 0 0 type rank, big-endian sizes, values), plain or gzip: [n, height, width] or
 * [n, height, width, channels] with 1 or 3 channels, unsigned bytes. Samples that a cut-off file no longer holds are problems.
 */
export async function openIdx(file: DataFile, labels: ArrayLike<RawLabel> | null, problems: Problems): Promise<Source> {
  const { dims, start, bytes } = await openIdxFile(file);
  const [count = 0, height = 0, width = 0, channels = 1] = dims;
  const known = channels === 1 || channels === 3;
  if (dims.length < 3 || dims.length > 4 || !known) {
    throw new WhittleError(
      'bad-data',
      `"${file.path}" is an IDX file of shape [${dims.join(', ')}], not of images.`,
      'Images are [n, height, width] or [n, height, width, 1 or 3]; name such a file as "images" on the card.',
    );
  }
  const size = height * width * channels;
  const read = async (index: number): Promise<Pixels> => ({ width, height, channels, data: await bytes.read(start + index * size, size) });
  return arraySource({ count, size, available: bytes.size - start, read }, labels, problems);
}

/** Labels of an IDX file of shape [n], unsigned bytes. */
export async function readIdxLabels(file: DataFile): Promise<Uint8Array> {
  const { dims, start, bytes } = await openIdxFile(file);
  const [count = 0] = dims;
  if (dims.length !== 1) throw notLabels(`"${file.path}" is an IDX file of shape [${dims.join(', ')}]`);
  return bytes.read(start, count);
}

/** The sizes that an IDX file names; null where it is none, or its length is not that of such a file (at most half cut off). */
export async function readIdxShape(file: DataFile): Promise<readonly number[] | null> {
  const blob = await unpacked(file);
  const [zero, zero2, type, rank = 0] = await bytesOf(blob.slice(0, 4));
  if (zero !== 0 || zero2 !== 0 || type !== UNSIGNED_BYTE || rank < 1 || rank > 4) return null;
  const { dims, start } = await openIdxFile(file);
  const values = dims.reduce((n, d) => n * d, 1);
  const held = blob.size - start;
  return held <= values && held * 2 >= values ? dims : null;
}

async function openIdxFile(file: DataFile): Promise<IdxFile> {
  const bytes = new BlobBytes(await unpacked(file));
  const head = await bytes.read(0, 4);
  const [zero, zero2, type = 0, rank = 0] = head;
  const start = 4 + 4 * rank;
  if (head.length < 4 || zero !== 0 || zero2 !== 0 || rank === 0 || bytes.size < start) {
    throw new WhittleError(
      'bad-data',
      `"${file.path}" is not an IDX file: it begins with ${hex(head)}.`,
      'Set the card\'s "format" to what the file is.',
    );
  }
  if (type !== UNSIGNED_BYTE) {
    throw new WhittleError(
      'bad-data',
      `"${file.path}" holds IDX values of type 0x${type.toString(16).padStart(2, '0')}; only unsigned bytes (0x08) are read.`,
      'Write the samples as unsigned bytes, or as npy.',
    );
  }
  const sizes = new DataView((await bytes.read(4, 4 * rank)).buffer);
  return { dims: Array.from({ length: rank }, (_, axis) => sizes.getUint32(4 * axis)), start, bytes };
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'nothing' : Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
}
