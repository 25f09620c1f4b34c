import { expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import type { ImageDataset } from '../data/types';
import type { Feeds } from '../runtime/types';
import { BeforeOutputs } from './before';
import { evaluateSides, type Side } from './evaluate';
import { sampleVectors, scoresOutput } from './outputs';
import { datasetSamples } from './samples';

const job = { signal: new AbortController().signal, onProgress: () => {} };

/** Sample i is the pair (i, -i), its label i % 3. */
function pairs(length: number): ImageDataset {
  return {
    kind: 'images',
    length,
    card: {
      version: 1,
      task: 'classification',
      data: '',
      format: 'npy',
      input: { layout: 'NCHW', size: [1, 2], channels: 'L', scale: 1, mean: [0], std: [1] },
    },
    labels: Int32Array.from({ length }, (_, i) => i % 3),
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize: 2,
    batchShape: (n) => [n, 2],
    read: (index, into, offset) => Promise.resolve(into.set([index, -index], offset)),
    pixels: () => Promise.reject(new Error('pairs have no pixels')),
  };
}

/** A classifier of three classes, or more, that answers `answer(i)` for sample i. */
function classifier(answer: (i: number) => number, runs: number[], classes = 3): Side {
  return (feeds: Feeds) => {
    const x = feeds['x'];
    if (!x || 'gpuBuffer' in x) throw new Error('no x');
    const n = x.dims[0] ?? 0;
    runs.push(n);
    const data = new Float32Array(n * classes);
    for (let k = 0; k < n; k++) data[k * classes + answer(Number(x.data[k * 2]))] = 1;
    return Promise.resolve({ y: { type: 'float32', dims: [n, classes], data } });
  };
}

/** A state, two logits [0, shift] and a text. */
const two =
  (shift: number): Side =>
  () =>
    Promise.resolve({
      state: { type: 'float32', dims: [1, 2, 2], data: Float32Array.of(3, 4 + shift, 0, 0) },
      scores: { type: 'float32', dims: [1, 2], data: Float32Array.of(0, shift) },
      text: { type: 'string', dims: [1], data: ['a'] },
    });
const twoClasses: Side = () => Promise.resolve({ y: { type: 'float32', dims: [1, 2], data: Float32Array.of(0, 1) } });
const counting = (...dims: number[]) => ({
  type: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i),
});

const first = (n: number) => Array.from({ length: n }, (_, i) => i);
const input = (n: number | string) => [{ name: 'x', type: 'float32', dims: [n, 2] }];

test('accuracy and agreement over batches; a second evaluation runs only the new side', async () => {
  const samples = datasetSamples(pairs(100), input('n'));
  const known = new BeforeOutputs();
  const [ran, ranAfter]: [number[], number[]] = [[], []];
  const before = classifier((i) => i % 3, ran);
  const after = classifier((i) => (i < 10 ? (i + 1) % 3 : i % 3), ranAfter);
  const r = await evaluateSides(samples, before, after, known, first(100), job);
  expect(r.before?.top1).toBe(100);
  expect(r.after?.top1).toBe(90);
  expect(r.agreement).toMatchObject({ top1: 90, changed: 10, samples: 100, maxAbs: 1 });
  expect(ran).toEqual([1, 64, 35]);
  const again = await evaluateSides(samples, before, after, known, first(100), job);
  expect(again).toEqual(r);
  expect(ran).toHaveLength(3);
  expect(ranAfter).toEqual([1, 64, 35, 64, 36]);
  expect((await evaluateSides(samples, before, after, known, first(7), job)).agreement.samples).toBe(7);
});

