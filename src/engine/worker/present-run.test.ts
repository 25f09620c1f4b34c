import { describe, expect, test, vi } from 'vitest';
import { deferred } from '../../base/deferred';
import type { Job } from '../../base/job';
import { WhittleError } from '../../base/errors';
import { runRecipe, sketchLayer, type RecipeRun } from '../../recipe/run';
import { bitsCurve } from './bits-curve';
import { noSamples } from './calibrate';
import { evaluate } from './evaluate';
import { histogram } from './histogram';
import { PresentRun } from './present-run';
import { preview } from './preview';
import { answeredData, bench, job, recipe } from './testing/perceptron';
import type { Workbench } from './workbench';

vi.mock('../../recipe/run', async (original) => {
  const real = await original<{ readonly runRecipe: typeof runRecipe; readonly sketchLayer: typeof sketchLayer }>();
  return { ...real, runRecipe: vi.fn(real.runRecipe), sketchLayer: vi.fn(real.sketchLayer) };
});

const quantized = (bits: number) =>
  recipe({ id: 'prune-weights', options: { sparsity: 0.5 } }, { id: 'quantize-weights', options: { bits, range: 'minmax' } });
const fitted = recipe({ id: 'quantize-weights', options: { bits: 3, range: 'minmax', rounding: 'gptq' } });
const WIDTHS = [2, 3, 4, 5, 6, 7, 8];

/** Runs of whole recipes, and sketches of one layer, while `work` runs. */
async function countRuns(work: () => Promise<unknown>): Promise<{ runs: number; sketches: number }> {
  vi.mocked(runRecipe).mockClear();
  vi.mocked(sketchLayer).mockClear();
  await work();
  return { runs: vi.mocked(runRecipe).mock.calls.length, sketches: vi.mocked(sketchLayer).mock.calls.length };
}

async function valuesOf(b: Workbench, run: Pick<RecipeRun, 'store'>, layerId: string): Promise<Float32Array> {
  const lease = await run.store.acquire(layerId);
  const values = await b.platform.compute.download(lease.handle);
  lease.release();
  return values;
}

describe('the present run', () => {
  test('is the one run of a settled move, of histogram, preview, curve and score', async () => {
    const b = await bench();
    const data = await answeredData(b, 8);
    for (const bits of [5, 4]) {
      const counted = await countRuns(async () => {
        // While the slider is dragged.
        await histogram(b, quantized(bits), 'second', null, 16, job);
        await preview(b, quantized(bits), job);
        await Promise.all([bitsCurve(b, quantized(bits), 'second', WIDTHS, job), evaluate(b, data, quantized(bits), null, null, job)]);
        // Another layer is selected.
        await histogram(b, quantized(bits), 'first', null, 16, job);
      });
      expect(counted).toEqual({ runs: 1, sketches: 1 + WIDTHS.length });
    }
  });

  test('gives a histogram of a fitted recipe the very values that are scored, where a sketch comes near them', async () => {
    let samples = noSamples();
    const b = await bench(null, () => samples);
    samples = { data: await answeredData(b, 16), calibration: 8 };
    const sketch = await histogram(b, fitted, 'second', null, 16, job);
    const { layers } = await preview(b, fitted, job);
    const exact = await histogram(b, fitted, 'second', null, 16, job);
    expect(exact.state).toEqual(layers.find(({ id }) => id === 'second'));
    expect(sketch.state.sqnrDb).not.toBe(exact.state.sqnrDb);
    expect(Math.abs((sketch.state.sqnrDb ?? 0) - (exact.state.sqnrDb ?? 0))).toBeLessThan(3);
  });

  test('is the same whether or not a sketch was drawn before, whose values later steps have seen', async () => {
    const later = recipe(...fitted.passes, { id: 'cluster-weights', options: { clusters: 4 } });
    const values = [];
    for (const sketched of [false, true]) {
      let samples = noSamples();
      const b = await bench(null, () => samples);
      samples = { data: await answeredData(b, 16), calibration: 8 };
      if (sketched) await histogram(b, later, 'second', null, 16, job);
      const run = await b.run(later, job);
      values.push(await valuesOf(b, run, 'second'));
      run.dispose();
    }
    expect(values[1]).toEqual(values[0]);
  });

  test('is another for another recipe, target or, where passes learn from them, other samples', async () => {
    let samples = noSamples();
    const b = await bench(null, () => samples);
    const one = await answeredData(b, 16);
    samples = { data: one, calibration: 8 };
    const ask = async (of: Parameters<Workbench['run']>[0]): Promise<void> => (await b.run(of, job)).dispose();
    const runs = async (...of: Parameters<Workbench['run']>[0][]): Promise<number> =>
      (
        await countRuns(async () => {
          for (const each of of) await ask(each);
        })
      ).runs;
    expect(await runs(quantized(4), quantized(4))).toBe(1);
    expect(await runs(quantized(3))).toBe(1);
    expect(await runs({ ...quantized(3), target: 'webgpu' })).toBe(1);
    expect(await runs(quantized(3), quantized(3))).toBe(1);
    samples = { data: one, calibration: 4 };
    expect(await runs(quantized(3))).toBe(0);
    expect(await runs(fitted, fitted)).toBe(1);
    samples = { data: one, calibration: 8 };
    expect(await runs(fitted)).toBe(1);
    samples = { data: await answeredData(b, 16), calibration: 8 };
    expect(await runs(fitted)).toBe(1);
  });

  test('has other values under another recipe, though the old one is still used', async () => {
    const b = await bench();
    const old = await b.run(quantized(8), job);
    const before = await valuesOf(b, old, 'first');
    const now = await b.run(quantized(2), job);
    expect(await valuesOf(b, now, 'first')).not.toEqual(before);
    expect(await valuesOf(b, old, 'first')).toEqual(before);
    old.dispose();
    now.dispose();
  });
});

