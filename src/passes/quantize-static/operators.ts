/** Which operators take part in integer inference, and how (operators of onnxruntime's CPU provider and its QDQ fusions). */
import type { NodeProto } from 'onnx-buf';
import { isOnnx } from '../../onnx/nodes';

/** Operators with weights: they read one activation (input 0) as integers. */
const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Without a quantized output these would run in float: unlike Gemm and MatMul they have no kernel from integers to float. */
const NEEDS_OUTPUT: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose']);

/** They compute new values from integers: output and inputs each have a scale of their own. */
const RESCALING: ReadonlySet<string> = new Set(['Add', 'Mul', 'AveragePool', 'GlobalAveragePool']);

/** They only move or choose values, so that the codes of their input serve their output: one scale for both. */
const SHARING: ReadonlySet<string> = new Set(['MaxPool', 'Concat', 'Reshape', 'Transpose', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout', 'Identity', 'Slice', 'DepthToSpace', 'SpaceToDepth']);

/** Quantizing after them does their work: values below the range become its lowest code. */
const CLIPPING: ReadonlySet<string> = new Set(['Relu', 'Clip']);

const NORMALIZING: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax']);

const among =
  (ops: ReadonlySet<string>) =>
  (node: NodeProto): boolean =>
    isOnnx(node.domain) && ops.has(node.opType);

export const isWeighted = among(WEIGHTED);
export const needsOutput = among(NEEDS_OUTPUT);
export const isRescaling = among(RESCALING);
export const isSharing = among(SHARING);
export const isClipping = among(CLIPPING);
export const isNormalizing = among(NORMALIZING);

/** Whether all of a node's inputs are activations, not only the first (the others are shapes, axes and limits). */
export function readsMany(node: NodeProto): boolean {
  return node.opType === 'Concat' || node.opType === 'Add' || node.opType === 'Mul';
}
