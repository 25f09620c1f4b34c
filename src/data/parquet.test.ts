import { gzipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { openDataset } from './open';
import { cardOf, file } from './testing/files';
import { parquetOf } from './testing/parquet';
import { decodePpm, ppmText } from './testing/ppm';
import type { ImageDataset } from './types';

const JOB = { signal: new AbortController().signal, onProgress: () => {} };
const CARD = cardOf({ format: 'parquet', images: undefined, input: { size: [1, 1] } });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function values(data: ImageDataset): Promise<number[]> {
  const into = new Float32Array(data.length);
  for (let k = 0; k < data.length; k++) await data.read(k, into, k);
  return [...into];
}

test('images of several files and row groups, in order; classes by the features; bad cells are problems', async () => {
  const first = parquetOf(
    'd/test-00000-of-00002.parquet',
    Array.from({ length: 50 }, (_, k) => bytes(ppmText(k))),
    Array.from({ length: 50 }, (_, k) => k % 3),
    20,
  );
  const second = parquetOf(
    'd/test-00001-of-00002.parquet',
    [bytes(ppmText(50)), null, bytes('GIF'), bytes(ppmText(53))],
    [2, 0, 0, 7],
    100,
  );
  const data = await openDataset(CARD, [second, file('d/README.md', ''), first], JOB, decodePpm);
  expect(await values(data)).toEqual(Array.from({ length: 51 }, (_, k) => k));
  expect([...(data.labels ?? [])].slice(46)).toEqual([1, 2, 0, 1, 2]);
  expect(data.classNames).toEqual(['cat', 'dog', 'owl']);
  expect(data.problems.count).toBe(3);
  expect(data.problems.first).toEqual([
    'd/test-00001-of-00002.parquet, row 1: "d/test-00001-of-00002.parquet", ' +
      'row 1, holds no image: the file only names it or the cell is empty.',
    'd/test-00001-of-00002.parquet, row 2: not an image that this browser can decode (3 bytes)',
    'd/test-00001-of-00002.parquet, row 3: its label 7 is not one of the 3 classes (0 to 2)',
  ]);
});

/** A blob that keeps note of the largest part that was read of it. */
class NotedBlob extends Blob {
  largest = 0;

  override slice(start = 0, end = this.size): Blob {
    this.largest = Math.max(this.largest, end - start);
    return super.slice(start, end);
  }
}

const image = (k: number): Uint8Array =>
  bytes(`${ppmText(k % 256)} ${Array.from({ length: 2000 }, (_, i) => (i * i * 7 + k * i) % 251).join(' ')}`);

test('of a file with an index of its pages only a few rows are in memory', async () => {
  const { path, blob } = parquetOf(
    'x.parquet',
    Array.from({ length: 200 }, (_, k) => image(k)),
    Array.from({ length: 200 }, () => 0),
    200,
  );
  const noted = new NotedBlob([blob]);
  const data = await openDataset(CARD, [{ path, blob: noted }], JOB, decodePpm);
  noted.largest = 0;
  expect((await data.pixels(150)).data[0]).toBe(150);
  expect(noted.largest).toBeLessThan(blob.size / 4);
});

test('plain binary columns and other compressions; labels of their own file', async () => {
  const pictures = [bytes(ppmText(5)), bytes(ppmText(6))];
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'picture', data: pictures, type: 'BYTE_ARRAY' },
      { name: 'Label', data: [1, 0], type: 'INT32' },
      { name: 'note', data: ['a', 'b'], type: 'STRING' },
    ],
    codec: 'GZIP',
    compressors: { GZIP: (input) => gzipSync(input) },
  });
  const plain = await openDataset(CARD, [{ path: 'p.parquet', blob: new Blob([buffer]) }], JOB, decodePpm);
  expect([await values(plain), [...(plain.labels ?? [])], plain.classNames]).toEqual([[5, 6], [1, 0], null]);
  const own = await openDataset(
    cardOf({ ...CARD, images: undefined, labels: { file: 'l.json' } }),
    [{ path: 'p.parquet', blob: new Blob([buffer]) }, file('l.json', '["b", "a"]')],
    JOB,
    decodePpm,
  );
  expect([[...(own.labels ?? [])], own.classNames]).toEqual([
    [1, 0],
    ['a', 'b'],
  ]);
});

test('what is no Parquet, or holds no images, is named', async () => {
  await expect(openDataset(CARD, [file('a.parquet', 'hello, this is text')], JOB, decodePpm)).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('"a.parquet" cannot be read as Parquet'),
  });
  const numbers = parquetWriteBuffer({
    columnData: [
      { name: 'a', data: [1], type: 'INT32' },
      { name: 'text', data: ['x'], type: 'STRING' },
    ],
  });
  await expect(openDataset(CARD, [{ path: 'n.parquet', blob: new Blob([numbers]) }], JOB, decodePpm)).rejects.toMatchObject({
    message: '"n.parquet" has no column of images; its columns are a, text.',
  });
  await expect(openDataset(CARD, [file('a.txt', '')], JOB, decodePpm)).rejects.toMatchObject({
    message: 'There is no Parquet file "*.parquet" among the data.',
  });
});
