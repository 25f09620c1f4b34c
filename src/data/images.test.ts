import { expect, test } from 'vitest';
import { testOnData } from '../base/testing/real-data';
import { openDataset } from './open';
import type { Pixels } from './source';
import { SourceKeeper } from './source-keeper';
import { decodePpm, ppmText } from './testing/ppm';
import { cardIn, cardOf, file, folderOf } from './testing/files';
import type { Job } from '../base/job';

const JOB: Job = { signal: new AbortController().signal, onProgress: () => {} };
const CARD = {
  format: 'images+csv',
  images: undefined,
  labels: { file: 'labels.csv', names: 'names.txt' },
  input: { size: [1, 1], channels: 'RGB' },
};
const NAMES = file('set/names.txt', 'n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n');

const ppm = (path: string, value: number): ReturnType<typeof file> => file(path, ppmText(value));

test('images by a CSV: order of its rows; missing, undecodable and unlabelled images are problems, the rest goes on', async () => {
  const list =
    'file,index,wnid\nimages/b.png,2,n03126707\nimages/a.png,0,x\n' +
    'images/gone.png,1,x\nimages/broken.png,1,x\nimages/c.png,3,x\nimages/d.png,,x\n';
  const files = [
    NAMES,
    file('any/where/set/labels.csv', list),
    ppm('set/images/a.png', 10),
    ppm('set/images/b.png', 20),
    ppm('set/images/c.png', 30),
    ppm('set/images/d.png', 40),
    ppm('set/images/extra.png', 50),
    file('set/images/broken.png', 'GIF89a'),
  ];
  const data = await openDataset(cardOf(CARD), files, JOB, decodePpm);
  const into = new Float32Array(6);
  await data.read(0, into, 3);
  expect([...into]).toEqual([0, 0, 0, 20, 20, 20]);
  expect([[...(data.labels ?? [])], data.classNames]).toEqual([
    [2, 0],
    ['tench, Tinca tinca', 'crane', 'crane'],
  ]);
  expect(data.problems).toEqual({
    count: 5,
    first: [
      'images/gone.png: the file is missing',
      'set/images/extra.png: it has no label in labels.csv',
      'images/broken.png: not an image that this browser can decode (6 bytes)',
      'images/c.png: its label 3 is not one of the 3 classes (0 to 2)',
      'images/d.png: it has no label',
    ],
  });
});

test("labels may be names: the line's id, its whole text or its first name", async () => {
  const files = [
    NAMES,
    file('labels.csv', 'image,label\na.png,n02012849\nb.png,tench\nc.png,"tench, Tinca tinca"\nd.png,perch\n'),
    ...['a', 'b', 'c', 'd'].map((n, k) => ppm(`${n}.png`, k)),
  ];
  const data = await openDataset(cardOf({ ...CARD, labels: { ...CARD.labels, offset: 1 } }), files, JOB, decodePpm);
  expect([...(data.labels ?? [])]).toEqual([2, 1, 1]);
  expect(data.problems.first).toEqual(['d.png: its label "perch" is no class\'s name']);
});

test("folders: the folder below the card's is the class, sorted; loose and hidden files are not samples", async () => {
  const files = [
    ppm('x/set/dog/2.jpg', 1),
    ppm('x/set/cat/deep/1.jpg', 2),
    ppm('x/set/dog/1.jpg', 3),
    ppm('x/set/loose.jpg', 4),
    ppm('x/set/cat/._1.jpg', 5),
    file('x/set/dog/notes.txt', 'no'),
  ];
  const data = await openDataset(cardOf({ ...CARD, format: 'folders', labels: undefined }), files, JOB, decodePpm);
  const into = new Float32Array(3);
  await data.read(1, into, 0);
  expect([[...(data.labels ?? [])], data.classNames, into[0]]).toEqual([[0, 1, 1], ['cat', 'dog'], 3]);
  expect(data.problems).toEqual({ count: 1, first: ['loose.jpg: it has no label'] });
  const numbered = [ppm('set/10/a.jpg', 1), ppm('set/9/a.jpg', 1)];
  const digits = await openDataset(cardOf({ ...CARD, format: 'folders', labels: undefined }), numbered, JOB, decodePpm);
  expect([[...(digits.labels ?? [])], digits.classNames]).toEqual([[10, 9], null]);
});

