import { expect, test } from 'vitest';
import type { Dataset } from '../../data/types';
import { CALIBRATION_SEED, calibrationSamples } from '../../measure/split';
import type { Best, BestTrial } from '../protocol/index';
import { best } from './best';
import type { UserSamples } from './calibrate';
import { evaluate } from './evaluate';
import { exportModel } from './export';
import { planBits } from './plan';
import { sensitivity } from './sensitivity';
import { answeredData, bench, job, recipe } from './testing/perceptron';

async function withSamples() {
  let held: UserSamples = { data: null, calibration: 0 };
  const b = await bench(null, () => held);
  const data = await answeredData(b, 80);
  held = { data, calibration: 32 };
  return { b, data };
}

const chosenOf = ({ chosen }: Best): BestTrial => {
  if (!chosen) throw new Error('None was chosen.');
  return chosen;
};

test('scores leave out the samples that passes learned from, and only where a pass learned', async () => {
  const { b, data } = await withSamples();
  const fitted = recipe({ id: 'quantize-weights', options: { bits: 4, rounding: 'gptq' } });
  expect((await evaluate(b, data, fitted, null, null, job)).after?.samples).toBe(48);
  expect((await evaluate(b, data, recipe({ id: 'quantize-weights', options: { bits: 4 } }), null, null, job)).after?.samples).toBe(48);
});

test("another draw is learned from and left out instead: its file differs, the first draw's comes back byte for byte", async () => {
  let held: UserSamples = { data: null, calibration: 0 };
  const b = await bench(null, () => held);
  const data = await answeredData(b, 80);
  const read: number[] = [];
  const watched: Dataset =
    data.kind === 'images' ? { ...data, read: (index, into, offset) => (read.push(index), data.read(index, into, offset)) } : data;
  const fitted = recipe({ id: 'quantize-weights', options: { bits: 3, rounding: 'gptq' } });
  const write = async (seed?: number): Promise<{ bytes: string; used: number[]; scored: number[] }> => {
    held = { data: watched, calibration: 32, ...(seed === undefined ? {} : { seed }) };
    read.length = 0;
    const { blob } = await exportModel(b, fitted, job);
    return {
      bytes: Buffer.from(await blob.arrayBuffer()).toString('base64'),
      used: [...new Set(read)].toSorted((x, y) => x - y),
      scored: b.scoredOf(watched, 80, null),
    };
  };
  const [own, other] = [await write(), await write(5)];
  expect(own.used).toEqual(calibrationSamples(80, 32));
  expect(other.used).toEqual(calibrationSamples(80, 32, 5));
  for (const { used, scored } of [own, other])
    expect([...used, ...scored].toSorted((x, y) => x - y)).toEqual(Array.from({ length: 80 }, (_, i) => i));
  expect(other.bytes).not.toBe(own.bytes);
  expect((await write(CALIBRATION_SEED)).bytes).toBe(own.bytes);
});

test('a fitted recipe is fitted once: what is scored is what is exported', async () => {
  const { b, data } = await withSamples();
  const fitted = recipe({ id: 'quantize-weights', options: { bits: 3, rounding: 'gptq' } });
  const first = await evaluate(b, data, fitted, null, null, job);
  const before = b.platform.runtime.sessionsCreated;
  const again = await evaluate(b, data, fitted, null, null, job);
  await exportModel(b, fitted, job);
  expect(b.platform.runtime.sessionsCreated).toBe(before);
  expect(again).toEqual(first);
});

test('the best 4 bits: several recipes are run, the one that diverges least is chosen, and it is said what was done', async () => {
  const { b, data } = await withSamples();
  const found = await best(b, data, { kind: 'bits', bits: 4 }, 'wasm', job);
  expect(found.samples).toBe(48);
  expect(found.trials.length).toBeGreaterThan(1);
  expect(chosenOf(found).kl).toBe(Math.min(...found.trials.map((t) => t.kl ?? Infinity)));
  for (const { recipe: tried, evaluation, agreement } of found.trials) {
    expect(evaluation).toMatchObject({ recipe: tried, of: 'live', agreement: { top1: agreement, samples: found.samples } });
    expect(evaluation.after).toEqual((await evaluate(b, data, tried, null, null, job)).after);
  }
  expect(found.said.at(-1)).toContain(`${chosenOf(found).name} was chosen`);
  for (const trial of found.trials) expect(found.said.some((line) => line.startsWith(`${trial.name}: `))).toBe(true);
});

