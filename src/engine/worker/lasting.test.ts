import { expect, test } from 'vitest';
import { memoryShelf } from '../../artifacts/memory';
import { createArtifacts } from '../../artifacts/store';
import type { Artifacts } from '../../artifacts/types';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import type { Recipe, RecipeStep } from '../../recipe/types';
import type { UserSamples } from './calibrate';
import { exportModel } from './export';
import type { Keeper } from './lasting';
import { contentOf } from './sample-content';
import { answeredData, bench, job, recipe } from './testing/perceptron';
import { Workbench } from './workbench';

/** Every layer is fitted to what those before it have become: a stage a layer. */
const step: RecipeStep = { id: 'quantize-weights', options: { bits: 8, rounding: 'gptq', inputs: 'rounded', range: 'minmax' } };
const fit = recipe(step);
/** One layer, of few rows. */
const small = recipe({ ...step, layers: { include: ['second'] } });

/** Artifacts on one disk, as workers see it one after another, and what was put there. */
function disk(): { readonly keeper: Keeper; readonly puts: string[] } {
  const puts: string[] = [];
  const store = createArtifacts(Promise.resolve(memoryShelf()));
  const artifacts: Artifacts = { ...store, put: (key, bytes) => (puts.push(key), store.put(key, bytes)) };
  return { keeper: { artifacts, slowMs: 0, version: '1' }, puts };
}

let opened: { readonly b: Workbench; readonly data: Dataset } | null = null;
/** The model opened, nothing known of it yet, and samples. */
async function worker(keeper: Keeper, samples: Partial<UserSamples> = {}): Promise<Workbench> {
  const b = opened?.b ?? (await bench());
  opened ??= { b, data: await answeredData(b, 12) };
  const { data } = opened;
  return new Workbench(b.doc, b.platform, () => ({ data, calibration: 4, ...samples }), keeper);
}

async function written(b: Workbench, what: Recipe = fit, own: Job = job): Promise<{ sessions: number; bytes: Uint8Array }> {
  const before = b.platform.runtime.sessionsCreated;
  const { blob } = await exportModel(b, what, own);
  return { sessions: b.platform.runtime.sessionsCreated - before, bytes: new Uint8Array(await blob.arrayBuffer()) };
}

test('a stopped fit goes on where it was after its worker was replaced, and is not made twice once it is whole', async () => {
  const fresh = await written(await worker(disk().keeper));
  const { keeper, puts } = disk();
  const stop = new AbortController();
  const stopping: Job = {
    signal: stop.signal,
    onProgress: ({ stage }) => {
      // The layer that is at work is finished; the next one's samples are not run.
      if (stage.includes('Rounding first')) stop.abort();
    },
  };
  await expect(written(await worker(keeper), fit, stopping)).rejects.toThrow(/abort/i);
  expect(puts).toHaveLength(1);
  const resumed = await written(await worker(keeper));
  expect(puts).toHaveLength(2);
  expect(resumed.sessions).toBe(fresh.sessions / 2);
  const again = await written(await worker(keeper));
  expect([again.sessions, puts.length]).toEqual([0, 2]);
  expect(resumed.bytes).toEqual(fresh.bytes);
  expect(again.bytes).toEqual(fresh.bytes);
});

test('a fit to other samples, by other code or of another recipe is made anew', async () => {
  const { keeper, puts } = disk();
  await written(await worker(keeper), small);
  expect(puts).toHaveLength(1);
  const own = await answeredData(await bench(), 12);
  // As other files of the same number of samples.
  const others: Dataset = own.kind === 'images' ? { ...own, read: (i, into, at) => own.read(i + 50, into, at) } : own;
  const changed = [
    await worker(keeper, { data: others }),
    await worker(keeper, { calibration: 5 }),
    await worker({ ...keeper, version: '2' }),
  ];
  for (const [at, b] of changed.entries()) {
    expect((await written(b, small)).sessions).toBeGreaterThan(0);
    expect(puts).toHaveLength(at + 2);
  }
  // The same samples, opened again in another worker.
  expect((await written(await worker(keeper, { data: { ...own } }), small)).sessions).toBe(0);
});

test("a set's content is that of its values, whatever holds them", async () => {
  const own = await answeredData(await bench(), 4);
  if (own.kind !== 'images') throw new Error('images were made');
  const all = [0, 1, 2];
  const content = await contentOf(own, all, job);
  expect(await contentOf({ ...own }, all, job)).toBe(content);
  expect(await contentOf(own, [0, 2, 1], job)).not.toBe(content);
  const off: Dataset = {
    ...own,
    read: async (i, into, at) => {
      await own.read(i, into, at);
      if (i === 2) into[at] = (into[at] ?? 0) + 1e-3;
    },
  };
  expect(await contentOf(off, all, job)).not.toBe(content);
});
