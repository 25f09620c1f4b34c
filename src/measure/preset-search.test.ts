import { expect, test } from 'vitest';
import type { Pixels } from '../data/source';
import type { CardInput, ImageDataset } from '../data/types';
import type { Feeds } from '../runtime/types';
import { ChanceTally } from './chance';
import type { Outputs } from './outputs';
import { hits, isHopeless, ranked, type Trial } from './preset-race';
import { tryPresets } from './preset-search';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const RAW: CardInput = { layout: 'NCHW', size: [1, 1], channels: 'RGB', scale: 1, mean: [0], std: [1] };
const CLASSES = 11;

/** Samples of classes in order, as data sorted by class are. */
function images(
  length: number,
  pixels: (index: number, label: number) => Pixels,
  input = RAW,
  offset = 0,
): ImageDataset & { decoded: number } {
  const label = (index: number): number => Math.floor((index * 10) / length);
  const size = input.size[0] * input.size[1] * (input.channels === 'L' ? 1 : 3);
  return {
    kind: 'images',
    decoded: 0,
    length,
    card: { version: 1, task: 'classification', data: '', format: 'folders', input, labels: { offset } },
    labels: Int32Array.from({ length }, (_, index) => label(index) + offset),
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize: size,
    batchShape: (n) => [n, input.channels === 'L' ? 1 : 3, ...input.size],
    read: () => Promise.reject(new Error('the search reads pixels')),
    pixels(index) {
      this.decoded += 1;
      return Promise.resolve(pixels(index, label(index)));
    },
  };
}

/** A model that knows class j by the values of its first pixel, the nearer the surer. */
function nearest(channels: number, size: number, known: (j: number) => readonly number[]) {
  const batches: number[] = [];
  const side = (feeds: Feeds): Promise<Outputs> => {
    const x = feeds['x'];
    const data = x && 'data' in x && x.data instanceof Float32Array ? x.data : new Float32Array();
    const n = x?.dims[0] ?? 0;
    batches.push(n);
    const scores = Float32Array.from({ length: n * CLASSES }, (_, k) => {
      const at = Math.floor(k / CLASSES) * channels * size;
      return -known(k % CLASSES).reduce((sum, v, c) => sum + Math.abs(v - (data[at + c * size] ?? 0)), 0);
    });
    return Promise.resolve({ y: { type: 'float32', dims: [n, CLASSES], data: scores } });
  };
  return { side, batches };
}

const colour = (_index: number, label: number): Pixels => ({ width: 1, height: 1, channels: 3, data: Uint8Array.of(20 * label, 7, 200) });

test('finds order, numbers and offset that it was not told, and drops what is hopeless', async () => {
  const dataset = images(200, colour, RAW, 1);
  // Blue, green, red less the caffe mean; class j is label j - 1.
  const { side, batches } = nearest(3, 1, (j) => [200 - 104, 7 - 117, 20 * (j - 1) - 123]);
  const found = await tryPresets(dataset, [{ name: 'x', type: 'float32', dims: ['n', 3, 1, 1] }], side, 64, job);
  const [best] = found.trials;
  expect([best?.preset?.id, best?.input.channels, best?.trial.offset]).toEqual(['caffe', 'BGR', 1]);
  expect([hits(best?.trial.right ?? []), best?.trial.right.length, found.classes]).toEqual([64, 64, CLASSES]);
  expect(found.trials).toHaveLength(10);
  expect(Math.max(...found.trials.slice(1).map(({ trial }) => trial.right.length))).toBeLessThan(64);
  expect(found.runs).toBe(found.trials.reduce((n, { trial }) => n + trial.right.length, 0));
  expect(found.runs).toBe(batches.reduce((a, b) => a + b, 0) - 1);
  // Each of the 64 once, and one to see what they are.
  expect(dataset.decoded).toBe(65);
});

const labelled = (of: (i: number) => number): Int32Array => Int32Array.from({ length: 80 }, (_, i) => of(Math.floor(i / 8)));

