import { labelled } from './einsum';
import { intAttribute } from './nodes';
import type { ShapeIndex } from './shapes';
import { sizeOf } from './tensor';
import type { WeightUse } from './weights';

/**
 * Multiply-accumulates of one node with one of its weights, as torch profilers and papers count them: every weight element once
 * for each place it is applied at. Look-ups count 0. Null where a shape is not known.
 */
export function macsOf(shapes: ShapeIndex, use: WeightUse): number | null {
  const { node, scope } = use;
  const params = sizeOf(use.shape);
  const input = shapes.find(scope, node.input[0] ?? '');
  const output = shapes.find(scope, node.output[0] ?? '');
  switch (node.opType) {
    case 'Gather':
    case 'EmbedLayerNormalization':
      return 0;
    case 'Conv':
    case 'FusedConv':
    case 'DeformConv':
      return output && params * (output[0] ?? 1) * sizeOf(output.slice(2));
    case 'ConvTranspose':
      return input && params * (input[0] ?? 1) * sizeOf(input.slice(2));
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return input && params * (input[0] ?? 1) * (input[1] ?? 1);
    case 'Attention':
      return input && params * sizeOf(input.slice(0, -1));
    case 'Gemm':
    case 'FusedGemm':
      return output && (sizeOf(output) * params) / (use.input === 0 ? gemmRows(use) : (output[1] ?? 1));
    case 'Einsum':
      return labelled(node, node.input.map((name) => shapes.find(scope, name)));
    default: {
      // Products: each output element sums over K, the last axis of A and the last but one of B (the only one of a vector).
      const turned = intAttribute(node, use.input === 0 ? 'transA' : 'transB', 0) !== 0;
      const depth = use.shape.at((use.input === 0) === turned && use.shape.length > 1 ? -2 : -1);
      return output && depth !== undefined ? sizeOf(output) * depth : null;
    }
  }
}

function gemmRows(use: WeightUse): number {
  return use.shape[intAttribute(use.node, 'transA', 0) ? 1 : 0] ?? 1;
}
