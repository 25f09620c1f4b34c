import { snappyUncompress } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { openDataset } from './open';
import { guarded } from './parquet-codecs';
import { countInRuns } from './parquet-runs';
import { cardOf } from './testing/files';
import { parquetOf } from './testing/parquet';
import { decodePpm, ppmText } from './testing/ppm';
import { ThriftReader } from './thrift';

const JOB = { signal: new AbortController().signal, onProgress: () => {} };

test('runs and packed groups are counted, whatever goes beyond the values is refused', () => {
  // A run of 5 ones, then a group of 8 packed numbers of one bit: 1 0 1 1 0 0 0 0.
  expect(countInRuns(Uint8Array.of(10, 1, 3, 0b1101), 0, 1, 9, 1)).toBe(8);
  expect(countInRuns(Uint8Array.of(3, 0b01_10_00_11, 0b11), 0, 2, 8, 3)).toBe(2);
  // 2^27 values in a run of one byte.
  expect(() => countInRuns(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 1, 1), 0, 1, 9, 1)).toThrow('a run of 134217728 values where 9 are left');
  expect(() => countInRuns(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 15), 0, 0, 9, -1)).toThrow('packed groups');
  expect(() => countInRuns(Uint8Array.of(10, 1), 0, 200, 9, 1)).toThrow('200 bits');
  expect(() => countInRuns(Uint8Array.of(10, 1), 0, 1, 9, 1)).toThrow('ends too early');
});

const codecs = guarded(snappyUncompress, compressors);

test('what a packed page asks for is checked before it is unpacked', () => {
  expect(codecs.SNAPPY?.(Uint8Array.of(3, 0b1000, 7, 8, 9), 3)).toEqual(Uint8Array.of(7, 8, 9));
  expect(codecs.SNAPPY?.(Uint8Array.of(6, 0b1000, 7, 8, 9, 0b1010, 3, 0), 6)).toEqual(Uint8Array.of(7, 8, 9, 7, 8, 9));
  // A literal of 2^32 - 8 bytes, which a reader of signed numbers takes for a step back.
  expect(() => codecs.SNAPPY?.(Uint8Array.of(100, 0xfc, 0xf4, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5), 100)).toThrow(
    'Snappy lengths do not add up',
  );
  expect(() => codecs.SNAPPY?.(Uint8Array.of(3, 0b1000, 7, 8, 9), 2_000_000_000)).toThrow(
    'a page of 5 bytes says that it has 2000000000 unpacked',
  );
  // Hadoop's blocks of no bytes and of less than none.
  expect(() => codecs.LZ4?.(Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 248, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 10)).toThrow('lz4 offset');
  // A Zstandard frame whose window is 2^41 bytes, and one of 2^32 - 1 bytes.
  expect(() => codecs.ZSTD?.(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0), 10)).toThrow('larger than the page');
  expect(() => codecs.ZSTD?.(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 255, 255, 255, 255, 1, 0, 0), 10)).toThrow('larger than the page');
});

/**
 * A file one byte of whose first page's header is `written` anew: the first of its packed size, or of its count of values. The page is a
 * dictionary.
 */
async function withHeader(field: 'packed' | 'values', written: number): Promise<Blob> {
  const images = Array.from({ length: 40 }, (_, k) => new TextEncoder().encode(ppmText(k)));
  const { blob } = parquetOf(
    '',
    images,
    images.map((_, k) => k % 3),
    40,
  );
  const bytes = new Uint8Array(await blob.arrayBuffer());
  // "PAR1", then 0x15 type 0x15 unpacked 0x15 packed, then a struct that begins with 0x15 values.
  const reader = new ThriftReader(bytes, 4);
  for (const name of ['type', 'unpacked', 'packed']) {
    reader.at++;
    if (name === field) break;
    reader.varint();
  }
  if (field === 'values') reader.at += 2;
  bytes[reader.at] = written;
  return new Blob([bytes]);
}

const PAGES: readonly (readonly ['packed' | 'values', number, string])[] = [
  ['packed', 126, 'lies outside its column'],
  ['packed', 1, "a page's compressed_page_size is -1"],
  ['values', 126, 'says that it has 63 values; there can be 24'],
];

test.each(PAGES)('a page header whose count of %s cannot be', async (field, written, message) => {
  const file = { path: 'x.parquet', blob: await withHeader(field, written) };
  const opened = openDataset(cardOf({ format: 'parquet', images: undefined, input: { size: [1, 1] } }), [file], JOB, decodePpm);
  await expect(opened).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringMatching(/^"x\.parquet" cannot be read as Parquet: row group 0, column "label": /),
  });
  await expect(opened).rejects.toMatchObject({ message: expect.stringContaining(message) });
});
