/** A model of as many parameters as wanted, generated with a fixed seed. */
import { writeFileSync } from 'node:fs';
import { loaded } from '../../src/base/stored-bytes';
import { makeNode } from '../../src/onnx/nodes';
import { makeModel } from '../../src/onnx/testing/fixtures';
import { bytesOf, DataType, makeTensor } from '../../src/onnx/tensor';
import { writeModel } from '../../src/onnx/write';

/** Writes `layers` layers of Gemm (`width` x `width`) and Relu; float32, opset 17. Gives the file's bytes. */
export function writeLargeModel(path: string, layers: number, width: number): number {
  const random = uniform(7);
  const nodes = [];
  const weights = [];
  for (let at = 0; at < layers; at++) {
    // Sums of three uniform numbers: bell-shaped, as trained weights are, and kept at the variance that He initialization asks for.
    const values = Float32Array.from({ length: width * width }, () => (random() + random() + random() - 1.5) * 2 * Math.sqrt(2 / width));
    weights.push(makeTensor(`w${at}`, DataType.FLOAT, [width, width], bytesOf(values)));
    weights.push(makeTensor(`b${at}`, DataType.FLOAT, [width], bytesOf(Float32Array.from({ length: width }, () => random() / 10))));
    nodes.push(makeNode('Gemm', [at === 0 ? 'x' : `r${at - 1}`, `w${at}`, `b${at}`], [`y${at}`]));
    if (at < layers - 1) nodes.push(makeNode('Relu', [`y${at}`], [`r${at}`]));
  }
  const model = makeModel({ opset: 17, inputs: [['x', [1, width]]], outputs: [[`y${layers - 1}`, [1, width]]], nodes, weights });
  const chunks = writeModel(model);
  writeFileSync(path, '');
  for (const chunk of chunks) writeFileSync(path, loaded(chunk), { flag: 'a' });
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Uniform numbers in [0, 1): a 32-bit linear congruential generator (Numerical Recipes), fast enough for 100 million. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
