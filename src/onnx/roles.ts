import type { NodeProto } from 'onnx-buf';
import { intAttribute, isOnnx } from './nodes';
import type { Layer } from './types';

type View = Layer['view'];

/** How a node reads one of its inputs as a weight. */
export interface Role {
  /** The view whose middle axis is the output channel, for the weight's shape as the node sees it; null: not a weight after all. */
  readonly view: (shape: readonly number[], node: NodeProto) => View | null;
  /** The same where the node gets the constant's rows in another order, or other rows between them. */
  readonly rowsView?: (shape: readonly number[]) => View | null;
  /** Tells apart two weights of one node. */
  readonly suffix: string;
}

const product = (shape: readonly number[]): number => shape.reduce((total, size) => total * size, 1);

/** Channels on the first axis. */
function rows(shape: readonly number[]): View | null {
  const [channels, ...rest] = shape;
  return channels === undefined || rest.length === 0 ? null : { outer: 1, channels, inner: product(rest) };
}

/** Channels on the last axis. */
function columns(shape: readonly number[]): View | null {
  const channels = shape.at(-1);
  return channels === undefined || shape.length < 2 ? null : { outer: product(shape.slice(0, -1)), channels, inner: 1 };
}

/** ConvTranspose [C, M/g, k...]. */
function transposed(shape: readonly number[]): View | null {
  const [outer, channels, ...kernel] = shape;
  return outer === undefined || channels === undefined ? null : { outer, channels, inner: product(kernel) };
}

/** Left factor of a product [..., M, K]: output channels are its rows. */
function leftRows(shape: readonly number[]): View | null {
  const inner = shape.at(-1);
  return inner === undefined || shape.length < 2 ? null : { outer: 1, channels: product(shape.slice(0, -1)), inner };
}

/** LSTM, GRU, RNN [dirs, gates*H, I]: every row of every direction is a channel. */
function recurrent(shape: readonly number[]): View | null {
  return shape.length === 3 ? leftRows(shape) : null;
}

const GEMM_A: Role = { view: (shape, node) => (intAttribute(node, 'transA', 0) ? columns(shape) : rows(shape)), suffix: '/A' };
const GEMM_B: Role = { view: (shape, node) => (intAttribute(node, 'transB', 0) ? rows(shape) : columns(shape)), suffix: '' };
const RECURRENT: Readonly<Record<number, Role>> = {
  1: { view: recurrent, rowsView: leftRows, suffix: '/W' },
  2: { view: recurrent, rowsView: leftRows, suffix: '/R' },
};

/** The inputs that standard operators read as weights. Gather: embedding tables, whose rows are the channels. */
const ROLES: Readonly<Record<string, Readonly<Record<number, Role>>>> = {
  Conv: { 1: { view: rows, suffix: '' } },
  ConvTranspose: { 1: { view: transposed, suffix: '' } },
  Gemm: { 0: GEMM_A, 1: GEMM_B },
  MatMul: { 0: { view: leftRows, suffix: '/A' }, 1: { view: columns, suffix: '' } },
  Gather: { 0: { view: (shape, node) => (shape.length === 2 && intAttribute(node, 'axis', 0) === 0 ? rows(shape) : null), suffix: '' } },
  LSTM: RECURRENT,
  GRU: RECURRENT,
  RNN: RECURRENT,
};

export function roleOf(node: NodeProto, input: number): Role | undefined {
  return isOnnx(node.domain) ? ROLES[node.opType]?.[input] : undefined;
}

/** Inputs that are biases, norms or per-channel parameters by the operator's own definition: kept in float without remark. */
const PARAMETERS: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'GroupNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'RMSNormalization',
]);

/** Whether the operator itself defines this input as a bias or norm. */
export function isParameter(node: NodeProto, input: number): boolean {
  return isOnnx(node.domain) && input > 0 && (PARAMETERS.has(node.opType) || ROLES[node.opType] !== undefined);
}
