/** Timing, placement and forms of small models on WASM. What is asserted is what ran and how it is told, never how long it took. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchNet, convNet, qdqNet } from '../../onnx/testing/fixtures';
import type { Recipe, RecipeStep } from '../../recipe/types';
import { forwardStdout } from '../../runtime/testing/stdout';
import { exportModel } from './export';
import { compareForms } from './forms';
import { measure } from './measure';
import { preview } from './preview';
import { profile } from './profile';
import { job, openOnCpu } from './testing/bench';
import { fastClock } from './testing/fast-clock';
import { throughput } from './throughput';
import { truth } from './truth';

let undo: (() => void)[] = [];
beforeAll(() => void (undo = [forwardStdout(), fastClock()]));
afterAll(() => undo.forEach((each) => each()));

const recipe = (...passes: RecipeStep[]): Recipe => ({ version: 1, target: 'wasm', passes });
const packed = (bits: number) => recipe({ id: 'quantize-weights', options: { bits, storage: 'packed' } });

test('a measurement keeps its runs in pairs and tells loading and the first run apart', async () => {
  const bench = await openOnCpu(convNet(13));
  const wanted = packed(4);
  const m = await measure(bench, null, wanted, (await exportModel(bench, wanted, job)).blob, 'webgpu', job);
  expect(m.ep).toBe('wasm');
  expect(m.before?.samples).toHaveLength(m.before?.runs ?? 0);
  expect(m.after?.samples).toHaveLength(m.before?.runs ?? 0);
  for (const { createMs, firstRunMs } of Object.values(m.startup)) {
    expect(createMs).toBeGreaterThan(0);
    expect(firstRunMs).toBeGreaterThan(0);
  }
});

test('throughput: batches double where the first dimension is open, and stay at one where it is not', async () => {
  const open = await openOnCpu(batchNet(17));
  const wanted = packed(8);
  const t = await throughput(open, null, wanted, (await exportModel(open, wanted, job)).blob, 'wasm', job);
  expect(t.batches.map((b) => b.batch)).toEqual([1, 2, 4, 8, 16, 32, 64]);
  expect(t.batches.every((b) => b.before.median > 0 && b.after.median > 0)).toBe(true);

  const fixed = await openOnCpu(convNet(13));
  const one = await throughput(fixed, null, wanted, (await exportModel(fixed, wanted, job)).blob, 'wasm', job);
  expect(one.batches.map((b) => b.batch)).toEqual([1]);
  expect(one.ended).toContain('fixed');
});

test('a profile shows a layer stored for DequantizeLinear decoded in every run, and a packed one not', async () => {
  const bench = await openOnCpu(batchNet(17));
  const decodes = async (wanted: Recipe): Promise<number> => {
    const { before, after } = await profile(bench, null, wanted, (await exportModel(bench, wanted, job)).blob, 'wasm', job);
    expect(before.nodes.map((n) => n.op)).toEqual(expect.arrayContaining(['MatMul']));
    expect(after.cpuNodes).toBeGreaterThan(0);
    return after.cpuNodes - before.cpuNodes;
  };
  expect(await decodes(packed(4))).toBe(0);
  expect(await decodes(recipe({ id: 'quantize-weights', options: { bits: 8, storage: 'dequantize' } }))).toBeGreaterThan(0);
});

test('forms: each that fits is really made and run, the others say why not', async () => {
  const bench = await openOnCpu(batchNet(17));
  const { ep, forms } = await compareForms(bench, null, packed(3), job);
  expect(ep).toBe('wasm');
  expect(forms.map((f) => [f.form, f.ok])).toEqual([
    ['original', true],
    ['float16-weights', true],
    ['packed', true],
    ['dequantize', true],
    ['matmulnbits', true],
    ['float16-full', false],
  ]);
  const bytes = Object.fromEntries(forms.map((f) => [f.form, f.bytes ?? 0]));
  expect(bytes['original']).toBe(bench.doc.model.bytes);
  expect(bytes['float16-weights']).toBeLessThan(0.6 * (bytes['original'] ?? 0));
  expect(bytes['packed']).toBeLessThan(bytes['dequantize'] ?? 0);
  expect(bytes['matmulnbits']).toBeLessThan(bytes['dequantize'] ?? 0);
  expect(forms.find((f) => f.form === 'packed')?.label).toBe('Packed, 3 bits');
  for (const { ok, ratio, latency, note } of forms) {
    if (ok) {
      expect(latency?.runs).toBeGreaterThanOrEqual(20);
      expect(ratio?.low).toBeLessThanOrEqual(ratio?.median ?? 0);
      expect(ratio?.high).toBeGreaterThanOrEqual(ratio?.median ?? Infinity);
    } else expect(note).not.toBe('');
  }
});

test('the truth meter speaks from the open model and the evidence of the backend it runs on', async () => {
  const bench = await openOnCpu(batchNet(17));
  const wanted: Recipe = { ...packed(4), target: 'webgpu' };
  const { layers } = await preview(bench, wanted, job);
  const evidence = { recipe: wanted, layers, measurement: null, benchmark: null, profile: null, forms: null };
  const texts = truth(bench, evidence).sentences.map((s) => s.text);
  expect(texts.some((text) => text.startsWith('2 of 2 layers packed at 4 bits'))).toBe(true);
  // Without WebGPU the recipe runs on WASM: placement and the GPU's benchmark are no gap there.
  expect(texts.filter((text) => text.includes('Where each operator') || text.includes('products'))).toEqual([]);

  const { blob } = await exportModel(bench, wanted, job);
  const measurement = await measure(bench, null, wanted, blob, 'webgpu', job);
  expect(truth(bench, { ...evidence, measurement }).sentences[0]?.text).toMatch(/^This recipe took \d/);
  expect(truth(bench, { ...evidence, measurement: { ...measurement, ep: 'webgpu' } }).sentences[0]?.level).toBe('unknown');

  const qdq = await openOnCpu(qdqNet(13));
  expect(truth(qdq, { ...evidence, layers: [] }).sentences.some((s) => s.text.includes('suit WASM'))).toBe(true);
});

test('a model without MatMul has no MatMulNBits form, and one of an old opset no DequantizeLinear', async () => {
  const { forms } = await compareForms(await openOnCpu(convNet(8)), null, packed(8), job);
  expect(
    forms.filter((f) => !f.ok).map((f) => [f.form, f.note.includes('MatMul') || f.note.includes('opset') || f.note.includes('WASM')]),
  ).toEqual([
    ['dequantize', true],
    ['matmulnbits', true],
    ['float16-full', true],
  ]);
});
