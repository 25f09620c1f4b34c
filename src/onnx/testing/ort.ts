import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export type Feeds = Readonly<Record<string, ort.Tensor>>;

/** A float32 tensor for a session. */
export function floats(shape: readonly number[], data: ArrayLike<number>): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(data), [...shape]);
}

/** Reproducible values in [-1, 1), from a 32-bit linear congruential generator. */
export function noise(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Runs a model once on onnxruntime-web's WASM backend, which is the judge of the tests here. */
export async function runModel(bytes: Uint8Array, feeds: Feeds): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const results = await session.run({ ...feeds });
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, value]));
}
