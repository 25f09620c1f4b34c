/** Judges exported files by onnxruntime itself, outside the studio: the WASM build in Node. */
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** The first output of a model on one image of `pixels` (values as the model takes them), shape [1, 1, side, side]. */
export async function scoresOf(path: string, pixels: Float32Array, side: number): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(readFileSync(path));
  try {
    const [input = ''] = session.inputNames;
    const [output = ''] = session.outputNames;
    const results = await session.run({ [input]: new ort.Tensor('float32', pixels, [1, 1, side, side]) });
    const data = results[output]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`${path} gave no float output.`);
    return data;
  } finally {
    await session.release();
  }
}

/** Largest absolute difference; NaN where a value is NaN or `b` is shorter. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}
