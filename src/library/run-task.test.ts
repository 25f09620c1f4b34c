import { expect, test } from 'vitest';
import type { OpenedModel } from '../engine/protocol/index';
import { DEFAULT_LIMITS } from '../data/limits';
import { optimize, type Task } from './run-task';
import type { Studio, Told } from './studio';

/** Throws for every call but those of a run that measures nothing. */
function studioOf(proof: object): Studio {
  const calls: Record<string, () => Promise<unknown>> = {
    loadRecipe: async () => ({ version: 1, target: 'wasm', passes: [] }),
    exportModel: async () => ({ proof }),
    environment: async () => ({ providers: ['native'] }),
  };
  const all = new Proxy(calls, {
    get: (known, name) => known[String(name)] ?? (() => Promise.reject(new Error(`${String(name)} was called`))),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not there throws
  return all as unknown as Studio;
}

const task: Task = {
  recipe: { version: 1, target: 'wasm', passes: [] },
  best: null,
  data: null,
  calibration: 0,
  scored: null,
  limits: DEFAULT_LIMITS,
  ep: null,
  measured: 'figures',
  scan: false,
};
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- layers are all that is read
const opened = { layers: [] } as unknown as OpenedModel;
const large = { runnable: true, ran: false, reason: 'the opened model has 400 MB' };

test('a large model, which the proof did not run, is run for figures only where somebody asks for them', async () => {
  const told: Told[] = [];
  const { results } = await optimize(studioOf(large), opened, task, (news) => told.push(news));
  expect(results).toMatchObject({ measurements: [], evaluation: null });
  expect(told).toContainEqual({ event: 'note', words: 'Not run: the opened model has 400 MB: give samples to have it compared' });
  for (const asked of [{ measured: 'closer' }, { scan: true }] as const)
    await expect(optimize(studioOf(large), opened, { ...task, ...asked }, () => {})).rejects.toThrow('measure was called');
  await expect(optimize(studioOf({ ...large, ran: true }), opened, task, () => {})).rejects.toThrow('measure was called');
});
