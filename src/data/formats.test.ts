import { expect, test } from 'vitest';
import { parseCsv } from './csv';
import { openDataset } from './open';
import { cardOf, file } from './testing/files';
import { npy } from './testing/npy';
import type { ImageDataset } from './types';

async function samples(data: ImageDataset): Promise<number[][]> {
  return Promise.all(
    Array.from({ length: data.length }, async (_, index) => {
      const into = new Float32Array(data.sampleSize);
      await data.read(index, into, 0);
      return [...into];
    }),
  );
}

const NPY = { format: 'npy', labels: { file: 'labels' } };

test('npy: bytes and floats, planes and interleaved, labels of 64 bits', async () => {
  const labels = file('labels', npy('<i8', [2], new BigInt64Array([4n, 1n])));
  const grey = await openDataset(cardOf(NPY), [file('images', npy('|u1', [2, 2, 2], Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 255]))), labels]);
  expect([...(grey.labels ?? [])]).toEqual([4, 1]);
  expect(await samples(grey)).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 255],
  ]);
  const rgb = { ...NPY, input: { size: [1, 2], channels: 'RGB' } };
  const planes = npy(
    '<f4',
    [2, 3, 1, 2],
    Float32Array.from({ length: 12 }, (_, k) => k / 2),
  );
  expect(await samples(await openDataset(cardOf(rgb), [file('images', planes), labels]))).toEqual([
    [0, 0.5, 1, 1.5, 2, 2.5],
    [3, 3.5, 4, 4.5, 5, 5.5],
  ]);
  const pixels = npy(
    '<f4',
    [2, 1, 2, 3],
    Float32Array.from({ length: 12 }, (_, k) => k),
  );
  expect((await samples(await openDataset(cardOf(rgb), [file('images', pixels), labels])))[0]).toEqual([0, 3, 1, 4, 2, 5]);
  const flat = npy(
    '<f4',
    [2, 6],
    Float32Array.from({ length: 12 }, (_, k) => k),
  );
  expect((await samples(await openDataset(cardOf(rgb), [file('images', flat), labels])))[0]).toEqual([0, 1, 2, 3, 4, 5]);
});

test.each([
  ['>f8', new Uint8Array([0x3f, 0xf8, 0, 0, 0, 0, 0, 0]), 1.5],
  ['<f2', new Uint16Array([0x3555]), 0.333251953125],
  ['<f2', new Uint16Array([0x8001]), -(2 ** -24)],
  ['>i2', new Uint8Array([0xff, 0xfe]), -2],
  ['<u4', new Uint32Array([70_000]), 70_000],
  ['|b1', new Uint8Array([1]), 1],
] as const)('npy: %s values', async (descr, values, expected) => {
  const data = await openDataset(cardOf({ format: 'npy', input: { size: [1, 1] } }), [file('images', npy(descr, [1, 1, 1], values))]);
  expect(await samples(data)).toEqual([[expected]]);
});

test('npy: what is not one, or not samples, is refused by name', async () => {
  const card = cardOf({ format: 'npy' });
  const open = (content: Uint8Array<ArrayBuffer> | string): Promise<ImageDataset> => openDataset(card, [file('images', content)]);
  await expect(open('hello there, friend')).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining("NumPy's mark") });
  await expect(open(npy('|u1', [1, 2, 2], new Uint8Array(4), 'True'))).rejects.toMatchObject({
    message: expect.stringContaining('Fortran'),
  });
  await expect(open(npy('|O8', [1, 2, 2], new Uint8Array(4)))).rejects.toMatchObject({ message: expect.stringContaining('not a number') });
  await expect(open(npy('|u1', [1, 5], new Uint8Array(5)))).rejects.toMatchObject({
    message: '"images" has the shape [1, 5], which is not that of samples.',
  });
  await expect(open(npy('|u1', [1, 2 ** 60, 2], new Uint8Array(4)))).rejects.toMatchObject({
    code: 'bad-data',
    message: '"images" cannot be read as npy: its shape (1, 1152921504606847000, 2) is none that can be.',
  });
  await expect(open(npy('<f8', [2 ** 30, 2 ** 30], new Uint8Array(4)))).rejects.toMatchObject({
    message: expect.stringContaining('is none that can be'),
  });
  await expect(
    open(
      npy(
        '|u1',
        Array.from({ length: 65 }, () => 1),
        new Uint8Array(4),
      ),
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('it has 65 axes') });
  const cut = npy('|u1', [1, 2, 2], new Uint8Array(4));
  cut.set([255, 255], 8);
  await expect(open(cut)).rejects.toMatchObject({ message: expect.stringContaining('its header of 65535 bytes ends behind the file') });
  await expect(open(npy('<f4', [1, 3, 3], new Uint8Array(36)))).rejects.toMatchObject({ code: 'bad-card' });
});