test('the best 8 bits for WASM compute on integers, where a layer can', async () => {
  const { b, data } = await withSamples();
  const found = await best(b, data, { kind: 'bits', bits: 8 }, 'wasm', job);
  expect(found.trials.map((t) => t.onIntegers)).toEqual([false, false, true, true]);
  expect(chosenOf(found).onIntegers).toBe(true);
  expect(chosenOf(found).kl).toBe(Math.min(...found.trials.filter((t) => t.onIntegers).map((t) => t.kl ?? Infinity)));
  const onGpu = await best(b, data, { kind: 'bits', bits: 8 }, 'webgpu', job);
  expect(onGpu.trials.map((t) => t.onIntegers)).toEqual([false, false]);
});

test('a file of a size: bits by what layers cost, or the reason why none fits', async () => {
  const { b, data } = await withSamples();
  const bytes = 5000;
  const found = await best(b, data, { kind: 'bytes', bytes }, 'wasm', job);
  expect(chosenOf(found).bytes).toBeLessThanOrEqual(bytes);
  expect((await exportModel(b, chosenOf(found).recipe, job)).bytes).toBeLessThanOrEqual(bytes * 1.05);
  await expect(best(b, data, { kind: 'bytes', bytes: 500 }, 'wasm', job)).rejects.toThrow('cannot be kept');
});

test("a plan is rounded as fitted to the samples and with the recipe's own rounding: the better one is taken, both are shown", async () => {
  const { b, data } = await withSamples();
  const nearest = recipe({ id: 'quantize-weights', options: { bits: 3 } });
  const { cells } = await sensitivity(b, data, nearest, { bits: [3], sparsities: [], samples: 16 }, job, () => {});
  const plan = await planBits(b, data, nearest, cells, { kind: 'loss', loss: 10 }, job);
  expect(plan.roundings.map(({ rounding }) => rounding)).toEqual(['fitted to your samples', 'to the nearest value']);
  const [fitted, plain] = plan.roundings;
  if (!fitted || !plain) throw new Error('Two roundings were to be run.');
  // On so few samples either may lose less: that one is taken.
  const least = fitted.loss <= plain.loss ? fitted : plain;
  expect(plan.roundings.map((each) => each.chosen)).toEqual([least === fitted, least === plain]);
  expect(plan.recipe.passes[0]?.options?.['rounding']).toBe(least === fitted ? 'gptq' : undefined);
  expect(least).toMatchObject({ samples: 48, bytes: plan.predictedBytes });
  expect(fitted.loss).not.toBe(plain.loss);
});

test('ruin is never chosen: the recipe stays, what would help is said, and made-up inputs are called no accuracy', async () => {
  const b = await bench(null, undefined, true);
  const four = await best(b, null, { kind: 'bits', bits: 4 }, 'wasm', job);
  expect(four.chosen).toBeNull();
  for (const trial of four.trials) expect(trial.ruin).toMatch(/fewer than 50 %|noise/);
  expect(four.said.filter((line) => line.includes('Not usable'))).toHaveLength(four.trials.length);
  expect(four.said.join(' ')).toContain('Add samples');
  const eight = await best(b, null, { kind: 'bits', bits: 8 }, 'wasm', job);
  expect(eight.chosen).toMatchObject({ ruin: null });
  // Two chains that the inputs cannot tell apart: the one with fewer passes.
  expect(eight.chosen?.recipe.passes).toHaveLength(Math.min(...eight.trials.map((trial) => trial.recipe.passes.length)));
  expect(eight.said.at(-1)).toContain('made-up inputs: that is not accuracy');
});

test('without data only what needs no samples is tried', async () => {
  const found = await best(await bench(), null, { kind: 'bits', bits: 8 }, 'wasm', job);
  expect(found.trials.flatMap((t) => t.recipe.passes.map((p) => p.options?.['rounding']))).not.toContain('gptq');
  expect(found.said[0]).toContain('no samples');
});
