/**
 * 4-bit weights on a stack of four MatMuls: the relative L2 error of its output on rows that calibration never saw, by rounding. Runs in
 * Node on the engine that the page uses without a GPU. See README.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset, parseCard } from '../../src/data/index';
import type { Dataset } from '../../src/data/types';
import { exportModel } from '../../src/engine/worker/export';
import { Workbench } from '../../src/engine/worker/workbench';
import { datasetSamples } from '../../src/measure/samples';
import type { Options } from '../../src/passes/options';
import type { Runtime } from '../../src/runtime/types';
import { engineOn, job, ON } from '../engine';
import { defineBench } from '../harness/bench';
import { makeStack, type StackFiles } from './stack';

const ROUNDINGS: Readonly<Record<string, Options>> = {
  'nearest, min-max': { rounding: 'nearest', range: 'minmax' },
  'nearest, least error': { rounding: 'nearest', range: 'mse' },
  hqq: { rounding: 'hqq' },
  gptq: { rounding: 'gptq' },
  adaround: { rounding: 'adaround' },
};
const GRIDS: Readonly<Record<string, Options>> = {
  channel: { granularity: 'channel' },
  'block 32': { granularity: 'block', blockSize: 32 },
  'block 32, asymmetric': { granularity: 'block', blockSize: 32, scheme: 'asymmetric' },
};

export const bench = defineBench({
  what: '4-bit weights on a stack of four MatMuls: relative L2 error of its output on rows unseen, by rounding.',
  usage: '[FOLDER] [--on native|wasm] [--seed 1] [--bits 4] [--only TEXT]',
  options: {
    ...ON,
    seed: { type: 'string', default: '1' },
    bits: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
  },
  async run({ values, positionals: [folder], figure }) {
    const files = folder === undefined ? makeStack(Number(values.seed)) : filesOf(folder);
    const engine = engineOn(values.on);
    const doc = await engine.openBlob('stack.onnx', new Blob([files.model]));
    const [calibration, held] = [await rowsOf(files.calibration), await rowsOf(files.held)];
    const exact = await outputs(engine.runtime, held, files.model);
    for (const [grid, shared] of Object.entries(GRIDS)) {
      for (const [rounding, own] of Object.entries(ROUNDINGS)) {
        const name = `${grid}: ${rounding}`;
        if (!name.includes(values.only)) continue;
        // A bench of its own each: nothing is kept from one to the next.
        const workbench = new Workbench(doc, engine.platform, () => ({ data: calibration, calibration: calibration.length }));
        const options = { bits: Number(values.bits), ...shared, ...own };
        const from = performance.now();
        const exported = await exportModel(workbench, { version: 1, target: 'wasm', passes: [{ id: 'quantize-weights', options }] }, job);
        const seconds = (performance.now() - from) / 1000;
        const rounded = await outputs(engine.runtime, held, new Uint8Array(await exported.blob.arrayBuffer()));
        figure(`${values.bits} bits, ${name}, relative L2`, '', relativeError(exact, rounded));
        figure(`${values.bits} bits, ${name}, file`, 'bytes', exported.bytes);
        figure(`${values.bits} bits, ${name}, export`, 's', seconds);
      }
    }
  },
});

function filesOf(path: string): StackFiles {
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(path, name)));
  return { model: read('stack.onnx'), calibration: read('calibration.npy'), held: read('held.npy') };
}

function rowsOf(file: Uint8Array<ArrayBuffer>): Promise<Dataset> {
  const card = parseCard({
    version: 1,
    model: 'stack.onnx',
    task: 'classification',
    data: '.',
    format: 'tensors',
    tensors: { x: 'rows.npy' },
  });
  return openDataset(card, [{ path: 'rows.npy', blob: new Blob([file]) }], job);
}

/** Of the held rows, one after another. */
async function outputs(runtime: Runtime, held: Dataset, model: Uint8Array): Promise<Float32Array> {
  const session = await runtime.create(model, runtime.reference, job.signal);
  try {
    const samples = datasetSamples(held, session.inputs);
    const all: number[] = [];
    for (let at = 0; at < samples.length; at += samples.batch) {
      const indices = Array.from({ length: Math.min(samples.batch, samples.length - at) }, (_, k) => at + k);
      const { y } = await session.run(await samples.feeds(indices), job.signal);
      if (!(y?.data instanceof Float32Array)) throw new Error('y is no float32');
      all.push(...y.data);
    }
    return Float32Array.from(all);
  } finally {
    await session.release();
  }
}

function relativeError(reference: Float32Array, found: Float32Array): number {
  let [error, energy] = [0, 0];
  for (const [i, v] of reference.entries()) {
    error += (v - (found[i] ?? Number.NaN)) ** 2;
    energy += v * v;
  }
  return Math.sqrt(error / energy);
}
