import { describe, expect, test } from 'vitest';
import { convNet } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { maxAbsDifference } from '../testing/compare';
import { applyPass, type Applied } from '../testing/apply-pass';
import { applyCut } from '../../compute/operations/apply-cut';
import { magnitudeCut } from '../../compute/operations/magnitude-cut';
import { createCpuCompute } from '../../compute/cpu';
import { pruneWeights } from './apply';
import { magnitudeBits, randomScores, selectCut } from './select';

/** conv 108 weights and fc 320: 428. */
const model = convNet(13);
const TOTAL = 428;

async function zeros(applied: Applied): Promise<Record<string, number>> {
  const entries = await Promise.all(
    applied.store.layers.map(async (l) => [l.id, (await applied.value(l.id)).filter((v) => v === 0).length] as const),
  );
  return Object.fromEntries(entries);
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('counts are exact', () => {
  test.each([0, 0.1, 0.5, 0.6, 0.73, 0.99])('global, sparsity %f', async (sparsity) => {
    const applied = await applyPass(pruneWeights, model, { options: { sparsity } });
    expect(sum(await zeros(applied))).toBe(Math.round(sparsity * TOTAL));
    expect(applied.result.skipped.map(({ layer }) => layer)).toEqual(sparsity === 0 ? ['conv', 'fc'] : []);
  });

  test('each layer', async () => {
    const applied = await applyPass(pruneWeights, model, { options: { sparsity: 0.3, scope: 'layer' } });
    expect(await zeros(applied)).toEqual({ conv: Math.round(0.3 * 108), fc: Math.round(0.3 * 320) });
  });

  test.each(['global', 'layer'])('random, scope %s', async (scope) => {
    const applied = await applyPass(pruneWeights, model, { options: { sparsity: 0.6, scope, criterion: 'random' } });
    const counts = await zeros(applied);
    if (scope === 'global') expect(sum(counts)).toBe(Math.round(0.6 * TOTAL));
    else expect(counts).toEqual({ conv: Math.round(0.6 * 108), fc: 192 });
    expect(applied.result.thresholds).toEqual({});
  });

  test('a layer with a sparsity of its own is cut alone', async () => {
    const applied = await applyPass(pruneWeights, model, { options: { sparsity: 0.5 }, layers: { conv: { sparsity: 0 } } });
    expect(await zeros(applied)).toEqual({ conv: 0, fc: 160 });
  });
});

test('global cuts the smallest magnitudes of all layers, and reports the threshold', async () => {
  const applied = await applyPass(pruneWeights, model, { options: { sparsity: 0.4 } });
  const threshold = applied.result.thresholds?.['conv'] ?? 0;
  expect(applied.result.thresholds?.['fc']).toBe(threshold);
  for (const { id } of applied.store.layers) {
    const before = await applied.compute.download((await applied.store.acquireOriginal(id)).handle);
    const after = await applied.value(id);
    expect([...after]).toEqual([...before].map((v) => (Math.abs(v) < threshold ? 0 : v)));
  }
});

test('threshold: every magnitude below it, none at it', async () => {
  const applied = await applyPass(pruneWeights, model, { options: { threshold: 0.25 } });
  for (const { id } of applied.store.layers) {
    const before = await applied.compute.download((await applied.store.acquireOriginal(id)).handle);
    expect([...(await applied.value(id))]).toEqual([...before].map((v) => (Math.abs(v) < 0.25 ? 0 : v)));
  }
  await expect(applyPass(pruneWeights, model, { options: { threshold: 0.25, criterion: 'random' } })).rejects.toMatchObject({
    code: 'bad-recipe',
  });
});

describe('target bytes', () => {
  test.each([0, 100, 1000, 1712, 5000])('%i: as many weights are kept as fit', async (targetBytes) => {
    const kept = TOTAL - sum(await zeros(await applyPass(pruneWeights, model, { options: { targetBytes } })));
    expect(kept).toBe(Math.min(Math.floor(targetBytes / 4), TOTAL));
  });

  test('each layer keeps its share', async () => {
    const counts = await zeros(await applyPass(pruneWeights, model, { options: { targetBytes: 856, scope: 'layer' } }));
    expect(counts).toEqual({ conv: 54, fc: 160 });
  });
});

test('resident and streaming give the same values', async () => {
  for (const criterion of ['magnitude', 'random']) {
    const [a, b] = [
      await applyPass(pruneWeights, model, { options: { sparsity: 0.5, criterion } }),
      await applyPass(pruneWeights, model, { options: { sparsity: 0.5, criterion }, mode: 'streaming' }),
    ];
    for (const { id } of a.store.layers) expect(maxAbsDifference(await a.value(id), await b.value(id))).toBe(0);
  }
});

test('a higher random sparsity cuts all that a lower one does', async () => {
  const [low, high] = [
    await applyPass(pruneWeights, model, { options: { sparsity: 0.3, criterion: 'random' } }),
    await applyPass(pruneWeights, model, { options: { sparsity: 0.6, criterion: 'random' } }),
  ];
  const kept = await high.value('fc');
  for (const [i, v] of (await low.value('fc')).entries()) if (v === 0) expect(kept[i]).toBe(0);
});

describe('streamed select', () => {
  const tensors = [
    noise(300, 1),
    Float32Array.from([0.5, -0.5, 0.5, 0, -0, 1e-40, 0.5]),
    new Float32Array(0),
    noise(301, 2).map((v) => Math.round(v * 4) / 4),
  ];
  const compute = createCpuCompute();

  test.each([0, 1, 7, 150, 300, 304, 307, 450, 607, 608])('count %i cuts the same elements as the CPU maker, ties too', async (count) => {
    const handles = tensors.map((t) => compute.upload(t));
    const own = await selectCut(tensors.length, async (t) => magnitudeBits(tensors[t] ?? new Float32Array(0)), count);
    const oracle = await compute.run(magnitudeCut, handles, count);
    expect(own.count).toBe(count);
    for (const [t, handle] of handles.entries()) {
      expect(await compute.download(await compute.run(applyCut, handle, t, own))).toEqual(
        await compute.download(await compute.run(applyCut, handle, t, oracle)),
      );
    }
  });
});

test('random scores are spread evenly and differ by layer', () => {
  const scores = randomScores('layer', 20_000);
  const low = scores.filter((s) => s < 2 ** 30).length;
  // Within five standard deviations of half.
  expect(Math.abs(low - 10_000)).toBeLessThan(5 * Math.sqrt(5000));
  expect(randomScores('other', 8)).not.toEqual(randomScores('layer', 8));
});
