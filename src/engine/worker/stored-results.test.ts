import { expect, test } from 'vitest';
import { memoryShelf } from '../../artifacts/memory';
import { createArtifacts } from '../../artifacts/store';
import { IN_MEMORY } from './file-access';
import { Studio } from './studio';
import { TABLE } from './table';

const job = { signal: new AbortController().signal, onProgress: () => {}, send: () => {} };

const nothing = (): never => {
  throw new Error('No model is open.');
};

test('how much is stored is told without a model, and cleared only when that is asked for', async () => {
  const artifacts = createArtifacts(Promise.resolve(memoryShelf()));
  const keeper = { artifacts, slowMs: 0, version: '1' };
  const studio = new Studio({
    acquire: nothing,
    decode: nothing,
    files: IN_MEMORY,
    compresses: true,
    startCompressor: nothing,
    keeper,
    product: 'a test',
  });
  await artifacts.put('fit', new Uint8Array(68));
  expect(await TABLE.storedResults(studio, job, false)).toEqual({ entries: 1, bytes: 100, budgetBytes: 2 ** 30 });
  expect(await TABLE.storedResults(studio, job, true)).toMatchObject({ entries: 0, bytes: 0 });
  expect(await artifacts.get('fit')).toBeNull();
});
