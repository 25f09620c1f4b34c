import { expect, test } from 'vitest';
import { reportOf } from './report';
import { FULL, LEAST, PROOF } from './testing/results';

/** Fields that files and scripts rely on (the command line's contract). */
const SIDE = ['bytes', 'gzipBytes', 'latencyMs', 'accuracy'];

test('what was not measured is null, never 0', () => {
  const report = reportOf(LEAST);
  expect(report.model).toEqual({ name: 'net.onnx', bytes: 4_953_397, sha256: 'ab12'.repeat(16), params: 1_235_496, opset: 12, macs: null });
  expect(report.environment).toEqual({
    adapter: null,
    browser: null,
    ep: 'webgpu',
    wasmThreads: null,
    software: null,
    fallbackReason: null,
    date: '2026-11-24T12:34:56.000Z',
  });
  expect(report.before).toEqual({ bytes: 4_953_397, gzipBytes: null, latencyMs: null, accuracy: null });
  expect(report.after).toEqual({ bytes: null, gzipBytes: null, latencyMs: null, accuracy: null });
  expect(report.layers[0]).toEqual({
    name: 'conv1',
    op: 'Conv',
    shape: [64, 3, 3, 3],
    params: 1728,
    bits: null,
    storage: null,
    sparsity: null,
    sqnrDb: null,
    bytesBefore: 6912,
    bytesAfter: null,
  });
  const { version, model, recipe, recipeLink, environment, before, after, layers, otherBackends, tried, checks, ...rest } = report;
  expect(Object.values(rest)).toEqual(Object.values(rest).map(() => null));
  expect(Object.values(checks)).toEqual([null, null, null]);
  expect(tried).toEqual([]);
  expect([
    version,
    recipe,
    otherBackends,
    recipeLink,
    layers.length,
    model.opset,
    environment.ep,
    Object.keys(before),
    Object.keys(after),
  ]).toEqual([1, LEAST.recipe, [], expect.stringMatching(/^#r=1\/webgpu\/prune-weights/), 2, 12, 'webgpu', SIDE, SIDE]);
});

test('every result in its place', () => {
  const report = reportOf(FULL);
  const [gpu, wasm] = FULL.measurements;
  expect(report).toMatchObject({
    environment: { adapter: 'acme gpu-1', browser: 'Chrome 156', ep: 'webgpu', wasmThreads: 4, software: false },
    before: {
      bytes: 4_953_397,
      gzipBytes: 4_601_234,
      latencyMs: { median: 10.2, p10: 10.05, p90: 10.4, runs: 10 },
      accuracy: { top1: 59.6, top5: 81.6, samples: 500 },
    },
    after: {
      bytes: 1_302_345,
      gzipBytes: 903_456,
      latencyMs: { median: 8.1, p10: 7.95, p90: 8.3, runs: 10 },
      accuracy: { top1: 58.8, top5: 81.2, samples: 500 },
    },
    agreement: { ep: 'webgpu', top1: 93.2, cosine: 0.991234, sqnrDb: 17.35, maxAbs: 2.125, samples: 500, changed: { total: 2, worse: 1 } },
    checks: { crossEp: gpu?.check, proof: PROOF, original: FULL.originalCheck },
    otherBackends: [{ ep: 'wasm', before: wasm?.before, startupMs: wasm?.startup }],
    startupMs: gpu?.startup,
    predictedBytes: 1_310_000,
    stored: { weights: 2, stored: 1, storedBytes: 6912, bytes: 11_008, stays: [{ layer: 'fire2/squeeze' }] },
    paired: FULL.evaluation?.paired,
    chance: FULL.evaluation?.chance,
    forms: FULL.forms,
    truth: FULL.truth?.sentences,
    card: FULL.data?.card,
    data: { name: 'net.card.json', samples: 500, problems: { count: 2 } },
    sensitivity: { cells: FULL.sensitivity?.cells, finished: { samples: 64, top1: 60.9375 } },
  });
  expect(report.layers.map(({ name, bits, bytesAfter }) => [name, bits, bytesAfter])).toEqual([
    ['conv1', 6, 1550],
    ['fire2/squeeze', 32, 4096],
  ]);
  // Medians of the ten ratios of neighbours; the one outlier does not reach the interval.
  expect(report.latencyRatio?.median).toBeCloseTo(0.794, 2);
  expect(report.latencyRatio?.high).toBeLessThan(0.81);
  expect(report.placement?.before).not.toHaveProperty('nodes');
  for (const part of [report.throughput, report.sizes, report.placement, report.sensitivity?.finished])
    expect(part).not.toHaveProperty('recipe');
});

test('a report is JSON: nothing is lost on the way', () => {
  for (const results of [FULL, LEAST]) {
    const report = reportOf(results);
    expect(JSON.parse(JSON.stringify(report))).toStrictEqual(report);
  }
});

test('without WebGPU the backend is WASM, and a preview stands in for the file', () => {
  const { exported: _exported, measurements: _measurements, ...rest } = FULL;
  const environment = FULL.environment && { ...FULL.environment, providers: ['wasm' as const], fallbackReason: 'No adapter.' };
  const report = reportOf({ ...rest, environment, exported: null, measurements: [] });
  expect(report.environment).toMatchObject({ ep: 'wasm', fallbackReason: 'No adapter.' });
  expect(report.after.bytes).toBeNull();
  expect(report.predictedBytes).toBe(1_310_000);
  expect(report.layers[0]?.bytesAfter).toBe(1600);
});
