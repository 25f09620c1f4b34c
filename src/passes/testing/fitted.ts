/** A net whose layers can be fitted to samples, and what that is judged by. */
import type { NodeProto, TensorProto } from 'onnx-buf';
import { makeNode } from '../../onnx/nodes';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { floats, runTensors } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import type { TestSamples } from './calibration';

/** conv 3x3 -> Relu -> grouped conv 3x3 -> Relu -> Flatten -> MatMul -> y, and nodes behind it, the last of which makes the output. */
export function convNet(behind: readonly NodeProto[] = [], weights: readonly TensorProto[] = []): OnnxModel {
  return makeModel({
    opset: 13,
    inputs: [['x', [1, 3, 6, 6]]],
    outputs: [[behind.at(-1)?.output[0] ?? 'y', null]],
    nodes: [
      makeNode('Conv', ['x', 'w1'], ['c1'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['c1'], ['r1']),
      makeNode('Conv', ['r1', 'w2'], ['c2'], { group: 2 }),
      makeNode('Relu', ['c2'], ['r2']),
      makeNode('Flatten', ['r2'], ['f']),
      makeNode('MatMul', ['f', 'w3'], ['y']),
      ...behind,
    ],
    weights: [weight('w1', [8, 3, 3, 3], 1), weight('w2', [6, 4, 3, 3], 2), weight('w3', [96, 10], 3), ...weights],
  });
}

/** Inputs whose channels go together, as pictures' do. */
export function pictures(count: number, seed: number): TestSamples {
  return Array.from({ length: count }, (_, s) => {
    const base = noise(36, seed + s);
    return {
      x: floats(
        [1, 3, 6, 6],
        noise(108, seed + 1000 + s).map((v, i) => 0.3 * v + (base[i % 36] ?? 0)),
      ),
    };
  });
}

async function outputs(model: OnnxModel, inputs: TestSamples): Promise<number[]> {
  const values: number[] = [];
  await runTensors(model, inputs, async (found) => {
    for (const { data } of Object.values(found)) values.push(...Array.from(data, Number));
  });
  return values;
}

/** Squared error of the model's output relative to its energy, on inputs that nothing was fitted to unless others are given. */
export async function outputError(model: OnnxModel, changed: OnnxModel, inputs: TestSamples = pictures(20, 500)): Promise<number> {
  const [before, after] = [await outputs(model, inputs), await outputs(changed, inputs)];
  return before.reduce((sum, v, i) => sum + (v - (after[i] ?? 0)) ** 2, 0) / before.reduce((sum, v) => sum + v * v, 0);
}
