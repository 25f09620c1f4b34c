import { expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import type { Dataset } from '../data/types';
import type { Feeds } from '../runtime/types';
import { BeforeOutputs, evaluateSides, type Side } from './evaluate';
import { sampleVectors, scoresOutput } from './outputs';
import { datasetSamples } from './samples';

const job = { signal: new AbortController().signal, onProgress: () => {} };

/** Sample i is the pair (i, -i), its label i % 3. */
function pairs(length: number): Dataset & { reads: number } {
  return {
    reads: 0,
    length,
    card: { version: 1, task: 'classification', data: '', format: 'npy', input: { layout: 'NCHW', size: [1, 2], channels: 'L', scale: 1, mean: [0], std: [1] } },
    labels: Int32Array.from({ length }, (_, i) => i % 3),
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize: 2,
    batchShape: (n) => [n, 2],
    read(index, into, offset) {
      this.reads += 1;
      into.set([index, -index], offset);
      return Promise.resolve();
    },
  };
}

/** A classifier of three classes that answers `answer(i)` for sample i. */
function classifier(answer: (i: number) => number, runs: number[]): Side {
  return (feeds: Feeds) => {
    const x = feeds['x'];
    if (!x || 'gpuBuffer' in x) throw new Error('no x');
    const n = x.dims[0] ?? 0;
    runs.push(n);
    const data = new Float32Array(n * 3);
    for (let k = 0; k < n; k++) data[k * 3 + answer(Number(x.data[k * 2]))] = 1;
    return Promise.resolve({ y: { type: 'float32', dims: [n, 3], data } });
  };
}

const twoClasses: Side = () => Promise.resolve({ y: { type: 'float32', dims: [1, 2], data: Float32Array.of(0, 1) } });
const counting = (...dims: number[]) => ({ type: 'float32', dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i) });

const input = (n: number | string) => [{ name: 'x', type: 'float32', dims: [n, 2] }];

test('accuracy and agreement over batches; a second evaluation runs only the new side and reads nothing', async () => {
  const dataset = pairs(100);
  const samples = datasetSamples(dataset, input('n'));
  const known = new BeforeOutputs();
  const [ran, ranAfter]: [number[], number[]] = [[], []];
  const before = classifier((i) => i % 3, ran);
  const after = classifier((i) => (i < 10 ? (i + 1) % 3 : i % 3), ranAfter);
  const r = await evaluateSides(samples, before, after, known, null, job);
  expect(r.before?.top1).toBe(100);
  expect(r.after?.top1).toBe(90);
  expect(r.agreement).toMatchObject({ top1: 90, changed: 10, samples: 100, maxAbs: 1 });
  expect(ran).toEqual([64, 36]);
  const again = await evaluateSides(samples, before, after, known, null, job);
  expect(again).toEqual(r);
  expect(ran).toHaveLength(2);
  expect(ranAfter).toEqual([64, 36, 64, 36]);
  expect(dataset.reads).toBe(100);
  expect((await evaluateSides(samples, before, after, known, 7, job)).agreement.samples).toBe(7);
});

test('a fixed batch dimension is fed one by one, and so is a graph that refuses batches', async () => {
  const ran: number[] = [];
  const side = classifier((i) => i % 3, ran);
  await evaluateSides(datasetSamples(pairs(3), input(1)), side, side, new BeforeOutputs(), null, job);
  expect(ran).toEqual([1, 1, 1, 1, 1, 1]);
  const picky: Side = (feeds, signal) => {
    if ((feeds['x']?.dims[0] ?? 0) > 1) return Promise.reject(new WhittleError('runtime-failed', 'Reshape'));
    return side(feeds, signal);
  };
  const r = await evaluateSides(datasetSamples(pairs(5), input('n')), picky, picky, new BeforeOutputs(), null, job);
  expect(r.after).toMatchObject({ top1: 100, samples: 5 });
});

test('shapes and labels that do not fit are named', async () => {
  expect(() => datasetSamples(pairs(3), [{ name: 'x', type: 'float32', dims: ['n', 3, 4, 4] }])).toThrow('[1, 2], the model\'s input "x" is [n, 3, 4, 4]');
  await expect(evaluateSides(datasetSamples(pairs(3), input(1)), twoClasses, twoClasses, new BeforeOutputs(), null, job)).rejects.toThrow('class 2, but the model has 2 classes');
});

test('outputs: which are scores, and how samples are told apart', () => {
  expect(scoresOutput({ y: counting(4, 10, 1, 1) }, 4)).toBe('y');
  expect(scoresOutput({ p: counting(1, 1), state: counting(2, 1, 8) }, 1)).toBeNull();
  expect(sampleVectors({ a: counting(2, 2), b: counting(2, 1) }, 2, null)).toEqual([Float32Array.of(0, 1, 0), Float32Array.of(2, 3, 1)]);
  expect(() => sampleVectors({ a: counting(1, 4) }, 2, null)).toThrow('does not hold 2 samples');
});
