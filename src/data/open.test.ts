import { expect, test } from 'vitest';
import { testOnData } from '../base/testing/real-data';
import { openDataset } from './open';
import { cardIn, cardOf, file, folderOf, gzipped, idx, MNIST } from './testing/files';
import type { ImageDataset } from './types';

async function sample(data: ImageDataset, index: number): Promise<number[]> {
  const into = new Float32Array(data.sampleSize);
  await data.read(index, into, 0);
  return [...into];
}

const IMAGES = idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 250, 251, 252, 253]);
const CARD = cardOf({ labels: { file: 'labels' } });

test('IDX images and labels, at an offset of the batch, scaled', async () => {
  const card = cardOf({ labels: { file: 'labels', offset: 2 }, input: { scale: 2, mean: [4], std: [8] } });
  const data = await openDataset(card, [file('x/set/images', IMAGES), file('x/set/labels', idx([3], [7, 0, 9]))]);
  expect([data.length, data.sampleSize, data.batchShape(5)]).toEqual([3, 4, [5, 1, 2, 2]]);
  expect([...(data.labels ?? [])]).toEqual([9, 2, 11]);
  expect(data.problems).toEqual({ count: 0, first: [] });
  const batch = new Float32Array(10).fill(-1);
  await data.read(1, batch, 4);
  expect([...batch]).toEqual([-1, -1, -1, -1, 0.75, 1, 1.25, 1.5, -1, -1]);
});

test('gzip is told by its bytes, and a damaged one is refused', async () => {
  const packed = await gzipped(IMAGES);
  const labels = file('labels', idx([3], [0, 1, 2]));
  expect(await sample(await openDataset(CARD, [file('images', packed), labels]), 2)).toEqual([250, 251, 252, 253]);
  await expect(openDataset(CARD, [file('images', packed.slice(0, 20)), labels])).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('"images" is a gzip file'),
  });
});

test('missing labels, labels without a sample and a cut-off file are counted and the rest goes on', async () => {
  const short = await openDataset(CARD, [file('images', IMAGES), file('labels', idx([2], [0, 1]))]);
  expect([short.length, short.problems]).toEqual([2, { count: 1, first: ['sample 2: it has no label'] }]);
  const long = await openDataset(CARD, [file('images', IMAGES), file('labels', idx([4], [0, 1, 2, 3]))]);
  expect([long.length, long.problems]).toEqual([3, { count: 1, first: ['label 3: there is no sample for it'] }]);
  const cut = await openDataset(CARD, [file('images', IMAGES.slice(0, -1)), file('labels', idx([3], [0, 1, 2]))]);
  expect([cut.length, cut.problems]).toEqual([2, { count: 1, first: ['sample 2: the file is cut off before it ends'] }]);
  const lying = await openDataset(cardOf({}), [file('images', idx([4_000_000_000, 2, 2], [1, 2, 3, 4]))]);
  expect([lying.length, lying.problems.count, lying.problems.first.length, lying.labels]).toEqual([1, 3_999_999_999, 10, null]);
});

test('labels that are no class are left out, and samples keep their own labels', async () => {
  const card = cardOf({ labels: { file: 'labels', names: 'names.txt', offset: 1 } });
  const data = await openDataset(card, [file('images', IMAGES), file('labels', idx([3], [1, 2, 0])), file('names.txt', 'zero\r\none\r\n')]);
  expect([...(data.labels ?? [])]).toEqual([2, 1]);
  expect(await sample(data, 1)).toEqual([250, 251, 252, 253]);
  expect(data.classNames).toEqual(['class 0', 'zero', 'one']);
  expect(data.problems.first).toEqual(['sample 1: its label 2 is not one of the 2 classes (0 to 1)']);
  await expect(
    openDataset(cardOf({ labels: { file: 'labels', offset: -9 } }), [file('images', IMAGES), file('labels', idx([3], [1, 2, 0]))]),
  ).rejects.toMatchObject({
    code: 'bad-data',
    message: 'None of the 3 samples can be used; the first: sample 0: its label 1 with the offset -9 is below 0.',
  });
});

test('files that are missing or of another kind are named', async () => {
  await expect(openDataset(CARD, [file('other/labels', idx([1], [1]))])).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('"images"'),
  });
  const labels = file('labels', idx([3], [0, 1, 2]));
  await expect(openDataset(CARD, [file('images', 'PNG and more'), labels])).rejects.toMatchObject({
    message: '"images" is not an IDX file: it begins with 50 4e 47 20.',
  });
  await expect(
    openDataset(CARD, [file('images', new Uint8Array([0, 0, 13, 3, ...Array.from({ length: 12 }, () => 1)])), labels]),
  ).rejects.toMatchObject({ message: expect.stringContaining('type 0x0d') });
  await expect(openDataset(CARD, [file('images', idx([3], [0, 1, 2])), labels])).rejects.toMatchObject({
    message: expect.stringContaining('shape [3]'),
  });
});

/** Planes of 0, 100 and 200, 9 more at the last pixel. */
function cifarRecord(label: number): number[] {
  return [label, ...Array.from({ length: 3072 }, (_, k) => Math.floor(k / 1024) * 100 + (k % 1024 === 1023 ? 9 : 0))];
}

function openCifar(channels: string, layout: string, content: Uint8Array<ArrayBuffer>): Promise<ImageDataset> {
  return openDataset(cardOf({ format: 'cifar10-binary', input: { size: [32, 32], channels, layout } }), [file('images', content)]);
}

test('CIFAR-10 records: planes become red, green, blue or blue, green, red in either layout', async () => {
  const bytes = new Uint8Array([...cifarRecord(3), ...cifarRecord(8)]);
  const rgb = await openCifar('RGB', 'NCHW', bytes);
  expect([...(rgb.labels ?? [])]).toEqual([3, 8]);
  const planes = await sample(rgb, 1);
  expect([planes[0], planes[1023], planes[1024], planes[2048], planes[3071]]).toEqual([0, 9, 100, 200, 209]);
  const bgr = await openCifar('BGR', 'NHWC', bytes);
  expect(bgr.batchShape(2)).toEqual([2, 32, 32, 3]);
  expect((await sample(bgr, 0)).slice(-6)).toEqual([200, 100, 0, 209, 109, 9]);
  expect((await openCifar('RGB', 'NCHW', bytes.slice(0, -5))).problems.first).toEqual(['sample 1: the file is cut off before it ends']);
  await expect(openCifar('RGB', 'NCHW', new Uint8Array(3074))).rejects.toMatchObject({ message: expect.stringContaining('CIFAR-100') });
});

test('MNIST is read whole', async () => {
  const card = cardOf({ images: 't10k-images-idx3-ubyte', labels: { file: 't10k-labels-idx1-ubyte' }, input: { size: [28, 28] } });
  const mnist = await openDataset(card, await folderOf(...MNIST));
  expect([mnist.length, mnist.problems.count]).toEqual([10_000, 0]);
  expect([...(mnist.labels ?? [])].slice(0, 8)).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
  expect((await sample(mnist, 0)).reduce((a, b) => a + b, 0)).toBe(18_454);
});

testOnData('CIFAR-10 is read whole', async (root) => {
  const cifar = await openDataset(cardIn(root, 'resnet8_cifar10'), await folderOf(root, 'datasets/cifar10'));
  expect([cifar.length, cifar.problems.count, cifar.classNames?.[9]]).toEqual([5_000, 0, 'truck']);
  expect(cifar.labels?.every((label) => label < 10)).toBe(true);
});
