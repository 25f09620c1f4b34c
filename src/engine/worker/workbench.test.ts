/** The engine's work without a GPU (CPU compute, WASM sessions), on a small model built here: what the worker does, in Node. */
import { expect, test } from 'vitest';
import type { UserSamples } from './calibrate';
import { evaluate, evaluateFile } from './evaluate';
import { exportModel } from './export';
import { histogram } from './histogram';
import { measure } from './measure';
import { preview } from './preview';
import { prove } from './proof';
import { answeredData, bench, HIDDEN, IN, job, OUT, recipe } from './testing/perceptron';

const quantized = (bits: number) => recipe({ id: 'quantize-weights', options: { bits } });
const corrected = (bits: number) => recipe({ id: 'quantize-weights', options: { bits } }, { id: 'correct-bias' });

test('open: layers, MACs and hash', async () => {
  const { doc } = await bench();
  expect(doc.layers.map((l) => [l.id, l.macs])).toEqual([
    ['first', IN * HIDDEN],
    ['second', HIDDEN * OUT],
  ]);
  expect(doc.summary.macs).toBe(IN * HIDDEN + HIDDEN * OUT);
  expect(doc.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(doc.gzipBytes).toBeGreaterThan(1000);
});

test('sliders move on one session; accuracy falls as bits do', async () => {
  const b = await bench();
  const blank = await evaluate(b, null, recipe(), null, null, job);
  expect(blank.agreement).toMatchObject({ top1: 100, maxAbs: 0, sqnrDb: null });
  expect(blank.before).toBeNull();

  const data = await answeredData(b, 60);
  const sessions = b.platform.runtime.sessionsCreated;
  const e8 = await evaluate(b, data, quantized(8), null, null, job);
  const e2 = await evaluate(b, data, quantized(2), null, null, job);
  expect(b.platform.runtime.sessionsCreated).toBe(sessions);
  expect(e8.before?.top1).toBe(100);
  expect(e8.after?.top1).toBeGreaterThan(95);
  expect(e2.after?.top1).toBeLessThan(e8.after?.top1 ?? 0);
  expect(e2.agreement.sqnrDb).toBeLessThan((e8.agreement.sqnrDb ?? 0) - 20);
});

test('corrected biases are inputs of the live session too: sliders move on one, which computes what the file does', async () => {
  let held: UserSamples = { data: null, calibration: 0 };
  const b = await bench(null, () => held);
  const data = await answeredData(b, 40);
  held = { data, calibration: 20, seed: 1 };
  await evaluate(b, data, corrected(8), null, null, job);
  const seen = [];
  for (const bits of [3, 2, 3]) {
    const wanted = corrected(bits);
    // What a pass learns from samples it keeps: the moves themselves make no session.
    await preview(b, wanted, job);
    const sessions = b.platform.runtime.sessionsCreated;
    const live = await evaluate(b, data, wanted, null, null, job);
    expect(b.platform.runtime.sessionsCreated).toBe(sessions);
    const file = await exportModel(b, wanted, job);
    const written = await evaluateFile(b, data, wanted, file.blob, null, null, job);
    expect(live.agreement.sqnrDb).toBeCloseTo(written.agreement.sqnrDb ?? 0, 2);
    seen.push(live.agreement.sqnrDb);
  }
  expect(seen[0]).toBe(seen[2]);
  expect(seen[1]).toBeLessThan(seen[0] ?? 0);
  expect((await prove(b, data, corrected(3), (await exportModel(b, corrected(3), job)).blob, job)).faults).toEqual([]);
});

test('preview, histogram, export and measurement agree with each other', async () => {
  const b = await bench();
  const wanted = recipe(
    { id: 'prune-weights', options: { sparsity: 0.5 } },
    { id: 'quantize-weights', options: { bits: 4, granularity: 'tensor' } },
  );
  const seen = await preview(b, wanted, job);
  const zeros = seen.layers.reduce((n, l) => n + l.sparsity * (b.doc.layers.find((d) => d.id === l.id)?.params ?? 0), 0);
  expect(zeros).toBeGreaterThanOrEqual(Math.floor((IN * HIDDEN + HIDDEN * OUT) / 2));
  expect(seen.layers.map((l) => l.bits)).toEqual([4, 4]);

  const h = await histogram(b, wanted, 'second', null, 64, job);
  expect(h.before.counts.reduce((a, n) => a + n, 0)).toBe(HIDDEN * OUT);
  expect(h.after.lo).toBe(h.before.lo);
  expect(h.threshold).toBeGreaterThan(0.4);
  expect(h.levels).toHaveLength(16);
  expect(h.state).toEqual(seen.layers.find((l) => l.id === 'second'));
  const channel = await histogram(b, wanted, 'second', 3, 16, job);
  expect(channel.before.counts.reduce((a, n) => a + n, 0)).toBe(HIDDEN);

  const out = await exportModel(b, wanted, job);
  expect(out.name).toBe('mlp.pruned50.4bit.onnx');
  expect(out.blob.size).toBe(out.bytes);
  expect(out.bytes).toBeLessThan(b.doc.model.bytes / 4);
  const m = await measure(b, null, wanted, out.blob, 'webgpu', job);
  expect(m.ep).toBe('wasm');
  expect(m.check.ok).toBe(true);
  expect(m.before?.runs).toBeGreaterThanOrEqual(20);
});
