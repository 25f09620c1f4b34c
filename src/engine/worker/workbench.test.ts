/** The engine's work without a GPU (CPU compute, WASM sessions), on a small model built here: what the worker does, in Node. */
import { create, toBinary } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, ModelProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { createCpuCompute } from '../../compute/index';
import type { Dataset } from '../../data/types';
import type { Recipe, RecipeStep } from '../../recipe/types';
import { createRuntime } from '../../runtime/runtime';
import type { Platform } from './platform';
import { openDocument } from './document';
import { evaluate } from './evaluate';
import { exportModel } from './export';
import { histogram } from './histogram';
import { measure } from './measure';
import { preview } from './preview';
import { Workbench } from './workbench';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const [IN, HIDDEN, OUT] = [64, 96, 10];

/** Seeded values in [-1, 1). */
function noise(n: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function floats(name: string, dims: readonly number[], seed: number) {
  const values = noise(dims.reduce((a, b) => a * b, 1), seed);
  return { name, dims: dims.map(BigInt), dataType: 1, rawData: new Uint8Array(values.buffer) };
}

function value(name: string, dims: readonly (number | string)[]) {
  const dim = dims.map((d) => ({ value: typeof d === 'number' ? { case: 'dimValue' as const, value: BigInt(d) } : { case: 'dimParam' as const, value: d } }));
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType: 1, shape: { dim } } } } };
}

const gemm = (name: string, input: readonly string[], output: string) => ({ name, opType: 'Gemm', input: [...input], output: [output], attribute: [{ name: 'transB', type: AttributeProto_AttributeType.INT, i: 1n }] });

/** x [n, 64] -> Gemm -> Relu -> Gemm -> y [n, 10], without value_info. */
function perceptron(): Blob {
  const graph = {
    name: 'g',
    node: [gemm('first', ['x', 'w1', 'b1'], 'h'), { name: 'relu', opType: 'Relu', input: ['h'], output: ['r'] }, gemm('second', ['r', 'w2', 'b2'], 'y')],
    input: [value('x', ['n', IN])],
    output: [value('y', ['n', OUT])],
    initializer: [floats('w1', [HIDDEN, IN], 1), floats('b1', [HIDDEN], 2), floats('w2', [OUT, HIDDEN], 3), floats('b2', [OUT], 4)],
  };
  return new Blob([toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph }))]);
}

/** Noise, labelled with what the original answers: its accuracy is 100 % by construction. */
function dataset(labels: Int32Array): Dataset {
  const length = labels.length;
  return {
    length,
    card: { version: 1, task: 'classification', data: '', format: 'npy', input: { layout: 'NCHW', size: [1, IN], channels: 'L', scale: 1, mean: [0], std: [1] } },
    labels,
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize: IN,
    batchShape: (n) => [n, IN],
    read: (i, into, offset) => Promise.resolve(into.set(noise(IN, 100 + i), offset)),
  };
}

function recipe(...passes: RecipeStep[]): Recipe {
  return { version: 1, target: 'wasm', passes };
}

async function bench(): Promise<Workbench> {
  const runtime = createRuntime({ device: null });
  const platform: Platform = { compute: createCpuCompute(), gpu: null, runtime, fallbackReason: 'no GPU in Node', lost: new AbortController().signal };
  return new Workbench(await openDocument([{ path: 'mlp.onnx', blob: perceptron() }], () => Promise.resolve(runtime), job), platform);
}

test('open: layers, MACs and hash', async () => {
  const { doc } = await bench();
  expect(doc.layers.map((l) => [l.id, l.macs])).toEqual([['first', IN * HIDDEN], ['second', HIDDEN * OUT]]);
  expect(doc.summary.macs).toBe(IN * HIDDEN + HIDDEN * OUT);
  expect(doc.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(doc.gzipBytes).toBeGreaterThan(1000);
});

test('sliders move on one session; accuracy falls as bits do', async () => {
  const b = await bench();
  const blank = await evaluate(b, null, recipe(), null, job);
  expect(blank.agreement).toMatchObject({ top1: 100, maxAbs: 0, sqnrDb: null });
  expect(blank.before).toBeNull();

  const labels = Int32Array.from({ length: 60 }, () => 0);
  const data = dataset(labels);
  // Label by the original's own answers.
  const { live } = await b.live(await b.run(recipe(), job), job);
  const weights = await live.bind(await b.run(recipe(), job), 'before');
  for (let i = 0; i < labels.length; i++) {
    const out = await weights.run({ x: { type: 'float32', dims: [1, IN], data: noise(IN, 100 + i) } }, job.signal);
    const y = Array.from(out['y']?.data ?? [], Number);
    labels[i] = y.indexOf(Math.max(...y));
  }
  const sessions = b.platform.runtime.sessionsCreated;
  const quantized = (bits: number) => recipe({ id: 'quantize-weights', options: { bits } });
  const e8 = await evaluate(b, data, quantized(8), null, job);
  const e2 = await evaluate(b, data, quantized(2), null, job);
  expect(b.platform.runtime.sessionsCreated).toBe(sessions);
  expect(e8.before?.top1).toBe(100);
  expect(e8.after?.top1).toBeGreaterThan(95);
  expect(e2.after?.top1).toBeLessThan(e8.after?.top1 ?? 0);
  expect(e2.agreement.sqnrDb).toBeLessThan((e8.agreement.sqnrDb ?? 0) - 20);
});

test('preview, histogram, export and measurement agree with each other', async () => {
  const b = await bench();
  const wanted = recipe({ id: 'prune-weights', options: { sparsity: 0.5 } }, { id: 'quantize-weights', options: { bits: 4, granularity: 'tensor' } });
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
  expect(m.exportCheck.ok).toBe(true);
  expect(m.check.ok).toBe(true);
  expect(m.before?.runs).toBeGreaterThanOrEqual(20);
});
