import { intAttribute } from './nodes';
import type { ShapeIndex } from './shapes';
import { sizeOf } from './tensor';
import type { WeightUse } from './weights';

/**
 * Multiply-accumulates of one node with one of its weights, as torch profilers and papers count them: every weight element once
 * for each place it is applied at. Look-ups count 0. Null where a shape is not known.
 */
export function macsOf(shapes: ShapeIndex, use: WeightUse): number | null {
  const { node, scope, view } = use;
  const params = view.outer * view.channels * view.inner;
  const input = shapes.find(scope, node.input[0] ?? '');
  const output = shapes.find(scope, node.output[0] ?? '');
  switch (node.opType) {
    case 'Gather':
      return 0;
    case 'Conv':
      return output && params * (output[0] ?? 1) * sizeOf(output.slice(2));
    case 'ConvTranspose':
      return input && params * (input[0] ?? 1) * sizeOf(input.slice(2));
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return input && params * (input[0] ?? 1) * (input[1] ?? 1);
    case 'Gemm':
      return output && (sizeOf(output) * params) / (use.input === 0 ? gemmRows(use) : (output[1] ?? 1));
    default: {
      // MatMul: each output element sums over K, the last axis of A and the last but one of B.
      const depth = use.input === 0 ? use.shape.at(-1) : use.shape.at(-2);
      return output && depth !== undefined ? sizeOf(output) * depth : null;
    }
  }
}

function gemmRows(use: WeightUse): number {
  return use.shape[intAttribute(use.node, 'transA', 0) ? 1 : 0] ?? 1;
}
