import { expect, test } from 'vitest';
import type { SensitivityCell } from '../protocol/index';
import { evaluate } from './evaluate';
import { planBits } from './plan';
import { preview } from './preview';
import { sensitivity } from './sensitivity';
import { answeredData, bench, job, recipe } from './testing/perceptron';

const options = { bits: [8, 2, 4], sparsities: [0.5], samples: null };
const quantized = recipe({ id: 'quantize-weights', options: { bits: 8, granularity: 'tensor' } });

test('each cell is what an evaluation of that layer alone gives, on one session', async () => {
  const b = await bench();
  const data = await answeredData(b, 40);
  const seen: SensitivityCell[] = [];
  const scan = await sensitivity(b, data, quantized, options, job, (cell) => seen.push(cell));
  expect(scan.cells.map((c) => [c.layerId, c.kind, c.value])).toEqual(
    ['first', 'second'].flatMap((id) => [
      [id, 'bits', 2],
      [id, 'bits', 4],
      [id, 'bits', 8],
      [id, 'sparsity', 0.5],
    ]),
  );
  expect(seen).toEqual(scan.cells);
  expect(scan).toMatchObject({ layers: 2, samples: 40, top1: 100, resumed: 0, sessionsCreated: 0, skipped: [] });
  expect(scan.totalMs).toBeGreaterThan(scan.inferenceMs);
  const alone = recipe({ id: 'quantize-weights', options: { bits: 2, granularity: 'tensor' }, layers: { include: ['second'] } });
  const whole = await evaluate(b, data, alone, null, null, job);
  const cell = scan.cells[4];
  expect(cell?.kl).toBeCloseTo(whole.outputs[0]?.kl ?? 0, 9);
  expect(cell?.kl).toBeGreaterThan(0.01);
  expect(cell?.top1).toBeCloseTo(whole.after?.top1 ?? 0, 9);
  expect(cell?.agreement).toBeCloseTo(whole.agreement.top1 ?? 0, 9);
  const state = (await preview(b, alone, job)).layers[1];
  expect(cell?.weightSqnrDb).toBe(state?.sqnrDb);
  expect(cell?.bytes).toBe(state?.bytesAfter);
  for (const id of ['first', 'second']) {
    const kls = scan.cells.filter((c) => c.layerId === id && c.kind === 'bits').map((c) => c.kl ?? Infinity);
    expect(kls).toEqual(kls.toSorted((x, y) => y - x));
  }
});

test('a cancelled scan keeps its cells; the next one goes on, unless options or samples are others', async () => {
  const b = await bench();
  const data = await answeredData(b, 20);
  const controller = new AbortController();
  const seen: SensitivityCell[] = [];
  const stopped = sensitivity(b, data, quantized, options, { ...job, signal: controller.signal }, (cell) => {
    seen.push(cell);
    if (seen.length === 3) controller.abort();
  });
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toHaveLength(3);
  const stages: string[] = [];
  const scan = await sensitivity(
    b,
    data,
    quantized,
    options,
    { ...job, onProgress: (p) => stages.push(`${p.stage} ${p.done}/${p.total}`) },
    () => {},
  );
  expect(scan.resumed).toBe(3);
  expect(scan.cells.slice(0, 3)).toEqual(seen);
  expect(stages).toContain('second, 4 bits 5/8');
  expect(stages).toContain('first, 50 % zeros 3/8');
  expect((await sensitivity(b, data, recipe(), options, job, () => {})).resumed).toBe(2);
  expect((await sensitivity(b, data, quantized, { ...options, samples: 10 }, job, () => {})).resumed).toBe(0);
  const again = await sensitivity(b, data, quantized, { ...options, bits: [3, 4] }, job, () => {});
  expect(again.resumed).toBe(4);
  await expect(sensitivity(b, data, quantized, { bits: [], sparsities: [], samples: null }, job, () => {})).rejects.toThrow(
    'neither bit widths nor sparsities',
  );
  await expect(sensitivity(b, data, quantized, { bits: [9], sparsities: [], samples: null }, job, () => {})).rejects.toMatchObject({
    code: 'bad-recipe',
  });
});