test('CSV rows: a header, a label column anywhere, rows that do not fit', async () => {
  const card = cardOf({ format: 'csv' });
  const data = await openDataset(card, [file('images', 'a,b,label,c,d\r\n1,2,7,3,4\r\n5,6,8,x,7\r\n\r\n1,2,3\r\n9,8,1,7,6.5')]);
  expect([...(data.labels ?? [])]).toEqual([7, 1]);
  expect(await samples(data)).toEqual([
    [1, 2, 3, 4],
    [9, 8, 7, 6.5],
  ]);
  expect(data.problems).toEqual({ count: 2, first: ['row 2: column 4 is "x", not a number', 'row 3: it has 3 columns, not 5'] });
  const bare = await openDataset(card, [file('images', '1,2,3,4\n5,6,7,8\n')]);
  expect([bare.labels, await samples(bare)]).toEqual([
    null,
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
  ]);
  const first = await openDataset(card, [file('images', '3,1,2,3,4')]);
  expect([...(first.labels ?? [])]).toEqual([3]);
  await expect(openDataset(card, [file('images', '1,2,3\n')])).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining("3 columns; the card's input has 4 values"),
  });
});

test('CSV rows longer than a read are found where they lie', async () => {
  const rows = Array.from({ length: 30_000 }, (_, k) => `${k % 10},${k},${k + 1},${k + 2},"${k + 3}"`);
  const data = await openDataset(cardOf({ format: 'csv' }), [file('images', `label,a,b,c,d\n${rows.join('\n')}\n`)]);
  const into = new Float32Array(4);
  for (const index of [0, 14_999, 29_999]) {
    await data.read(index, into, 0);
    expect([data.labels?.[index], ...into]).toEqual([index % 10, index, index + 1, index + 2, index + 3]);
  }
});

test('a label file of text, one a line, names from the lines that are not numbers', async () => {
  const images = file('images', npy('|u1', [3, 2, 2], new Uint8Array(12)));
  const named = await openDataset(cardOf(NPY), [images, file('labels', 'dog\ncat\ndog\n')]);
  expect([[...(named.labels ?? [])], named.classNames]).toEqual([
    [1, 0, 1],
    ['cat', 'dog'],
  ]);
  const numbers = await openDataset(cardOf(NPY), [images, file('labels', 'id,label\n0,5\n1,\n2,x\n')]);
  expect([...(numbers.labels ?? [])]).toEqual([5]);
  expect(numbers.problems.first).toEqual(['sample 1: it has no label', 'sample 2: its label "x" is no class\'s name']);
});

test('CSV text: quotes, doubled quotes, line breaks in quotes, a byte order mark', () => {
  expect(parseCsv('\uFEFFa,"b,""c""\nd" , e\r\n\r\n"",2\n3,')).toEqual([
    ['a', 'b,"c"\nd', 'e'],
    ['', '2'],
    ['3', ''],
  ]);
});

test('CSV: a line without an end is refused by its number', async () => {
  const endless = new Uint8Array(18 * 2 ** 20).fill(49);
  endless.set(new TextEncoder().encode('1,2,3,4\n'));
  await expect(openDataset(cardOf({ format: 'csv' }), [file('images', endless)])).rejects.toMatchObject({
    code: 'bad-data',
    message: '"images" has a line 2 of more than 16 MiB.',
  });
});

test('CSV: a row that lies over the borders of reads is read whole', async () => {
  const wide = Array.from({ length: 2_000_000 }, (_, k) => k % 10);
  const card = cardOf({ format: 'csv', input: { size: [1000, 2000] } });
  const data = await openDataset(card, [file('images', `${wide.join(',')}\r\n${wide.toReversed().join(',')}`)]);
  expect(data.length).toBe(2);
  const into = new Float32Array(data.sampleSize);
  await data.read(1, into, 0);
  expect([into[0], into[999_999], into[1_999_999]]).toEqual([9, 0, 0]);
});

const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

test('labels and names that nest without an end are shown cut short', async () => {
  const images = file('images', npy('|u1', [1, 2, 2], new Uint8Array(4)));
  await expect(openDataset(cardOf(NPY), [images, file('labels', `{"labels": [${nested}]}`)])).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringMatching(/^"labels" has the label \[\[\[\[…\]\]\]\], which/),
  });
  const named = await openDataset(cardOf({ format: 'npy', labels: { file: 'labels', names: 'names' } }), [
    images,
    file('labels', '[0]'),
    file('names', `[${nested}, {"a": 1}]`),
  ]);
  expect(named.classNames).toEqual(['[[[[…]]]]', '{"a":1}']);
});

test('a class name of many blanks takes no time', async () => {
  const images = file('images', npy('|u1', [1, 2, 2], new Uint8Array(4)));
  const names = file('names', JSON.stringify([`n01440764${' '.repeat(300_000)}\nx\ny`]));
  const startedAt = performance.now();
  await openDataset(cardOf({ format: 'npy', labels: { file: 'labels', names: 'names' } }), [images, file('labels', '[0]'), names]);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
