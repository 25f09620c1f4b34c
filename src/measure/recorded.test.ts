import { expect, test } from 'vitest';
import type { TensorDataset, TensorValues } from '../data/types';
import { datasetSamples } from './samples';

function recorded(tensors: Record<string, (index: number) => TensorValues>): TensorDataset {
  return {
    kind: 'tensors',
    length: 4,
    card: { version: 1, task: 'classification', data: '', format: 'tensors', tensors: {} },
    labels: null,
    classNames: null,
    problems: { count: 0, first: [] },
    tensors: new Map(
      Object.entries(tensors).map(([name, read]) => [name, { path: `${name}.npy`, read: (index) => Promise.resolve(read(index)) }]),
    ),
  };
}

const ids = (index: number): TensorValues => ({ shape: [2], values: Float64Array.of(2 ** 40 + index, -1) });
const mask = (index: number): TensorValues => ({ shape: [1, 2], values: Float64Array.of(index, 0.5) });
const state = (index: number): TensorValues => ({ shape: [2, 1, 1], values: Float64Array.of(index, index) });
const rate = (): TensorValues => ({ shape: [], values: Float64Array.of(16_000) });

test('every input in its own type and shape, in batches where all of them are open', async () => {
  const samples = datasetSamples(recorded({ ids, mask }), [
    { name: 'ids', type: 'int64', dims: ['n', 's'] },
    { name: 'mask', type: 'float32', dims: ['n', 2] },
  ]);
  expect(samples.batch).toBeGreaterThan(1);
  expect(await samples.feeds([1, 3])).toEqual({
    ids: { type: 'int64', dims: [2, 2], data: BigInt64Array.of(2n ** 40n + 1n, -1n, 2n ** 40n + 3n, -1n) },
    mask: { type: 'float32', dims: [2, 2], data: Float32Array.of(1, 0.5, 3, 0.5) },
  });
});

test('states without a batch and scalars go one by one', async () => {
  const samples = datasetSamples(recorded({ state, rate }), [
    { name: 'state', type: 'float16', dims: [2, 'n', 1] },
    { name: 'rate', type: 'int64', dims: [] },
  ]);
  expect(samples.batch).toBe(1);
  expect(await samples.feeds([2])).toEqual({
    state: { type: 'float16', dims: [2, 1, 1], data: Uint16Array.of(0x4000, 0x4000) },
    rate: { type: 'int64', dims: [], data: BigInt64Array.of(16_000n) },
  });
});

test('a missing input, a shape that does not fit, and samples of several lengths in one batch', async () => {
  const data = recorded({ ids });
  expect(() => datasetSamples(data, [{ name: 'mask', type: 'float32', dims: ['n', 2] }])).toThrow(
    'The model\'s input "mask" was not recorded; the data hold ids.',
  );
  await expect(datasetSamples(data, [{ name: 'ids', type: 'int64', dims: ['n', 3] }]).feeds([0])).rejects.toMatchObject({
    code: 'bad-card',
    message: '"ids.npy" gives samples of shape [1, 2], the model\'s input "ids" is [n, 3].',
  });
  const ragged = recorded({ x: (index) => ({ shape: [1, index + 1], values: new Float64Array(index + 1) }) });
  // The evaluation takes this as the model's refusal of a batch, and goes on one by one.
  await expect(datasetSamples(ragged, [{ name: 'x', type: 'float32', dims: ['n', 's'] }]).feeds([0, 1])).rejects.toMatchObject({
    code: 'runtime-failed',
  });
});