test('reports each image it checks and stops when told', async () => {
  const files = [file('labels.csv', 'a.png,0\nb.png,1\n'), NAMES, ppm('a.png', 1), ppm('b.png', 2)];
  const seen: string[] = [];
  await openDataset(cardOf(CARD), files, { ...JOB, onProgress: (p) => seen.push(`${p.stage} ${p.done}/${p.total}`) }, decodePpm);
  expect(seen).toEqual(['Checking images 1/2', 'Checking images 2/2']);
  await expect(openDataset(cardOf(CARD), files, { ...JOB, signal: AbortSignal.abort() }, decodePpm)).rejects.toMatchObject({
    name: 'AbortError',
  });
});

/** Stands for the browser's decoder where only the list of files and the labels are judged. */
function onePixel(): Promise<Pixels> {
  return Promise.resolve({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) });
}

testOnData("ImageNet cards: 500 images found and labelled, MobileNet's one class further", async (root) => {
  const files = await folderOf(root, 'datasets/imagenet-500');
  const squeezenet = await openDataset(cardIn(root, 'squeezenet1.1'), files, JOB, onePixel);
  const mobilenet = await openDataset(cardIn(root, 'mobilenet_v2_1.0_224'), files, JOB, onePixel);
  expect([squeezenet.length, squeezenet.problems.count, mobilenet.length]).toEqual([500, 0, 500]);
  expect([squeezenet.labels?.[1], mobilenet.labels?.[1]]).toEqual([2, 3]);
  expect([squeezenet.classNames?.[2], mobilenet.classNames?.[3], mobilenet.classNames?.length]).toEqual([
    'great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias',
    'great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias',
    1001,
  ]);
});

test('labels without files belong to the images in the order of their paths', async () => {
  const files = [file('set/truth.txt', '3\n1\n2\n9\n'), ppm('set/b.png', 2), ppm('set/a.png', 1), ppm('set/c.png', 3)];
  const data = await openDataset(cardOf({ ...CARD, labels: { file: 'truth.txt' } }), files, JOB, decodePpm);
  const first = await data.pixels(0);
  expect([[...(data.labels ?? [])], first.data[0], data.problems.first]).toEqual([[3, 1, 2], 1, ['label 3: there is no image for it']]);
});

test('a second pass over the images decodes nothing', async () => {
  let decoded = 0;
  const data = await openDataset(cardOf({ ...CARD, labels: undefined }), [ppm('a.png', 1), ppm('b.png', 2)], JOB, (blob) => {
    decoded += 1;
    return decodePpm(blob);
  });
  const into = new Float32Array(3);
  for (let pass = 0; pass < 3; pass++) for (const index of [0, 1]) await data.read(index, into, 0);
  expect([into[0], decoded]).toEqual([2, 4]);
});

test('a card that prepares the same images in another way looks through none of them again', async () => {
  let decoded = 0;
  const decode = (blob: Blob): Promise<Pixels> => {
    decoded += 1;
    return decodePpm(blob);
  };
  const keeper = new SourceKeeper();
  const files = [file('l.csv', 'a.png,4\nb.png,5\ngone.png,1\n'), ppm('a.png', 1), ppm('b.png', 2)];
  const card = cardOf({ ...CARD, labels: { file: 'l.csv' } });
  await openDataset(card, files, JOB, decode, keeper);
  expect(decoded).toBe(3);
  const again = await openDataset(
    { ...card, input: { ...card.input, std: [2] }, labels: { file: 'l.csv', offset: 1 } },
    files,
    JOB,
    decode,
    keeper,
  );
  const into = new Float32Array(3);
  await again.read(1, into, 0);
  expect([decoded, [...(again.labels ?? [])], into[0], again.problems]).toEqual([
    5,
    [5, 6],
    1,
    { count: 1, first: ['gone.png: the file is missing'] },
  ]);
  await openDataset(card, [...files, ppm('c.png', 3)], JOB, decode, keeper);
  expect(decoded).toBe(8);
});
