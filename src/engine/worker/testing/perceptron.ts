/** A small classifier built here, data it answers, and the workbench they lie on, without a GPU: what the engine's work is tested with. */
import { create, toBinary } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, ModelProtoSchema } from 'onnx-buf';
import { createCpuCompute } from '../../../compute/index';
import type { GpuCompute } from '../../../compute/types';
import type { Dataset } from '../../../data/types';
import type { Recipe, RecipeStep } from '../../../recipe/types';
import { createWebRuntime } from '../../../runtime/web/index';
import { noSamples, type UserSamples } from '../calibrate';
import { openDocument } from '../document';
import type { Platform } from '../platform';
import { Workbench } from '../workbench';

export const job = { signal: new AbortController().signal, onProgress: () => {} };
export const [IN, HIDDEN, OUT] = [64, 96, 10];

/** Seeded values in [-1, 1). */
function noise(n: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function floats(name: string, dims: readonly number[], seed: number, change: (own: number, index: number) => number = (own) => own) {
  const values = noise(
    dims.reduce((a, b) => a * b, 1),
    seed,
  ).map(change);
  return { name, dims: dims.map(BigInt), dataType: 1, rawData: new Uint8Array(values.buffer) };
}

function value(name: string, dims: readonly (number | string)[]) {
  const dim = dims.map((d) => ({
    value: typeof d === 'number' ? { case: 'dimValue' as const, value: BigInt(d) } : { case: 'dimParam' as const, value: d },
  }));
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType: 1, shape: { dim } } } } };
}

const gemm = (name: string, input: readonly string[], output: string) => ({
  name,
  opType: 'Gemm',
  input: [...input],
  output: [output],
  attribute: [{ name: 'transB', type: AttributeProto_AttributeType.INT, i: 1n }],
});

/**
 * What makes few bits ruin: a hidden value that is always 1 (a sigmoid's, which no equalization passes), whose weights dwarf all others of
 * their channels and are taken back by the biases.
 */
const DWARFING = 20;

/** x [n, 64] -> Gemm -> Relu -> Gemm -> y [n, 10], without value_info. @param fragile a model that 8 bits hardly change and 4 bits ruin. */
function perceptron(fragile: boolean): Blob {
  const graph = {
    name: 'g',
    node: [
      gemm('first', ['x', 'w1', 'b1'], 'h'),
      { name: 'relu', opType: fragile ? 'Sigmoid' : 'Relu', input: ['h'], output: ['r'] },
      gemm('second', ['r', 'w2', 'b2'], 'y'),
    ],
    input: [value('x', ['n', IN])],
    output: [value('y', ['n', OUT])],
    initializer: [
      floats('w1', [HIDDEN, IN], 1, (own, index) => (fragile && index < IN ? 0 : own)),
      floats('b1', [HIDDEN], 2, (own, index) => (fragile && index === 0 ? DWARFING : own)),
      floats('w2', [OUT, HIDDEN], 3, (own, index) => (fragile && index % HIDDEN === 0 ? DWARFING : own)),
      floats('b2', [OUT], 4, (own) => (fragile ? own - DWARFING : own)),
    ],
  };
  return new Blob([
    toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph })),
  ]);
}

/** Noise with these labels. */
function dataset(labels: Int32Array): Dataset {
  return {
    kind: 'images',
    length: labels.length,
    card: {
      version: 1,
      task: 'classification',
      data: '',
      format: 'npy',
      input: { layout: 'NCHW', size: [1, IN], channels: 'L', scale: 1, mean: [0], std: [1] },
    },
    labels,
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize: IN,
    batchShape: (n) => [n, IN],
    read: (i, into, offset) => Promise.resolve(into.set(noise(IN, 100 + i), offset)),
    pixels: () => Promise.reject(new Error('noise has no pixels')),
  };
}

/** Noise, labelled with what the original answers: its accuracy is 100 % by construction. */
export async function answeredData(b: Workbench, samples: number): Promise<Dataset> {
  const labels = new Int32Array(samples);
  const run = await b.run(recipe(), job);
  const weights = await (await b.live(run, job)).live.bind(run, 'before');
  for (let i = 0; i < samples; i++) {
    const out = await weights.run({ x: { type: 'float32', dims: [1, IN], data: noise(IN, 100 + i) } }, job.signal);
    const y = Array.from(out['y']?.data ?? [], Number);
    labels[i] = y.indexOf(Math.max(...y));
  }
  weights.release();
  run.dispose();
  return dataset(labels);
}

export function recipe(...passes: RecipeStep[]): Recipe {
  return { version: 1, target: 'wasm', passes };
}

/** The perceptron on the CPU, or on this GPU. `samples`: what passes may learn from. */
export async function bench(gpu: GpuCompute | null = null, samples: () => UserSamples = noSamples, fragile = false): Promise<Workbench> {
  const runtime = createWebRuntime({ device: gpu?.device ?? null });
  const platform: Platform = {
    compute: gpu ?? createCpuCompute(),
    gpu,
    runtime,
    fallbackReason: gpu ? null : 'no GPU in Node',
    lost: new AbortController().signal,
  };
  return new Workbench(
    await openDocument([{ path: 'mlp.onnx', blob: perceptron(fragile) }], () => Promise.resolve(runtime), job),
    platform,
    samples,
  );
}
