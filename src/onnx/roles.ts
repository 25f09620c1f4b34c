import type { NodeProto } from 'onnx-buf';
import { freeAxes } from './einsum';
import { intAttribute, isOnnx } from './nodes';

type Axes = readonly number[];

/** How a node reads one of its inputs as a weight. */
export interface Role {
  /** The axes that together are the output channel, for the weight's shape as the node sees it; null: not a weight after all. */
  readonly channels: (shape: readonly number[], node: NodeProto) => Axes | null;
  /** Tells apart two weights of one node. */
  readonly suffix: string;
}

function rows(shape: readonly number[]): Axes | null {
  return shape.length < 2 ? null : [0];
}

function columns(shape: readonly number[]): Axes | null {
  return shape.length < 2 ? null : [shape.length - 1];
}

/** ConvTranspose [C, M/g, k...]. */
function second(shape: readonly number[]): Axes | null {
  return shape.length < 2 ? null : [1];
}

/** All but one axis, which is summed over: left factor of a product [..., M, K], or [..., K, M] where it is transposed. */
function allBut(shape: readonly number[], summed: number): Axes {
  return shape.flatMap((_, axis) => (axis === summed ? [] : [axis]));
}

/** A product with a vector has no axis for that side: one channel. */
const LEFT: Role['channels'] = (shape) => (shape.length === 0 ? null : allBut(shape, shape.length - 1));
const RIGHT: Role['channels'] = (shape) => (shape.length === 1 ? [] : columns(shape));

/** LSTM, GRU, RNN [dirs, gates*H, I]: every row of every direction is a channel. */
function recurrent(shape: readonly number[]): Axes | null {
  return shape.length === 3 ? [0, 1] : null;
}

/** Gather: only rows of a matrix are an embedding; other tables are positions, anchors and the like. */
function embedding(shape: readonly number[], node: NodeProto): Axes | null {
  const axis = intAttribute(node, 'axis', 0);
  return shape.length === 2 && (axis === 0 || axis === -2) ? [0] : null;
}

const GEMM_A: Role = { channels: (shape, node) => (intAttribute(node, 'transA', 0) ? columns(shape) : rows(shape)), suffix: '/A' };
const GEMM_B: Role = { channels: (shape, node) => (intAttribute(node, 'transB', 0) ? rows(shape) : columns(shape)), suffix: '' };
const GEMM: Readonly<Record<number, Role>> = { 0: GEMM_A, 1: GEMM_B };
const CONV: Readonly<Record<number, Role>> = { 1: { channels: rows, suffix: '' } };
const RECURRENT: Readonly<Record<number, Role>> = {
  1: { channels: recurrent, suffix: '/W' },
  2: { channels: recurrent, suffix: '/R' },
};

/** The inputs that standard operators read as weights. Gather: embedding tables, whose rows are the channels. */
const ROLES: Readonly<Record<string, Readonly<Record<number, Role>>>> = {
  Conv: CONV,
  ConvTranspose: { 1: { channels: second, suffix: '' } },
  DeformConv: CONV,
  Gemm: GEMM,
  MatMul: { 0: { channels: LEFT, suffix: '/A' }, 1: { channels: RIGHT, suffix: '' } },
  Einsum: {},
  Gather: { 0: { channels: embedding, suffix: '' } },
  LSTM: RECURRENT,
  GRU: RECURRENT,
  RNN: RECURRENT,
};

/** com.microsoft FusedMatMul: with its flags the last two axes of a factor change places; batches that do as well are left alone. */
function fused(side: 'A' | 'B'): Role {
  const channels: Role['channels'] = (shape, node) => {
    if (shape.length < 2 || intAttribute(node, `transBatch${side}`, 0)) return null;
    const turned = intAttribute(node, `trans${side}`, 0) !== 0;
    if (side === 'A') return allBut(shape, shape.length - (turned ? 2 : 1));
    return [shape.length - (turned ? 2 : 1)];
  };
  return { channels, suffix: side === 'A' ? '/A' : '' };
}

const FUSED = { 0: fused('A'), 1: fused('B') };

/** The same for operators of onnxruntime's own set (com.microsoft), as its optimizer leaves them in saved models. */
const MICROSOFT: Readonly<Record<string, Readonly<Record<number, Role>>>> = {
  Attention: { 1: { channels: columns, suffix: '' } },
  EmbedLayerNormalization: { 2: { channels: rows, suffix: '/words' }, 3: { channels: rows, suffix: '/positions' }, 4: { channels: rows, suffix: '/segments' } },
  FusedConv: CONV,
  FusedGemm: GEMM,
  FusedMatMul: FUSED,
  TransposeMatMul: FUSED,
};

function rolesOf({ domain, opType }: NodeProto): Readonly<Record<number, Role>> | undefined {
  const table = isOnnx(domain) ? ROLES : domain === 'com.microsoft' ? MICROSOFT : {};
  return Object.hasOwn(table, opType) ? table[opType] : undefined;
}

export function roleOf(node: NodeProto, input: number): Role | undefined {
  if (node.opType === 'Einsum' && isOnnx(node.domain)) return { channels: (shape) => freeAxes(node, input, shape.length), suffix: input === 1 ? '' : `/${input}` };
  return rolesOf(node)?.[input];
}

/** Whether an operator takes weights at all. */
export function takesWeights(node: NodeProto): boolean {
  return rolesOf(node) !== undefined;
}

/** Inputs that are biases, norms, scales or per-channel parameters by the operator's own definition: kept in float without remark. */
const PARAMETERS: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'DequantizeLinear',
  'GroupNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'QLinearConv',
  'QLinearMatMul',
  'QuantizeLinear',
  'RMSNormalization',
  'SimplifiedLayerNormalization',
]);

const MICROSOFT_PARAMETERS: ReadonlySet<string> = new Set([
  'BiasGelu',
  'DequantizeLinear',
  'DynamicQuantizeMatMul',
  'FastGelu',
  'GatherBlockQuantized',
  'GroupNorm',
  'MatMulBnb4',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'QAttention',
  'QEmbedLayerNormalization',
  'QGemm',
  'QLinearAdd',
  'QuantizeLinear',
  'SimplifiedLayerNormalization',
  'SkipGroupNorm',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
]);

/** Whether the operator itself defines this input as a bias, norm or scale. */
export function isParameter(node: NodeProto, input: number): boolean {
  if (input === 0) return false;
  const parameters = isOnnx(node.domain) ? PARAMETERS : node.domain === 'com.microsoft' ? MICROSOFT_PARAMETERS : null;
  return parameters?.has(node.opType) === true || (takesWeights(node) && roleOf(node, input) === undefined);
}
