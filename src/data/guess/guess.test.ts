import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { testOnData } from '../../base/testing/real-data';
import { openDataset } from '../open';
import { cardIn, cardOf, file, folderOf, idx, MNIST } from '../testing/files';
import { npy } from '../testing/npy';
import { parquetOf } from '../testing/parquet';
import { decodePpm, ppmText } from '../testing/ppm';
import type { Card, NamedBlob } from '../types';
import { guessCard } from './index';
import type { Model } from './types';

const JOB = { signal: new AbortController().signal, onProgress: () => {} };
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function model(dims: readonly (number | string)[], classes: number | null = null, type = 'float32'): Model {
  return { name: 'net.onnx', inputs: [{ name: 'x', type, dims }], classes };
}

const COLOUR = model(['n', 3, 1, 1]);
const guess = (files: readonly NamedBlob[], of: Model = COLOUR) => guessCard(files, of, JOB, undefined, decodePpm);
const cardFor = async (files: readonly NamedBlob[], of: Model = COLOUR): Promise<Card> => (await guess(files, of)).card;
const ppm = (path: string, value = 1): NamedBlob => file(path, ppmText(value));

/** What a card says of the files, and what the model is shown of the first sample, once it is opened. */
async function opened(files: readonly NamedBlob[], of: Model = COLOUR) {
  const data = await openDataset(await cardFor(files, of), files, JOB, decodePpm);
  return { samples: data.length, labels: data.labels && [...data.labels], names: data.classNames, problems: data.problems.count };
}

const idxSet = (name: string, count: number): NamedBlob[] => [
  file(
    `mnist/${name}-images-idx3-ubyte`,
    idx(
      [count, 2, 3],
      Array.from({ length: count * 6 }, (_, k) => k),
    ),
  ),
  file(
    `mnist/${name}-labels-idx1-ubyte`,
    idx(
      [count],
      Array.from({ length: count }, (_, k) => k),
    ),
  ),
];

test('an IDX pair: the test set, its own labels, the frame of the model', async () => {
  const files = [...idxSet('train', 3), ...idxSet('t10k', 3)];
  const { card, why } = await guess(files, model(['n', 1, 2, 3]));
  expect(card).toMatchObject({
    format: 'idx',
    data: 'mnist',
    images: 't10k-images-idx3-ubyte',
    labels: { file: 't10k-labels-idx1-ubyte' },
    input: { layout: 'NCHW', size: [2, 3], channels: 'L', std: [255] },
  });
  expect(why.join(' ')).toContain('the set to judge by');
  expect(await opened(files, model(['n', 1, 2, 3]))).toEqual({ samples: 3, labels: [0, 1, 2], names: null, problems: 0 });
  expect(await cardFor(files, model(['n', 2, 3, 1], null, 'uint8'))).toMatchObject({ input: { layout: 'NHWC', std: [1] } });
  expect(await cardFor(files, model([1, 6]))).toMatchObject({ input: { size: [2, 3], channels: 'L' } });
});

const record = (label: number): number[] => [label, ...Array.from({ length: 3072 }, (_, k) => k % 256)];

test('CIFAR-10 binary with its class names', async () => {
  const files = [
    file('c/data_batch_1.bin', Uint8Array.from(record(1))),
    file('c/test_batch.bin', Uint8Array.from([...record(3), ...record(9)])),
    file('c/batches.meta.txt', Array.from({ length: 10 }, (_, k) => `class${k}`).join('\n')),
  ];
  const card = await cardFor(files, model(['n', 3, 32, 32], 10));
  expect(card).toMatchObject({
    format: 'cifar10-binary',
    images: 'test_batch.bin',
    labels: { names: 'batches.meta.txt' },
    input: { channels: 'RGB', size: [32, 32] },
  });
  expect(await opened(files, model(['n', 3, 32, 32], 10))).toMatchObject({ samples: 2, labels: [3, 9] });
});

