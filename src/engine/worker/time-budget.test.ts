/** What plans say and refuse; how long anything takes is never asserted. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forwardStdout } from '../../runtime/testing/stdout';
import type { Recipe } from '../../recipe/types';
import type { UserSamples } from './calibrate';
import { planBits } from './plan';
import { fastClock } from './testing/fast-clock';
import { answeredData, bench, job, recipe } from './testing/perceptron';

let undo: (() => void)[] = [];
beforeAll(() => void (undo = [forwardStdout(), fastClock()]));
afterAll(() => undo.forEach((each) => each()));

async function withSamples() {
  let held: UserSamples = { data: null, calibration: 0 };
  const b = await bench(null, () => held);
  const data = await answeredData(b, 60);
  held = { data, calibration: 32 };
  const plan = (wanted: Recipe, ratio: number) => planBits(b, data, wanted, [], { kind: 'time', ratio }, job);
  return { b, plan };
}

test('with time to spare every layer stays in floats, which loses nothing', async () => {
  const { b, plan } = await withSamples();
  const wanted = recipe({ id: 'quantize-static', off: true, options: { calibrator: 'minmax' } });
  const found = await plan(wanted, 1000);
  expect(found.bits).toEqual([
    { layerId: 'first', bits: 32 },
    { layerId: 'second', bits: 32 },
  ]);
  expect(found.recipe.passes).toEqual([
    { id: 'quantize-static', options: { calibrator: 'minmax' }, layers: { exclude: ['first', 'second'] } },
  ]);
  expect(found.checked).toEqual({ plans: expect.any(Number), loss: 0, samples: 30 });
  expect(found.timed?.low).toBeLessThanOrEqual(found.timed?.median ?? 0);
  expect(found.timed?.high).toBeGreaterThanOrEqual(found.timed?.median ?? Infinity);

  // What layers lose alone is kept, and so are ranges: another budget makes only the sessions of its plans and profiles.
  const { runtime } = b.platform;
  const made = runtime.sessionsCreated;
  const again = await plan(wanted, 1000);
  expect(again.bits).toEqual(found.bits);
  // Two profiles, ranges and two sides for each plan, and the live ones.
  expect(runtime.sessionsCreated - made).toBeLessThanOrEqual(2 + 3 * (again.checked?.plans ?? 0) + 2);
});

test('a time that no plan keeps is refused with the time that the fastest takes', async () => {
  const { plan } = await withSamples();
  await expect(plan(recipe(), 1e-9)).rejects.toThrow(/^0 % of the original's time cannot be kept: the fastest plan takes \d+ %\.$/);
});

test('WebGPU and a model without samples are refused by name', async () => {
  const { b, plan } = await withSamples();
  await expect(plan({ ...recipe(), target: 'webgpu' }, 0.5)).rejects.toThrow('On WebGPU no bit width makes a layer faster');
  await expect(planBits(await bench(), null, recipe(), [], { kind: 'time', ratio: 0.5 }, job)).rejects.toMatchObject({ code: 'bad-data' });
  await expect(
    planBits(b, null, recipe({ id: 'quantize-static', layers: { include: ['third'] } }), [], { kind: 'time', ratio: 0.5 }, job),
  ).rejects.toThrow('No layer can compute on integers');
});
