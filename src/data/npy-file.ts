import { WhittleError } from '../base/errors';
import { BlobBytes, unpacked } from './bytes';
import { numbersOf, NUMBER_SIZES } from './npy-values';
import type { DataFile } from './types';

/** An npy file (NEP 1, versions 1 to 3), plain or gzip, whose values are read where they lie. */
export interface NpyFile {
  readonly path: string;
  /** NumPy's type without byte order: "u1", "f4". */
  readonly type: string;
  readonly shape: readonly number[];
  /** Values that the file really holds from the start of its data: fewer than its shape says where it is cut off. */
  readonly available: number;
  /** `count` values from the value `offset`; fewer where the file ends before. Bytes for "u1", else numbers. */
  read(offset: number, count: number): Promise<Uint8Array | Float32Array | Float64Array>;
}

/** NumPy's own bound. */
const MOST_AXES = 64;

/** Throws `bad-data` where the file is none, is in Fortran order, or holds what are no numbers. */
export async function openNpyFile(file: DataFile): Promise<NpyFile> {
  const { path } = file;
  const bytes = new BlobBytes(await unpacked(file));
  const head = await bytes.read(0, 12);
  if (head.length < 12 || !isNpy(head)) throw notNpy(path, "it does not begin with NumPy's mark");
  const view = new DataView(head.buffer);
  const [at, length] = view.getUint8(6) === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (at + length > bytes.size) throw notNpy(path, `its header of ${length} bytes ends behind the file`);
  const header = new TextDecoder().decode(await bytes.read(at, Math.min(length, 2 ** 16)));
  const descr = /'descr':\s*'([<>|=]?)([a-z]\d+)'/.exec(header);
  const dims = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  const type = descr?.[2] ?? '';
  const size = NUMBER_SIZES.get(type);
  if (dims === undefined) throw notNpy(path, 'its header names no shape');
  if (size === undefined) throw notNpy(path, `its values are of a type that is not a number (${header.slice(0, 60).trim()})`);
  if (/'fortran_order':\s*True/.test(header)) throw notNpy(path, 'it is in Fortran order');
  const start = at + length;
  const shape = dims
    .split(',')
    .map((d) => d.trim())
    .filter((d) => d !== '')
    .map(Number);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(shape.reduce((n, d) => n * d, size)))
    throw notNpy(path, `its shape (${dims.trim().slice(0, 60)}) is none that can be`);
  if (shape.length > MOST_AXES) throw notNpy(path, `it has ${shape.length} axes`);
  return {
    path,
    type,
    shape,
    available: Math.max(0, Math.floor((bytes.size - start) / size)),
    async read(offset, count) {
      const raw = await bytes.read(start + offset * size, count * size);
      return type === 'u1' ? raw : numbersOf(raw, type, descr?.[1] !== '>');
    },
  };
}

/** Whether the bytes begin as an npy file does. */
export function isNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && [78, 85, 77, 80, 89].every((code, k) => head[k + 1] === code);
}

function notNpy(path: string, why: string): WhittleError {
  return new WhittleError(
    'bad-data',
    `"${path}" cannot be read as npy: ${why}.`,
    'Save it with numpy.save(path, numpy.ascontiguousarray(values)).',
  );
}
