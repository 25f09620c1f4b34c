import { WhittleError } from '../base/errors';
import { BlobBytes, unpacked } from './bytes';
import { channelCount } from './card';
import { numbersOf, NUMBER_SIZES } from './npy-values';
import type { Problems } from './problems';
import { interleave, type Pixels, type RawLabel, type Source } from './source';
import type { CardInput, NamedBlob } from './types';

interface NpyFile {
  /** NumPy's type without byte order: "u1", "f4". */
  readonly type: string;
  readonly littleEndian: boolean;
  readonly shape: readonly number[];
  readonly start: number;
  readonly bytes: BlobBytes;
}

interface SampleShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  readonly planar: boolean;
}

/**
 * Samples of an npy file (NEP 1, versions 1 to 3), plain or gzip: [n, h, w], [n, h, w, 1 | 3 | 4], [n, 1 | 3 | 4, h, w], or [n, c*h*w]
 * in the card's layout. Bytes (u1) are an image's and may be resized; other numbers are taken as they are.
 */
export async function openNpy(file: NamedBlob, input: CardInput, labels: ArrayLike<RawLabel> | null, problems: Problems): Promise<Source> {
  const npy = await openNpyFile(file);
  const shape = sampleShape(file.path, npy.shape, input);
  const count = npy.shape[0] ?? 0;
  const { height, width, channels, planar } = shape;
  const length = height * width * channels;
  const size = length * (NUMBER_SIZES.get(npy.type) ?? 1);
  const whole = size === 0 ? 0 : Math.min(count, Math.floor((npy.bytes.size - npy.start) / size));
  problems.addMany(count - whole, (k) => `sample ${whole + k}: the file is cut off before it ends`);
  return {
    length: whole,
    declared: count,
    labels,
    name: (index) => `sample ${index}`,
    async read(index): Promise<Pixels> {
      const raw = await npy.bytes.read(npy.start + index * size, size);
      if (npy.type === 'u1') return { height, width, channels, data: planar ? interleave(raw, channels, new Uint8Array(length)) : raw };
      const data = Float32Array.from(numbersOf(raw, npy.type, npy.littleEndian));
      return { height, width, channels, data: planar ? interleave(data, channels, new Float32Array(length)) : data };
    },
  };
}

/** Labels of an npy file of shape [n] or [n, 1], whole numbers. */
export async function readNpyLabels(file: NamedBlob): Promise<number[]> {
  const { type, littleEndian, shape, start, bytes } = await openNpyFile(file);
  const [count = 0, columns = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || columns !== 1) {
    throw new WhittleError('bad-data', `"${file.path}" has the shape [${shape.join(', ')}], not of labels.`, 'Labels are [n]; name such a file as "labels.file" on the card.');
  }
  return numbersOf(await bytes.read(start, count * (NUMBER_SIZES.get(type) ?? 1)), type, littleEndian);
}

function sampleShape(path: string, shape: readonly number[], input: CardInput): SampleShape {
  const [, a = 0, b = 0, c = 0] = shape;
  const [height, width] = input.size;
  const values = channelCount(input) * height * width;
  if (shape.length === 2 && a === values) return { height, width, channels: channelCount(input), planar: input.layout === 'NCHW' };
  if (shape.length === 3) return { height: a, width: b, channels: 1, planar: false };
  const readings: SampleShape[] = [];
  const [first, last] = [channelsOf(a), channelsOf(c)];
  if (shape.length === 4 && first) readings.push({ height: b, width: c, channels: first, planar: true });
  if (shape.length === 4 && last) readings.push({ height: a, width: b, channels: last, planar: false });
  // [n, 1, 2, 3] can be read both ways: the one that is nearer to what the card wants.
  const [best] = readings.toSorted((x, y) => nearness(y, input) - nearness(x, input));
  if (best) return best;
  throw new WhittleError('bad-data', `"${path}" has the shape [${shape.join(', ')}], which is not that of samples.`, `Samples are [n, h, w], [n, h, w, c], [n, c, h, w] with 1, 3 or 4 channels, or [n, ${values}].`);
}

function nearness(shape: SampleShape, input: CardInput): number {
  const sized = shape.height === input.size[0] && shape.width === input.size[1];
  return (sized ? 4 : 0) + (shape.channels === channelCount(input) ? 2 : 0) + (shape.planar === (input.layout === 'NCHW') ? 1 : 0);
}

function channelsOf(n: number): 1 | 3 | 4 | null {
  return n === 1 || n === 3 || n === 4 ? n : null;
}

async function openNpyFile(file: NamedBlob): Promise<NpyFile> {
  const bytes = new BlobBytes(await unpacked(file));
  const head = await bytes.read(0, 12);
  if (head.length < 12 || !isNpy(head)) throw notNpy(file.path, 'it does not begin with NumPy\'s mark');
  const view = new DataView(head.buffer);
  const [at, length] = view.getUint8(6) === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const header = new TextDecoder().decode(await bytes.read(at, Math.min(length, 2 ** 16)));
  const descr = /'descr':\s*'([<>|=]?)([a-z]\d+)'/.exec(header);
  const dims = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  const type = descr?.[2] ?? '';
  if (dims === undefined) throw notNpy(file.path, 'its header names no shape');
  if (!NUMBER_SIZES.has(type)) throw notNpy(file.path, `its values are of a type that is not a number (${header.slice(0, 60).trim()})`);
  if (/'fortran_order':\s*True/.test(header)) throw notNpy(file.path, 'it is in Fortran order');
  const shape = dims.split(',').map((d) => d.trim()).filter((d) => d !== '').map(Number);
  return { type, littleEndian: descr?.[1] !== '>', shape, start: at + length, bytes };
}

/** Whether the bytes begin as an npy file does. */
export function isNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && [78, 85, 77, 80, 89].every((code, k) => head[k + 1] === code);
}

function notNpy(path: string, why: string): WhittleError {
  return new WhittleError('bad-data', `"${path}" cannot be read as npy: ${why}.`, 'Save it with numpy.save(path, numpy.ascontiguousarray(values)).');
}