test('who changed, by class and by confusion, and whether that is more than chance', async () => {
  const samples = datasetSamples(pairs(300), input('n'));
  // Class 0 is taken for 1 in 20 of 100 samples; 5 wrong answers of class 1 are mended; one of class 2 goes from wrong to wrong.
  const before = classifier((i) => (i % 3 === 1 && i < 15 ? 2 : i === 299 ? 0 : i % 3), []);
  const after = classifier((i) => (i % 3 === 0 && i < 60 ? 1 : i === 299 ? 1 : i % 3), []);
  const { answers, outputs } = await evaluateSides(samples, before, after, new BeforeOutputs(), first(300), job);
  expect(answers?.classes).toEqual([
    // Two-sided exact tests: 2 / 2^20 and 2 / 2^5, times three classes and two.
    { index: 0, samples: 100, before: 100, after: 80, worse: 20, better: 0, p: expect.closeTo(6 / 2 ** 20, 12) },
    { index: 1, samples: 100, before: 95, after: 100, worse: 0, better: 5, p: expect.closeTo(4 / 2 ** 5, 12) },
    { index: 2, samples: 100, before: 99, after: 99, worse: 0, better: 0, p: 1 },
  ]);
  expect(answers?.confusion).toEqual([
    { label: 1, answer: 2, before: 5, after: 0 },
    { label: 2, answer: 0, before: 1, after: 0 },
    { label: 0, answer: 1, before: 0, after: 20 },
    { label: 2, answer: 1, before: 0, after: 1 },
  ]);
  // The one from wrong to wrong is a move from 0 to 1 too.
  expect(answers?.changed.moves).toEqual([
    { from: 0, to: 1, count: 21 },
    { from: 2, to: 1, count: 5 },
  ]);
  expect(answers?.changed).toMatchObject({ total: 26, worse: 20, better: 5, bothWrong: 1 });
  expect(answers?.changed.listed).toHaveLength(26);
  expect(answers?.changed.listed.slice(0, 2)).toEqual([
    { sample: 0, label: 0, kind: 'worse', before: { index: 0, confidence: 1 }, after: { index: 1, confidence: 1 } },
    { sample: 1, label: 1, kind: 'better', before: { index: 2, confidence: 1 }, after: { index: 1, confidence: 1 } },
  ]);
  expect(answers?.changed.listed.at(-1)?.kind).toBe('both-wrong');
  expect(answers?.paired).toMatchObject({ worse: 20, better: 5, difference: -5 });
  // scipy: 2 binom.cdf(5, 25, 0.5) - binom.pmf(5, 25, 0.5)
  expect(answers?.paired?.p).toBeCloseTo(0.0024939179420471204, 12);
  expect(outputs).toHaveLength(1);
  // One-hot scores are probabilities: each changed sample costs -ln of the smallest probability.
  expect(outputs[0]?.kl).toBeCloseTo((26 / 300) * 149 * Math.LN2, 9);
});

test('the list of changed samples is bounded, the counts are not', async () => {
  const samples = datasetSamples({ ...pairs(3000), labels: null }, input('n'));
  const { answers, before } = await evaluateSides(
    samples,
    classifier(() => 0, []),
    classifier(() => 1, []),
    new BeforeOutputs(),
    first(3000),
    job,
  );
  expect(before).toBeNull();
  expect(answers).toMatchObject({ classes: null, confusion: null, paired: null, changed: { total: 3000, worse: 0 } });
  expect(answers?.changed.listed).toHaveLength(1000);
  expect(answers?.changed.listed[0]).toMatchObject({ label: null, kind: null });
});

test('the list holds changes of every kind, however late they come', async () => {
  const samples = datasetSamples(pairs(3000), input('n'));
  // All of the first 2,400 get worse; then every answer is mended.
  const before = classifier((i) => (i < 2400 ? i % 3 : 3), [], 4);
  const after = classifier((i) => (i < 2400 ? 3 : i % 3), [], 4);
  const { answers } = await evaluateSides(samples, before, after, new BeforeOutputs(), first(3000), job);
  expect(answers?.changed).toMatchObject({ worse: 2400, better: 600 });
  const kinds = answers?.changed.listed.map(({ kind }) => kind);
  expect([kinds?.filter((kind) => kind === 'worse').length, kinds?.filter((kind) => kind === 'better').length]).toEqual([1000, 600]);
});

test('a pair that is frequent on one side alone has its true count on the other', async () => {
  // Before, class 0 is taken for each of 60 others twice, and for class 61 once: the last one is not among the 50 most frequent.
  const n = 363;
  const samples = datasetSamples({ ...pairs(n), labels: new Int32Array(n) }, input('n'));
  const before = classifier((i) => (i < 120 ? 1 + (i % 60) : i === 120 ? 61 : 0), [], 62);
  const after = classifier((i) => (i >= 120 && i < 200 ? 61 : 0), [], 62);
  const { answers } = await evaluateSides(samples, before, after, new BeforeOutputs(), first(n), job);
  expect(answers?.confusion?.find(({ answer }) => answer === 61)).toEqual({ label: 0, answer: 61, before: 1, after: 80 });
});