test('offsets that no class has are not tried', async () => {
  const { side } = nearest(3, 1, (j) => [20 * j, 7, 200]);
  const tried = async (offset: number, labels: Int32Array) =>
    tryPresets(
      { ...images(80, colour), labels, card: { ...images(80, colour).card, labels: { offset } } },
      [{ name: 'x', type: 'float32', dims: [1, 3, 1, 1] }],
      side,
      16,
      job,
    );
  expect(
    (
      await tried(
        0,
        labelled((l) => l),
      )
    ).trials[0],
  ).toMatchObject({ preset: { id: 'raw' }, input: { channels: 'RGB' }, trial: { offset: 0 } });
  expect(
    (
      await tried(
        1,
        labelled((l) => l + 2),
      )
    ).trials[0],
  ).toMatchObject({ preset: { id: 'raw' }, trial: { offset: -1 } });
  await expect(
    tried(
      0,
      labelled((l) => l + 5),
    ),
  ).rejects.toMatchObject({ code: 'bad-data', message: 'The labels are 5 to 14, the model has 11 classes.' });
});

/** Squeezed, the first pixel is the class's; in the crop it is that of the next class in every other sample. */
const photo = (index: number, label: number): Pixels => {
  const inner = label + (index % 2);
  return { width: 16, height: 8, channels: 1, data: Uint8Array.from({ length: 128 }, (_, k) => 20 * (k % 16 < 4 ? label : inner)) };
};

test('for the best preset images are cropped and squeezed', async () => {
  const grey: CardInput = { ...RAW, channels: 'L', size: [8, 8] };
  const { side } = nearest(1, 64, (j) => [20 * j]);
  const found = await tryPresets(images(60, photo, grey), [{ name: 'x', type: 'float32', dims: ['n', 1, 8, 8] }], side, 32, job);
  const raw = found.trials.filter(({ preset }) => preset?.id === 'raw');
  expect(raw.map(({ input, trial }) => [input.resizeShorter, hits(trial.right)])).toEqual([
    [undefined, 32],
    [9, expect.any(Number)],
  ]);
  expect(found.trials[0]).toBe(raw[0]);
});

/** Only one sample in nine is better squeezed, by which the loss is smaller too. */
const photo9 = (index: number, label: number): Pixels => photo(index % 9 === 1 ? 1 : 0, label);

test('where the samples cannot tell them apart the usual crop stays', async () => {
  const { side } = nearest(1, 64, (j) => [20 * j]);
  const found = await tryPresets(
    images(60, photo9, { ...RAW, channels: 'L', size: [8, 8] }),
    [{ name: 'x', type: 'float32', dims: ['n', 1, 8, 8] }],
    side,
    16,
    job,
  );
  const [first, second] = found.trials;
  expect([first?.input.resizeShorter, second?.input.resizeShorter]).toEqual([9, undefined]);
  expect(second?.trial.loss).toBeLessThan(first?.trial.loss ?? 0);
});

const map = (): Promise<Outputs> => Promise.resolve({ y: { type: 'float32', dims: [1, 4, 4], data: new Float32Array(16) } });

test('without labels or class scores it says so', async () => {
  const inputs = [{ name: 'x', type: 'float32', dims: ['n', 3, 1, 1] }];
  const { side } = nearest(3, 1, () => [0]);
  await expect(tryPresets({ ...images(10, colour), labels: null }, inputs, side, 8, job)).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('no labels'),
  });
  await expect(tryPresets(images(10, colour), inputs, map, 8, job)).rejects.toMatchObject({
    message: expect.stringContaining('no class scores'),
  });
  await expect(tryPresets(images(10, colour), inputs, side, 8, { ...job, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
});

const trial = (right: number, of: number, loss: number): { trial: Trial } => ({
  trial: { offset: 0, right: Array.from({ length: of }, (_, k) => k < right), loss, chance: new ChanceTally().result(CLASSES) },
});

test('among trials that the samples cannot tell apart the loss decides, else the accuracy; a short trial comes last', () => {
  const [a, b, c, short] = [trial(50, 64, 2), trial(48, 64, 1), trial(30, 64, 0.1), trial(16, 16, 0)];
  expect(ranked([short, c, a, b])).toEqual([b, a, c, short]);
  expect([isHopeless(c.trial, a.trial), isHopeless(b.trial, a.trial)]).toEqual([true, false]);
});