test('a scan goes on when another graph takes the place of its session', async () => {
  const b = await bench();
  const data = await answeredData(b, 6);
  const others: Promise<unknown>[] = [];
  const scan = await sensitivity(b, data, quantized, options, job, () => {
    if (others.length === 0) others.push(evaluate(b, data, recipe({ id: 'fold-batchnorm' }), null, null, job));
  });
  await Promise.all(others);
  expect(scan.cells).toHaveLength(8);
});

test('layers that cannot be changed are named; without data made-up inputs are compared', async () => {
  const b = await bench();
  const forced = recipe({ id: 'quantize-weights', options: { storage: 'matmulnbits' } });
  const scan = await sensitivity(b, null, forced, { bits: [4], sparsities: [0.9], samples: 4 }, job, () => {});
  expect(scan.skipped.map((s) => s.layer)).toEqual(['first', 'second']);
  expect(scan.skipped[0]?.reason).toMatch(/^4 bits: /);
  expect(scan.cells.map((c) => c.kind)).toEqual(['sparsity', 'sparsity']);
  expect(scan).toMatchObject({ samples: 4, top1: null });
  expect(scan.cells[0]).toMatchObject({ top1: null });
});

test('bits per layer keep to a budget of bytes, loss or points', async () => {
  const b = await bench();
  const data = await answeredData(b, 60);
  const { cells } = await sensitivity(b, data, quantized, { bits: [2, 3, 4, 6, 8], sparsities: [], samples: null }, job, () => {});
  const sizeOf = async (bits: number) =>
    (await preview(b, recipe({ id: 'quantize-weights', options: { bits, granularity: 'tensor' } }), job)).predictedBytes;
  const bytes = await sizeOf(4);
  const plan = await planBits(b, data, quantized, cells, { kind: 'bytes', bytes }, job);
  expect(plan.predictedBytes).toBeLessThanOrEqual(bytes);
  expect((await preview(b, plan.recipe, job)).predictedBytes).toBe(plan.predictedBytes);
  const uniform = cells.filter((c) => c.value === 4).reduce((sum, c) => sum + (c.kl ?? 0), 0);
  // What was run decides: the plan loses no more than the same width everywhere.
  const [planned, even] = [
    await evaluate(b, data, plan.recipe, null, null, job),
    await evaluate(b, data, recipe({ id: 'quantize-weights', options: { bits: 4, granularity: 'tensor' } }), null, null, job),
  ];
  expect(planned.outputs[0]?.kl).toBeLessThanOrEqual((even.outputs[0]?.kl ?? 0) + 1e-9);
  expect(plan.checked?.loss).toBeCloseTo(planned.outputs[0]?.kl ?? 0, 9);
  expect(plan.lossKind).toBe('kl');
  expect(plan.bits.map((l) => l.layerId)).toEqual(['first', 'second']);
  // Bits that are the step's own need no override.
  const own = plan.bits.filter((l) => l.bits !== 8).map((l) => [l.layerId, { bits: l.bits }]);
  expect(plan.recipe.passes).toEqual([
    { id: 'quantize-weights', options: { bits: 8, granularity: 'tensor' }, overrides: Object.fromEntries(own) },
  ]);

  const careful = await planBits(b, data, quantized, cells, { kind: 'loss', loss: uniform / 4 }, job);
  expect(careful.predictedLoss).toBeLessThanOrEqual(uniform / 4);
  const scored = await planBits(b, data, quantized, cells, { kind: 'points', points: 5, samples: null }, job);
  const measured = await evaluate(b, data, scored.recipe, null, null, job);
  expect(scored.measured?.points).toBeCloseTo((measured.after?.top1 ?? 0) - 100, 9);
  expect(scored.measured?.points).toBeGreaterThanOrEqual(-5);
  expect(scored.predictedBytes).toBeLessThan(await sizeOf(8));

  const smallest = await sizeOf(2);
  await expect(planBits(b, data, quantized, cells, { kind: 'bytes', bytes: 100 }, job)).rejects.toThrow(
    `the smallest one, with every layer at its fewest scanned bits, has ${smallest}`,
  );
  await expect(planBits(b, null, quantized, cells, { kind: 'points', points: 1, samples: null }, job)).rejects.toMatchObject({
    code: 'bad-data',
  });
  await expect(planBits(b, data, quantized, [], { kind: 'bytes', bytes }, job)).rejects.toThrow('has been scanned');
});