describe('images', () => {
  const pictures = [ppm('set/images/b.png', 2), ppm('set/images/a.png', 1)];

  test('with a table that names them, and names that leave a class for the background', async () => {
    const files = [
      ...pictures,
      file('set/labels.csv', 'file,index\nimages/a.png,0\nimages/b.png,1\n'),
      file('set/synset.txt', 'n01440764 tench\nn01443537 goldfish\n'),
      file('set/README.md', ''),
    ];
    const { card, why } = await guess(files, model(['n', 3, 224, 224], 3));
    expect(card).toMatchObject({
      format: 'images+csv',
      data: 'set',
      labels: { file: 'labels.csv', names: 'synset.txt', offset: 1 },
      input: { size: [224, 224], resizeShorter: 256, mean: [123.675, 116.28, 103.53] },
    });
    expect(why).toContain('Offset 1: the model has 3 classes, one more than there are names, which leaves class 0 for the background.');
    expect(await opened(files, model(['n', 3, 1, 1], 2))).toEqual({
      samples: 2,
      labels: [0, 1],
      names: ['tench', 'goldfish'],
      problems: 0,
    });
  });

  test('with JSON labels by file, with labels in order, and without any', async () => {
    expect(await opened([...pictures, file('set/labels.json', '{"images/a.png": "cat", "images/b.png": "dog"}')])).toMatchObject({
      labels: [0, 1],
      names: ['cat', 'dog'],
    });
    expect(await opened([...pictures, file('set/truth.txt', '7\n5\n')])).toMatchObject({ labels: [7, 5] });
    expect(await cardFor(pictures)).toMatchObject({ format: 'images+csv', data: 'set/images', input: { size: [1, 1] } });
    expect(await opened([ppm('a.png'), ppm('b.png')])).toMatchObject({ samples: 2, labels: null });
  });

  test('in folders of classes, of the set to judge by, also in a zip', async () => {
    const paths = ['train/cat/1.png', 'train/dog/1.png', 'train/dog/2.png', 'val/cat/1.png', 'val/dog/1.png'];
    const zipped = file('pets.zip', zipSync(Object.fromEntries(paths.map((path) => [path, bytes(ppmText(1))]))));
    expect(await cardFor([zipped])).toMatchObject({ format: 'folders', data: 'pets/val' });
    expect(await opened([zipped])).toEqual({ samples: 2, labels: [0, 1], names: ['cat', 'dog'], problems: 0 });
    expect(await opened(['cat/1.png', 'dog/1.png'].map((path) => ppm(path)))).toMatchObject({ labels: [0, 1] });
  });

  test("that have the model's size are neither resized nor cut", async () => {
    const card = await cardFor([file('a.png', `P3 2 2 255 ${'9 '.repeat(12)}`)], model(['n', 2, 2, 3]));
    expect(card).toMatchObject({ input: { layout: 'NHWC', size: [2, 2], mean: [123.675, 116.28, 103.53] } });
    expect('input' in card && 'resizeShorter' in card.input).toBe(false);
  });
});

const part = (name: string, value: number): NamedBlob => parquetOf(`data/${name}.parquet`, [bytes(ppmText(value))], [value], 10);

test('Parquet: the files of the set to judge by', async () => {
  const files = [part('train-00000-of-00001', 0), part('test-00000-of-00002', 1), part('test-00001-of-00002', 2)];
  expect(await cardFor(files)).toMatchObject({
    format: 'parquet',
    data: 'data',
    images: 'test-0000*-of-00002.parquet',
    input: { size: [1, 1] },
  });
  expect(await opened(files)).toEqual({ samples: 2, labels: [1, 2], names: ['cat', 'dog', 'owl'], problems: 0 });
});

test('npy and npz of images; a table of values', async () => {
  const arrays = {
    'x_test.npy': npy('|u1', [2, 2, 2], new Uint8Array(8)),
    'y_test.npy': npy('<i8', [2], BigInt64Array.of(4n, 5n)),
    'x_train.npy': npy('|u1', [3, 2, 2], new Uint8Array(12)),
    'y_train.npy': npy('|u1', [3], new Uint8Array(3)),
  };
  expect(await cardFor([file('mnist.npz', zipSync(arrays))], model(['n', 1, 2, 2]))).toMatchObject({
    format: 'npy',
    images: 'x_test.npy',
    labels: { file: 'y_test.npy' },
  });
  expect(await opened([file('mnist.npz', zipSync(arrays))], model(['n', 1, 2, 2]))).toMatchObject({ samples: 2, labels: [4, 5] });
  const floats = file('images.npy', npy('<f4', [2, 3, 2, 2], new Float32Array(24)));
  expect(await cardFor([floats], model(['n', 3, 2, 2]))).toMatchObject({ format: 'npy', input: { mean: [0], std: [1], channels: 'RGB' } });
  const table = file('rows.csv', 'label,a,b,c,d\n1,2,3,4,5\n0,2,3,4,5\n');
  expect(await cardFor([table], model(['n', 4]))).toMatchObject({ format: 'csv', images: 'rows.csv', input: { size: [1, 4] } });
  expect(await opened([table], model(['n', 1, 2, 2]))).toMatchObject({ samples: 2, labels: [1, 0] });
});