interface Made {
  readonly job: Job;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
  disposed: number;
}

/** A maker of runs that end when the test says so. */
function maker() {
  const made: Made[] = [];
  const make = (own: Job): Promise<RecipeRun> => {
    const { promise, resolve, reject } = deferred<RecipeRun>();
    const one: Made = {
      job: own,
      disposed: 0,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a run only its end is asked for here
      finish: () => resolve({ dispose: () => void (one.disposed += 1) } as RecipeRun),
      fail: reject,
    };
    made.push(one);
    return promise;
  };
  return { made, make };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const asking = (): Job & { stop: () => void; told: string[] } => {
  const controller = new AbortController();
  const told: string[] = [];
  return { signal: controller.signal, onProgress: ({ stage }) => told.push(stage), stop: () => controller.abort(), told };
};
const stage = (name: string) => ({ stage: name, done: 0, total: 1, startedAt: 0 });

describe('a shared run', () => {
  test('goes on for the others when one that waits is stopped, and tells all of its progress', async () => {
    const { made, make } = maker();
    const present = new PresentRun();
    const [one, other] = [asking(), asking()];
    const first = present.hold('a', make, one);
    await turn();
    made[0]?.job.onProgress(stage('Early'));
    const second = present.hold('a', make, other);
    made[0]?.job.onProgress(stage('Late'));
    one.stop();
    await expect(first).rejects.toThrow(/abort/i);
    made[0]?.finish();
    (await second).dispose();
    expect(made).toHaveLength(1);
    expect([one.told, other.told]).toEqual([
      ['Early', 'Late'],
      ['Early', 'Late'],
    ]);
  });

  test('stops when nobody waits for it any more; only then the next begins, and the one that gave it up is told', async () => {
    const { made, make } = maker();
    const present = new PresentRun();
    const askers = [asking(), asking()];
    const waits = askers.map((each) => present.hold('learning', make, each));
    await turn();
    const ends = Promise.allSettled(waits);
    for (const each of askers) each.stop();
    const next = present.hold('other', make, job);
    let told = false;
    void waits[1]?.catch(() => (told = true));
    await turn();
    expect(made.map((each) => each.job.signal.aborted)).toEqual([true]);
    expect(told).toBe(false);
    made[0]?.fail(new DOMException('Stopped.', 'AbortError'));
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    expect(made.map((each) => each.job.signal.aborted)).toEqual([true, false]);
    made[1]?.finish();
    (await next).dispose();
  });

  test('waits for nothing that is stopped before it began', async () => {
    const { made, make } = maker();
    const present = new PresentRun();
    const asker = asking();
    const waits = present.hold('a', make, asker);
    asker.stop();
    await expect(waits).rejects.toThrow(/abort/i);
    expect(made).toHaveLength(0);
    await expect(present.hold('a', make, asker)).rejects.toThrow(/abort/i);
  });

  test('is kept for the next, and freed once, before the one that takes its place begins', async () => {
    const { made, make } = maker();
    const present = new PresentRun();
    const ask = async (key: string): Promise<RecipeRun> => {
      const run = present.hold(key, make, job);
      await turn();
      made.at(-1)?.finish();
      return run;
    };
    const held = await ask('a');
    held.dispose();
    held.dispose();
    (await ask('a')).dispose();
    expect(made.map((each) => each.disposed)).toEqual([0]);
    present.made('a')?.dispose();
    expect(present.made('b')).toBeNull();
    const b = await ask('b');
    expect(made.map((each) => each.disposed)).toEqual([1, 0]);
    // Used by a job while another takes its place: freed when that job ends.
    (await ask('c')).dispose();
    expect(made.map((each) => each.disposed)).toEqual([1, 0, 0]);
    b.dispose();
    await turn();
    expect(made.map((each) => each.disposed)).toEqual([1, 1, 0]);
    await present.drop();
    expect(made.map((each) => each.disposed)).toEqual([1, 1, 1]);
  });

  test('that failed fails for all that wait, and is tried anew by the next', async () => {
    const { made, make } = maker();
    const present = new PresentRun();
    const waits = [present.hold('a', make, job), present.hold('a', make, job)];
    await turn();
    made[0]?.fail(new WhittleError('bad-data', 'No samples.'));
    for (const { status } of await Promise.allSettled(waits)) expect(status).toBe('rejected');
    const again = present.hold('a', make, job);
    await turn();
    made[1]?.finish();
    (await again).dispose();
    expect(made).toHaveLength(2);
  });
});
