/** What is held by work that throws: nothing. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCpuCompute } from '../../compute/index';
import { countBelow } from '../../compute/operations/count-below';
import type { Compute } from '../../compute/types';
import { countHandles } from '../../passes/testing/count-handles';
import { forwardStdout } from '../../runtime/testing/stdout';
import type { Session } from '../../runtime/types';
import type { UserSamples } from './calibrate';
import { fileOf, planBits } from './plan';
import { answeredData, bench, job, recipe } from './testing/perceptron';
import { withRun } from './with-run';
import { Workbench } from './workbench';

let undo: () => void;
beforeAll(() => void (undo = forwardStdout()));
afterAll(() => undo());

const coded = recipe({ id: 'quantize-weights', options: { bits: 4 } });

/** A workbench whose handles are counted, with what it holds when no run is under way. */
async function counted(inner: Compute = createCpuCompute()) {
  const { doc, platform } = await bench();
  const { compute, live } = countHandles(inner);
  let held: UserSamples = { data: null, calibration: 0 };
  const b = new Workbench(doc, { ...platform, compute }, () => held);
  const data = await answeredData(b, 12);
  held = { data, calibration: 4 };
  await withRun(b, coded, job, () => {});
  /** Handles that are held when the present run is let go: those of a run that somebody still uses stay. */
  const left = async (): Promise<number> => {
    await b.dropRun();
    return live();
  };
  return { b, data, live, left, idle: await left() };
}

/** Runs of the workbench whose layers cannot be read. */
function breakLayers(b: Workbench): void {
  const run = b.run.bind(b);
  vi.spyOn(b, 'run').mockImplementation(async (...args) => {
    const made = await run(...args);
    Object.defineProperty(made, 'layers', {
      get() {
        throw new Error('broken');
      },
    });
    return made;
  });
}

test('a run is disposed of where what it is for throws', async () => {
  const { b, live, left, idle } = await counted();
  let during = 0;
  const use = (): never => {
    during = live();
    throw new Error('broken');
  };
  await expect(withRun(b, coded, job, use)).rejects.toThrow('broken');
  expect(during).toBeGreaterThan(idle);
  expect(await left()).toBe(idle);
});

test('plans of bytes and of time leave no run behind that throws', async () => {
  const { b, data, left, idle } = await counted();
  breakLayers(b);
  await expect(fileOf(b, coded, job)).rejects.toThrow('broken');
  await expect(planBits(b, data, coded, [], { kind: 'bytes', bytes: 1 }, job)).rejects.toThrow('broken');
  await expect(planBits(b, data, coded, [], { kind: 'time', ratio: 0.5 }, job)).rejects.toThrow('broken');
  expect(await left()).toBe(idle);
});

test('a live session that does not run is released', async () => {
  const { doc, platform } = await bench();
  let [made, released] = [0, 0];
  const runtime: typeof platform.runtime = Object.assign(Object.create(platform.runtime), {
    async create(...args: Parameters<typeof platform.runtime.create>): Promise<Session> {
      const session = await platform.runtime.create(...args);
      made++;
      return {
        ...session,
        run: () => Promise.reject(new Error('broken')),
        release: () => {
          released++;
          return session.release();
        },
      };
    },
  });
  const b = new Workbench(doc, { ...platform, runtime });
  await expect(withRun(b, coded, job, (run) => b.live(run, job))).rejects.toThrow();
  expect(made).toBe(1);
  expect(released).toBe(1);
});

test('a layer that half precision cannot be tried on leaves no rounded copy', async () => {
  const cpu = createCpuCompute();
  const failing: Compute = {
    ...cpu,
    run: (operation, ...args) => {
      if (operation === (countBelow as unknown)) return Promise.reject(new Error('broken'));
      return cpu.run(operation, ...args);
    },
  };
  const { b, left, idle } = await counted(failing);
  const half = recipe({ id: 'convert-float16', options: { form: 'weights' } });
  await expect(withRun(b, half, job, () => {})).rejects.toThrow('broken');
  expect(await left()).toBe(idle);
});
