import * as ort from 'onnxruntime-web';
import type { OnnxModel } from '../types';
import { concatChunks, writeModel } from '../write';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export type Feeds = Readonly<Record<string, ort.Tensor>>;

/** A float32 tensor for a session. */
export function floats(shape: readonly number[], data: ArrayLike<number>): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(data), [...shape]);
}

export function bool(value: boolean): ort.Tensor {
  return new ort.Tensor('bool', [value], []);
}

/** Writes a model and runs it once on onnxruntime-web's WASM backend, the judge of the tests here. Float outputs by name. */
export async function runModel(model: OnnxModel, feeds: Feeds): Promise<Record<string, number[]>> {
  const session = await ort.InferenceSession.create(concatChunks(writeModel(model)), { executionProviders: ['wasm'], logSeverityLevel: 3 });
  const results = await session.run({ ...feeds });
  const outputs = Object.entries(results).map(([name, value]) => [name, [...value.data].map(Number)] as const);
  await session.release();
  return Object.fromEntries(outputs);
}

/** Runs a model once for each of these feeds, in one session, and hands on the outputs of each. */
export async function runTensors(
  model: OnnxModel,
  feeds: readonly Feeds[],
  visit: (outputs: Readonly<Record<string, ort.Tensor>>) => Promise<void>,
): Promise<void> {
  const session = await ort.InferenceSession.create(concatChunks(writeModel(model)), { executionProviders: ['wasm'], logSeverityLevel: 3 });
  for (const each of feeds) await visit(await session.run({ ...each }));
  await session.release();
}

/** Element type and shape of every output of one run. */
export async function runShapes(model: OnnxModel, feeds: Feeds): Promise<Map<string, { type: string; shape: readonly number[] }>> {
  const session = await ort.InferenceSession.create(concatChunks(writeModel(model)), { executionProviders: ['wasm'], logSeverityLevel: 3 });
  const results = await session.run({ ...feeds });
  await session.release();
  return new Map(Object.entries(results).map(([name, value]) => [name, { type: value.type, shape: value.dims }]));
}