test('a model that swaps two classes moves both beyond chance, and the moves between them are counted', async () => {
  const samples = datasetSamples(pairs(300), input('n'));
  const swapped = [1, 0, 2];
  const { answers } = await evaluateSides(
    samples,
    classifier((i) => i % 3, []),
    classifier((i) => swapped[i % 3] ?? 0, []),
    new BeforeOutputs(),
    first(300),
    job,
  );
  expect(answers?.classes?.map(({ index, p }) => [index, p < 0.001])).toEqual([
    [0, true],
    [1, true],
    [2, false],
  ]);
  expect(answers?.changed.moves).toEqual([
    { from: 0, to: 1, count: 100 },
    { from: 1, to: 0, count: 100 },
  ]);
});

test('each output is compared by itself; only class scores have a divergence', async () => {
  const { outputs, agreement } = await evaluateSides(
    datasetSamples(pairs(2), input(1)),
    two(0),
    two(1),
    new BeforeOutputs(),
    first(2),
    job,
  );
  expect(outputs.map((o) => o.name)).toEqual(['state', 'scores']);
  expect(outputs[0]?.kl).toBeNull();
  // Logits [0, 0] and [0, 1]: ln cosh(1/2), by hand.
  expect(outputs[1]?.kl).toBeCloseTo(Math.log(Math.cosh(0.5)), 12);
  expect(outputs[0]).toMatchObject({ maxAbs: 1 });
  expect(outputs[0]?.cosine).toBeCloseTo((9 + 20) / (5 * Math.sqrt(34)), 6);
  expect(outputs[0]?.sqnrDb).toBeCloseTo(10 * Math.log10(25), 6);
  // Agreement is that of the scores: both answer class 0 of [0, 0] and class 1 of [0, 1].
  expect(agreement).toMatchObject({ top1: 0, changed: 2, maxAbs: 1 });
});

test('a fixed batch dimension is fed one by one, and so is a graph that refuses batches', async () => {
  const ran: number[] = [];
  const side = classifier((i) => i % 3, ran);
  await evaluateSides(datasetSamples(pairs(3), input(1)), side, side, new BeforeOutputs(), first(3), job);
  expect(ran).toEqual([1, 1, 1, 1, 1, 1]);
  const picky: Side = (feeds, signal) => {
    if ((feeds['x']?.dims[0] ?? 0) > 1) return Promise.reject(new WhittleError('runtime-failed', 'Reshape'));
    return side(feeds, signal);
  };
  const r = await evaluateSides(datasetSamples(pairs(5), input('n')), picky, picky, new BeforeOutputs(), first(5), job);
  expect(r.after).toMatchObject({ top1: 100, samples: 5 });
});

test('shapes and labels that do not fit are named', async () => {
  expect(() => datasetSamples(pairs(3), [{ name: 'x', type: 'float32', dims: ['n', 3, 4, 4] }])).toThrow(
    '[1, 2], the model\'s input "x" is [n, 3, 4, 4]',
  );
  await expect(
    evaluateSides(datasetSamples(pairs(3), input(1)), twoClasses, twoClasses, new BeforeOutputs(), first(3), job),
  ).rejects.toThrow('class 2, but the model has 2 classes');
});

test('outputs: which are scores, and how samples are told apart', () => {
  expect(scoresOutput({ y: counting(4, 10, 1, 1) }, 4)).toBe('y');
  expect(scoresOutput({ p: counting(1, 1), state: counting(2, 1, 8) }, 1)).toBeNull();
  expect(sampleVectors({ a: counting(2, 2), b: counting(2, 1) }, 2, null)).toEqual([Float32Array.of(0, 1, 0), Float32Array.of(2, 3, 1)]);
  expect(() => sampleVectors({ a: counting(1, 4) }, 2, null)).toThrow('does not hold 2 samples');
});

test('images feed inputs without a channel axis and flat ones', async () => {
  const digits: ImageDataset = {
    ...pairs(2),
    card: { ...pairs(2).card, input: { ...pairs(2).card.input, size: [2, 3] } },
    sampleSize: 6,
    batchShape: (n) => [n, 1, 2, 3],
  };
  for (const shape of [[1, 2, 3], [2, 3], [6]]) {
    const feeds = await datasetSamples(digits, [{ name: 'x', type: 'float32', dims: ['n', ...shape] }]).feeds([1]);
    expect(feeds['x']?.dims).toEqual([1, ...shape]);
  }
  expect(() => datasetSamples(digits, [{ name: 'x', type: 'float32', dims: ['n', 3, 2] }])).toThrow('[1, 1, 2, 3]');
});