test('recorded inputs: by name, one file a sample, whole numbers, with labels', async () => {
  const two: Model = {
    name: 'vad.onnx',
    inputs: [
      { name: 'input', type: 'float32', dims: ['n', 'len'] },
      { name: 'state:0', type: 'float32', dims: [2, 'n', 4] },
    ],
    classes: null,
  };
  const stacked = [
    file('rec/input.npy', npy('<f4', [5, 8], new Float32Array(40))),
    file('rec/state_0.npy', npy('<f4', [5, 2, 1, 4], new Float32Array(40))),
  ];
  expect(await cardFor(stacked, two)).toEqual({
    version: 1,
    task: 'classification',
    data: 'rec',
    format: 'tensors',
    tensors: { input: 'input.npy', 'state:0': 'state_0.npy' },
  });
  const each = [1, 2].map((k) =>
    file(
      `rec/${k}.npz`,
      zipSync({ 'input.npy': npy('<f4', [1, 8], new Float32Array(8)), 'state:0.npy': npy('<f4', [2, 1, 4], new Float32Array(8)) }),
    ),
  );
  expect(await cardFor(each, two)).toMatchObject({ tensors: { input: '*.npz/input.npy', 'state:0': '*.npz/state:0.npy' } });
  expect(await opened(each, two)).toMatchObject({ samples: 2 });
  const ids = [file('ids.npy', npy('<i4', [3, 6], new Int32Array(18))), file('labels.json', '[0, 1, 0]')];
  expect(await cardFor(ids, model(['n', 6], null, 'int32'))).toMatchObject({
    format: 'tensors',
    tensors: { x: 'ids.npy' },
    labels: { file: 'labels.json' },
  });
});

test('a card among the files is taken as it is; of several the one that names the model', async () => {
  const card = cardOf({ labels: { file: 'l' } });
  const files = [file('a.card.json', JSON.stringify(card)), file('images', idx([1, 2, 2], [1, 2, 3, 4]))];
  expect(await cardFor(files)).toEqual(card);
  const own = cardOf({ model: 'models/net.onnx' });
  expect(await cardFor([...files, file('b.card.json', JSON.stringify(own))])).toEqual(own);
  await expect(cardFor([...files, file('b.card.json', JSON.stringify(card))])).rejects.toMatchObject({
    message: expect.stringContaining('2 cards among the files: a.card.json, b.card.json'),
  });
  await expect(cardFor([file('c.card.json', '{"task": "x", "format": "zip"}')])).rejects.toMatchObject({ code: 'bad-card' });
});

test('where nothing fits, what was found is said', async () => {
  await expect(cardFor([file('a.wav', 'RIFFxxxx'), file('b.npy', npy('<f4', [3], new Float32Array(3)))])).rejects.toMatchObject({
    code: 'bad-data',
    message: 'Nothing among the files is a set of samples for this model: b.npy [3], a.wav. Its inputs: "x" float32 [n, 3, 1, 1].',
  });
  await expect(cardFor([])).rejects.toMatchObject({ message: expect.stringContaining('there are no files') });
});

test('MNIST without a card', async () => {
  const files = (await folderOf(...MNIST)).filter(({ path }) => path.includes('t10k'));
  const card = await cardFor(files, model([1, 1, 28, 28], 10));
  expect(card).toMatchObject({
    format: 'idx',
    images: 't10k-images-idx3-ubyte',
    labels: { file: 't10k-labels-idx1-ubyte' },
    input: { size: [28, 28], channels: 'L' },
  });
});

testOnData('CIFAR-10 and ImageNet without their cards', async (root) => {
  const cifar = await cardFor(await folderOf(root, 'datasets/cifar10'), model([1, 3, 32, 32], 10));
  expect(cifar).toMatchObject({ format: 'cifar10-binary', images: 'cifar10_5000.bin', labels: { names: 'classes.txt' } });
  for (const [name, classes] of [
    ['squeezenet1.1', 1000],
    ['mobilenet_v2_1.0_224', 1001],
  ] as const) {
    const card = await cardFor(await folderOf(root, 'datasets/imagenet-500'), model([1, 3, 224, 224], classes));
    const { labels } = cardIn(root, name);
    expect(card).toMatchObject({
      format: 'images+csv',
      labels: { file: 'labels.csv', names: 'synset.txt', ...(labels?.offset === 0 ? {} : { offset: 1 }) },
      input: { layout: 'NCHW', size: [224, 224], resizeShorter: 256 },
    });
  }
});

test('an array that a model made for several samples takes whole is its input, and no list of pictures', async () => {
  const array = file('x.npy', npy('<f4', [2, 8, 8], new Float32Array(128)));
  expect(await cardFor([array], model([2, 8, 8]))).toMatchObject({ format: 'tensors', tensors: { x: 'x.npy' } });
  expect(await cardFor([array], model(['n', 1, 8, 8]))).toMatchObject({ format: 'npy' });
});
