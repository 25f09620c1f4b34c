import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { withArchivesOpen } from './archive';
import { FileIndex } from './files';
import { openDataset } from './open';
import { cardOf, file, idx } from './testing/files';
import { npy } from './testing/npy';
import { decodePpm, ppmText } from './testing/ppm';

const JOB = { signal: new AbortController().signal, onProgress: () => {} };
const STORED = { level: 0 } as const;

/** A blob that counts the bytes that are read of it. */
class CountedBlob extends Blob {
  taken = 0;

  override slice(start = 0, end = this.size): Blob {
    this.taken += end - start;
    return super.slice(start, end);
  }
}

test('a zip is a folder of that name; entries are read when they are asked for, stored ones as they lie', async () => {
  const noise = Uint8Array.from({ length: 300_000 }, (_, k) => (k * k * 7 + k * 13) % 251);
  const blob = new CountedBlob([
    zipSync({
      'set/a.bin': [noise, STORED],
      'set/b.txt': strToU8('b'.repeat(5000)),
      '__MACOSX/set/._b.txt': strToU8('x'),
      'set/empty/': new Uint8Array(),
    }),
  ]);
  const files = await withArchivesOpen([{ path: 'drop/set.zip', blob }, file('loose.txt', 'loose')]);
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ['drop/set/set/a.bin', 300_000],
    ['drop/set/set/b.txt', 5000],
    ['loose.txt', 5],
  ]);
  expect(await (await files[1]?.blob())?.text()).toBe('b'.repeat(5000));
  const part = (await files[0]?.blob())?.slice(299_990);
  expect(new Uint8Array((await part?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(noise.slice(299_990));
  // Beside the stored entry: the archive's end (64 KiB and some), its list of entries and the deflated one.
  expect(blob.taken - 300_000).toBeLessThan(70_000);
});

test('a card fits the folder and its zip alike', async () => {
  const folders = { ...strings({ 'cat/1.png': ppmText(1), 'dog/1.png': ppmText(2), 'dog/2.png': ppmText(3) }) };
  const card = cardOf({ format: 'folders', images: undefined, data: 'set', input: { size: [1, 1] } });
  for (const inner of ['', 'set/']) {
    const packed = zipSync(Object.fromEntries(Object.entries(folders).map(([path, bytes]) => [`${inner}${path}`, bytes])));
    const data = await openDataset(card, [file('set.zip', packed)], JOB, decodePpm);
    const value = new Float32Array(1);
    await data.read(2, value, 0);
    expect([data.classNames, [...(data.labels ?? [])], value[0]]).toEqual([['cat', 'dog'], [0, 1, 1], 3]);
  }
  const digits = zipSync({ 'x/images': [idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), STORED], labels: idx([2], [4, 5]) });
  const data = await openDataset(cardOf({ labels: { file: 'labels' } }), [file('any.zip', digits)]);
  expect([...(data.labels ?? [])]).toEqual([4, 5]);
});

test('an npz is its arrays by name, compressed or not', async () => {
  const arrays = {
    'x_test.npy': npy('|u1', [2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
    'y_test.npy': npy('<i8', [2], BigInt64Array.of(3n, 1n)),
    'x_train.npy': npy('|u1', [1], Uint8Array.of(0)),
  };
  const card = cardOf({ format: 'npy', images: 'x_test.npy', labels: { file: 'digits.npz/y_test.npy' } });
  for (const level of [0, 6] as const) {
    const data = await openDataset(card, [file('set/digits.npz', zipSync(arrays, { level }))]);
    const values = new Float32Array(4);
    await data.read(1, values, 0);
    expect([[...(data.labels ?? [])], [...values]]).toEqual([
      [3, 1],
      [5, 6, 7, 8],
    ]);
  }
});

test('an archive that says it unpacks to more than the limit is refused, a large entry when asked for, a lie when it shows', async () => {
  const limits = { maxPixels: 1, maxUnpacked: 1_000_000, maxRatio: 1e9 };
  const zeros = new Uint8Array(900_000);
  const stored = file('a/stored.zip', zipSync({ x: [zeros, STORED], y: [zeros, STORED] }));
  expect((await withArchivesOpen([stored], limits)).length).toBe(2);
  const bomb = file('a/bomb.zip', zipSync({ x: zeros, y: zeros }));
  await expect(withArchivesOpen([bomb], limits)).rejects.toMatchObject({
    code: 'bad-data',
    message: 'All files in "a/bomb.zip" would unpack to 1.80 MB, more than the limit of 1.00 MB.',
  });
  const noise = Uint8Array.from({ length: 1_100_000 }, (_, k) => (k * k * 7 + ((k * 2654435761) >>> 13)) & 255);
  const [large, small] = await withArchivesOpen([file('b.zip', zipSync({ x: noise, y: zeros.subarray(0, 9) }))], limits);
  await expect(large?.blob()).rejects.toMatchObject({
    code: 'bad-data',
    message: '"x" in "b.zip" would unpack to 1.10 MB, more than the limit of 1.00 MB.',
  });
  expect((await small?.blob())?.size).toBe(9);
  const lying = zipSync({ x: zeros });
  // The list's record of the entry ends with its size; so does the record in front of it.
  const view = new DataView(lying.buffer);
  const list = view.getUint32(lying.length - 6, true);
  view.setUint32(list + 24, 100, true);
  view.setUint32(22, 100, true);
  const [liar] = await withArchivesOpen([file('lie.zip', lying)], limits);
  await expect(liar?.blob()).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('"x" in "lie.zip" cannot be unpacked: decompressed size exceeds limit'),
  });
});

test('60,000 entries are listed and found', async () => {
  const empty = [new Uint8Array(), STORED] as const;
  const packed = zipSync(Object.fromEntries(Array.from({ length: 60_000 }, (_, k) => [`set/${k % 10}/${k}.png`, [...empty]])));
  const files = await withArchivesOpen([file('set.zip', packed)]);
  const index = new FileIndex('set', files);
  expect([files.length, index.find('9/59999.png')?.path]).toEqual([60_000, 'set/set/9/59999.png']);
});

test('what is no zip, or is damaged, is named; a damaged image costs only itself', async () => {
  await expect(withArchivesOpen([file('a/set.zip', 'PK is not enough')])).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('"a/set.zip" cannot be read as a zip archive'),
  });
  const packed = zipSync({ 'cat/1.png': strToU8(ppmText(1).repeat(9)), 'dog/1.png': strToU8(ppmText(2)) });
  packed.fill(255, 40, 50);
  const card = cardOf({ format: 'folders', images: undefined, data: 'set', input: { size: [1, 1] } });
  const data = await openDataset(card, [file('set.zip', packed)], JOB, decodePpm);
  expect([data.length, data.problems.count]).toEqual([1, 1]);
  expect(data.problems.first[0]).toContain('cat/1.png: "cat/1.png" in "set.zip" cannot be unpacked');
});

function strings(texts: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, strToU8(text)]));
}
