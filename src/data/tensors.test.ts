import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { parseCard } from './card';
import { openDataset } from './open';
import { file } from './testing/files';
import { npy } from './testing/npy';
import type { NamedBlob, TensorCard, TensorDataset } from './types';

function cardOf(tensors: Record<string, string>, labels?: { readonly file: string }): TensorCard {
  const card = parseCard({ version: 1, task: 'classification', data: 'set', format: 'tensors', tensors, ...(labels ? { labels } : {}) });
  if (card.format !== 'tensors') throw new Error('a card of tensors was wanted');
  return card;
}

const AUDIO = npy('<f4', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
const RATE = npy('<i8', [], BigInt64Array.of(16_000n));

const sample = (k: number, values: Float32Array): NamedBlob =>
  file(`rec/${k}.npz`, zipSync({ 'x.npy': npy('<f4', [1, values.length], values), 'y.npy': npy('<i4', [1], Int32Array.of(k)) }));

async function read(data: TensorDataset, name: string, index: number): Promise<{ shape: readonly number[]; values: number[] }> {
  const recorded = await data.tensors.get(name)?.read(index);
  return { shape: recorded?.shape ?? [], values: [...(recorded?.values ?? [])] };
}

test('stacked samples of several inputs, one value for all of them, and labels; from an npz or from files', async () => {
  const card = cardOf({ input: 'input.npy', sr: 'sr.npy' }, { file: 'labels.json' });
  const labels = file('set/labels.json', '["a", "b", null]');
  for (const files of [
    [file('set/input.npy', AUDIO), file('set/sr.npy', RATE), labels],
    [file('set/all.npz', zipSync({ 'input.npy': AUDIO, 'sr.npy': RATE })), labels],
  ]) {
    const data = await openDataset(card, files);
    expect([data.length, [...(data.labels ?? [])], data.classNames, data.problems.first]).toEqual([
      2,
      [0, 1],
      ['a', 'b'],
      ['sample 2: it has no label'],
    ]);
    expect(await read(data, 'input', 1)).toEqual({ shape: [2], values: [3, 4] });
    expect(await read(data, 'sr', 1)).toEqual({ shape: [], values: [16_000] });
  }
});

test('one file a sample, in the order of their paths, of any length', async () => {
  const data = await openDataset(cardOf({ x: '*.npz/x.npy', 'y:0': '*.npz/y.npy' }), [
    sample(2, Float32Array.of(7)),
    sample(1, Float32Array.of(8, 9)),
  ]);
  expect(data.length).toBe(2);
  expect(await read(data, 'x', 0)).toEqual({ shape: [1, 2], values: [8, 9] });
  expect(await read(data, 'x', 1)).toEqual({ shape: [1, 1], values: [7] });
  expect(await read(data, 'y:0', 1)).toEqual({ shape: [1], values: [2] });
});

test('what does not fit together is named', async () => {
  const four = file('b.npy', npy('<f4', [4], new Float32Array(4)));
  await expect(openDataset(cardOf({ a: 'a.npy', b: 'b.npy' }), [file('a.npy', AUDIO), four])).rejects.toMatchObject({
    code: 'bad-data',
    message: '"a.npy" has 3 samples, "b.npy" has 4.',
  });
  await expect(openDataset(cardOf({ a: 'a.npy' }), [four])).rejects.toMatchObject({
    message: expect.stringContaining('"a.npy", which the card names as tensors["a"], is not there'),
  });
  await expect(openDataset(cardOf({ a: '*/a.npy' }), [four])).rejects.toMatchObject({
    message: 'No file\'s path is as the card\'s "*/a.npy".',
  });
  const cut = await openDataset(cardOf({ a: 'a.npy' }), [file('a.npy', AUDIO.slice(0, -4))]);
  expect([cut.length, cut.problems.first]).toEqual([2, ['a.npy, sample 2: the file is cut off before it ends']]);
});
