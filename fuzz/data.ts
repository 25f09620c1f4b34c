/** Cards with their data files, and the mutations of both. */
import { gzipSync, strToU8, zipSync } from 'fflate';
import type { ParquetWriter } from 'hyparquet-writer';
import { file, idx } from '../src/data/testing/files';
import { npy } from '../src/data/testing/npy';
import { parquetOf } from '../src/data/testing/parquet';
import { ppmText } from '../src/data/testing/ppm';
import type { NamedBlob } from '../src/data/types';
import { mutatedBytes, ODD_NUMBERS, type Dice } from './dice';
import { changedCard } from './texts';

export interface DataSet {
  readonly card: unknown;
  readonly files: () => Promise<NamedBlob[]>;
}

type Bytes = Uint8Array<ArrayBuffer>;
export interface Made {
  readonly card: Record<string, unknown>;
  readonly files: Readonly<Record<string, (dice: Dice) => Bytes | NamedBlob>>;
}

const bytes = (text: string): Bytes => new Uint8Array(strToU8(text));
const of =
  (made: Uint8Array): ((dice: Dice) => Bytes) =>
  (dice) =>
    dice.chance(0.5) ? mutatedBytes(made, dice) : new Uint8Array(made);
const input = { layout: 'NCHW', size: [2, 2], scale: 1, mean: [0], std: [1], channels: 'L' };
const base = { version: 1, task: 'classification', data: '.', input };

const digits = idx(
  [3, 2, 2],
  Array.from({ length: 12 }, (_, at) => at),
);
const classes = idx([3], [0, 1, 2]);
const floats = npy(
  '<f4',
  [3, 1, 2, 2],
  Float32Array.from({ length: 12 }, (_, at) => at),
);
const longs = npy('<i8', [3], BigInt64Array.of(0n, 1n, 2n));
const table = bytes('label,a,b,c,d\n0,1,2,3,4\n1,5,6,7,8\n"2",9,10,11,12\n');
const pictures = Array.from({ length: 40 }, (_, at) => bytes(ppmText(at)));
const LABELS = pictures.map((_, at) => at % 3);
/** The header of a PNG of 1 x 1 grey pixel, whose pixels are damaged. */
const png = Uint8Array.from([
  137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 58, 126, 155, 85, 0, 0, 0, 0, 73, 69,
  78, 68, 174, 66, 96, 130,
]);

export const SETS: readonly Made[] = [
  { card: { ...base, format: 'idx', images: 'x.idx', labels: { file: 'l.idx' } }, files: { 'x.idx': of(digits), 'l.idx': of(classes) } },
  {
    card: { ...base, format: 'idx', images: 'x.idx.gz', labels: { file: 'l.gz' } },
    files: { 'x.idx.gz': of(gzipSync(digits)), 'l.gz': of(gzipSync(classes)) },
  },
  {
    card: { ...base, format: 'npy', images: 'x.npy', labels: { file: 'l.npy', names: 'n.txt' } },
    files: { 'x.npy': of(floats), 'l.npy': of(longs), 'n.txt': of(bytes('cat\ndog\nowl\n')) },
  },
  {
    card: { ...base, format: 'npy', images: 'x.npz/x.npy', labels: { file: 'x.npz/l.npy' } },
    files: { 'x.npz': of(zipSync({ 'x.npy': floats, 'l.npy': [longs, { level: 0 }] })) },
  },
  { card: { ...base, format: 'csv', images: 'x.csv' }, files: { 'x.csv': of(table) } },
  {
    card: { ...base, format: 'csv', images: 'x.csv', labels: { file: 'l.json', names: 'n.json' } },
    files: { 'x.csv': of(table), 'l.json': of(bytes('["a",1,"c"]')), 'n.json': of(bytes('{"0":["n01440764","a"],"1":"b","c":2}')) },
  },
  {
    card: { version: 1, task: 'classification', data: '.', format: 'tensors', tensors: { x: 'x.npy', y: '*.one.npy' } },
    files: { 'x.npy': of(floats), 'a.one.npy': of(longs), 'b.one.npy': of(longs), 'c.one.npy': of(longs) },
  },
  { card: { ...base, format: 'cifar10-binary', images: 'x.bin' }, files: { 'x.bin': of(new Uint8Array(3073 * 2)) } },
  {
    card: { ...base, format: 'images+csv', labels: { file: 'l.csv' } },
    files: { 'a.png': of(png), 'b.ppm': of(bytes(ppmText(5))), 'l.csv': of(bytes('file,label\na.png,1\nb.ppm,0\n')) },
  },
  {
    card: { ...base, format: 'folders' },
    files: { 's.zip': of(zipSync({ 'cat/a.png': bytes(ppmText(1)), 'dog/b.png': [bytes(ppmText(2)), { level: 0 }] })) },
  },
  ...[25, 40].map((rows): Made => ({
    card: { ...base, format: 'parquet', input: { ...input, size: [1, 1] } },
    files: { 'x.parquet': (dice) => parquetCase(dice, rows) },
  })),
];

const WRITTEN = new Map([25, 40].map((rows) => [rows, parquetOf('', pictures, LABELS, rows)]));

/** A Parquet file whose metadata say something odd; bytes are changed by `dataSet`. */
function parquetCase(dice: Dice, rows: number): NamedBlob {
  if (dice.chance(0.5)) return parquetOf('', pictures, LABELS, rows, (written) => damage(written, dice));
  return WRITTEN.get(rows) ?? file('', '');
}

function damage(written: ParquetWriter, dice: Dice): void {
  const odd = dice.pick(ODD_NUMBERS) ?? 0;
  const meta = dice.pick(dice.pick(written.row_groups)?.columns ?? [])?.meta_data;
  const group = dice.pick(written.row_groups);
  const element = dice.pick(written.schema);
  const edits: readonly (() => void)[] = [
    () => (written.num_rows = BigInt(odd)),
    () => group && (group.num_rows = BigInt(odd)),
    () => element && (element.type_length = odd | 0),
    () => element && (element.repetition_type = dice.pick(['REQUIRED', 'OPTIONAL', 'REPEATED'] as const) ?? 'REPEATED'),
    () =>
      element &&
      (element.type =
        dice.pick(['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const) ?? 'INT32'),
    () => meta && (meta.num_values = BigInt(odd)),
    () => meta && (meta.codec = dice.pick(['UNCOMPRESSED', 'GZIP', 'ZSTD', 'BROTLI', 'LZ4', 'LZ4_RAW', 'LZO']) ?? 'SNAPPY'),
    () => meta && (meta.total_compressed_size = BigInt(odd)),
    () => meta && (meta.data_page_offset = BigInt(odd)),
    () => meta && (meta.dictionary_page_offset = BigInt(odd)),
    () => written.schema.splice(0, 5, ...written.schema.toReversed()),
  ];
  dice.pick(edits)?.();
}

/** A card with its files; each may be changed. */
export function dataSet(dice: Dice): DataSet {
  const { card, files } = dice.pick(SETS) ?? { card: {}, files: {} };
  return {
    card: changedCard(card, dice),
    files: () =>
      Promise.all(
        Object.entries(files).map(async ([path, make]) => {
          const made = make(dice);
          if (made instanceof Uint8Array) return file(path, made);
          const whole = new Uint8Array(await made.blob.arrayBuffer());
          return file(path, dice.chance(0.5) ? mutatedBytes(whole, dice) : whole);
        }),
      ),
  };
}
