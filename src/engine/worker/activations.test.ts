/** Ranges and counts of activations, taken where the values are, on every backend: held against the values themselves, brought here. */
import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCpuCompute, createGpuCompute } from '../../compute/index';
import type { GpuCompute } from '../../compute/types';
import { openDataset, parseCard } from '../../data/index';
import type { Dataset } from '../../data/types';
import { datasetSamples } from '../../measure/samples';
import { calibrationSamples } from '../../measure/split';
import { cloneForEdit } from '../../onnx/clone';
import { exposeIntermediates, intermediateNames } from '../../onnx/shapes';
import { splitModel } from '../../onnx/split';
import { observeActivations } from '../../passes/quantize-static/observe';
import type { PassStore } from '../../passes/types';
import type { TargetId } from '../../recipe/targets';
import { createNodeRuntime } from '../../runtime/node/index';
import { NO_GPU, webgpuDevice } from '../../runtime/testing/webgpu';
import type { Runtime } from '../../runtime/types';
import { createWebRuntime } from '../../runtime/web/index';
import { sampleSource } from './calibrate';
import { openDocument } from './document';
import { Workbench } from './workbench';

const SAMPLES = join(import.meta.dirname, '../../../public/samples');
const job = { signal: new AbortController().signal, onProgress: () => {} };
/** Not a whole number of batches. */
const COUNT = 10;

async function digits(): Promise<Dataset> {
  const card = parseCard(JSON.parse(readFileSync(join(SAMPLES, 'digits.card.json'), 'utf8')));
  const files = readdirSync(join(SAMPLES, 'digits')).map(async (name) => ({
    path: name,
    blob: await openAsBlob(join(SAMPLES, 'digits', name)),
  }));
  return openDataset(card, await Promise.all(files), job);
}

async function open(runtime: Runtime, gpu: GpuCompute | null, data: Dataset): Promise<Workbench> {
  const platform = { compute: gpu ?? createCpuCompute(), gpu, runtime, fallbackReason: gpu ? null : 'a test', lost: job.signal };
  const blob = await openAsBlob(join(SAMPLES, 'digits.onnx'));
  const doc = await openDocument([{ path: 'digits.onnx', blob }], () => Promise.resolve(runtime), job);
  return new Workbench(doc, platform, () => ({ data, calibration: COUNT }));
}

function nothingFed(): never {
  throw new Error('no weight is changed');
}

async function observed(b: Workbench, data: Dataset, target: TargetId, names: readonly string[]): ReturnType<typeof observeActivations> {
  const source = sampleSource(b, { version: 1, target, passes: [] }, { data, calibration: COUNT });
  if (source === null) throw new Error('there are samples');
  const lease = { handle: { length: 0, destroy() {} }, release() {} };
  const unchanged: Pick<PassStore, 'layers' | 'isChanged' | 'acquire'> = {
    layers: b.doc.layers,
    isChanged: () => false,
    acquire: () => Promise.resolve(lease),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of the store is asked for
  const context = { model: cloneForEdit(b.doc.model), weights: unchanged as PassStore, job };
  const { samples, key } = source;
  return observeActivations(
    context,
    { samples, key, observe: (probe, visit, own) => source.observe(probe, nothingFed, visit, own) },
    names,
    true,
  );
}

/** The values of each name over all samples, on the reference. */
async function valuesOf(b: Workbench, data: Dataset, names: readonly string[]): Promise<Map<string, number[]>> {
  const { runtime } = b.platform;
  const session = await runtime.create(splitModel(exposeIntermediates(b.doc.model, names)), runtime.reference, job.signal);
  const all = new Map(names.map((name): [string, number[]] => [name, []]));
  for (const index of calibrationSamples(data.length, COUNT)) {
    const outputs = await session.run(await datasetSamples(data, session.inputs).feeds([index]), job.signal);
    for (const [name, values] of all) for (const value of outputs[name]?.data ?? []) values.push(Number(value));
  }
  await session.release();
  return all;
}

const BACKENDS: [string, TargetId, () => Promise<[Runtime, GpuCompute | null]>][] = [
  ['native', 'wasm', () => Promise.resolve([createNodeRuntime(), null])],
  ['wasm', 'wasm', () => Promise.resolve([createWebRuntime({ device: null }), null])],
  [
    'webgpu',
    'webgpu',
    async () => {
      const device = await webgpuDevice();
      // Named no software renderer, however slow it is: those give way to WASM.
      const info = { kind: 'webgpu', name: 'Dawn', features: [], maxBufferBytes: 2 ** 28, software: false } as const;
      return [createWebRuntime({ device }), await createGpuCompute({ device, info })];
    },
  ],
];

describe.each(BACKENDS)('%s', (name, target, make) => {
  test.skipIf(NO_GPU && name === 'webgpu')('extremes and counts are those of the values', { timeout: 60_000 }, async () => {
    const data = await digits();
    const [runtime, gpu] = await make();
    const b = await open(runtime, gpu, data);
    const names = [...intermediateNames(b.doc.model)];
    const histograms = await observed(b, data, target, names);
    const all = await valuesOf(b, data, names);
    expect(names.length).toBeGreaterThan(4);
    for (const [value, values] of all) {
      const found = histograms.get(value);
      if (!found) throw new Error(`${value} was not seen`);
      const [low, high] = [values.reduce((a, c) => Math.min(a, c)), values.reduce((a, c) => Math.max(a, c))];
      const size = Math.max(high, -low);
      expect([value, Math.abs(found.min - low) / size < 1e-5, Math.abs(found.max - high) / size < 1e-5]).toEqual([value, true, true]);
      const { at, counts } = found.points();
      expect(counts.reduce((a, c) => a + c, 0) + found.zeros).toBe(values.length);
      // Sums of another order move a value over the edge of its bin at most.
      for (const share of [-0.5, -0.01, 0.001, 0.1, 0.5, 0.9]) {
        const bound = Math.round((share * size) / found.width) * found.width;
        const below = at.reduce((sum, middle, bin) => sum + (middle < bound ? (counts[bin] ?? 0) : 0), bound > 0 ? found.zeros : 0);
        const wanted = values.filter((v) => v < bound).length;
        expect([value, share, Math.abs(below - wanted) <= Math.max(2, values.length * 1e-3)]).toEqual([value, share, true]);
      }
    }
    await b.destroy();
  });
});
