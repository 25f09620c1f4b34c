import type { NodeProto } from 'onnx-buf';
import { positive, reshaped, unsqueezed } from './axes';
import { intAttribute, intsAttribute, stringAttribute } from './nodes';
import { sizeOf } from './tensor';

export type Shape = readonly number[];

/** What is known about a node when its outputs' shapes are wanted. */
export interface Known {
  readonly node: NodeProto;
  readonly shapes: readonly (Shape | null)[];
  /** Contents of small integer inputs. */
  readonly numbers: readonly (Shape | null)[];
  /** Output shapes of the graphs it holds. */
  readonly branches: readonly (readonly (Shape | null)[])[];
}

type Rule = (known: Known) => readonly (Shape | null)[];

/** Rules of the operators that models are mostly made of (ONNX operator specification); others infer nothing. */
const RULES = new Map<string, Rule>();

function rule(names: string, infer: Rule): void {
  for (const name of names.split(' ')) RULES.set(name, infer);
}

/** Rule of an operator with one output whose first input's shape is known. */
function unary(names: string, infer: (x: Shape, known: Known) => Shape | null): void {
  rule(names, (known) => [known.shapes[0] ? infer(known.shapes[0], known) : null]);
}

/** Shapes of a node's outputs, as far as a rule tells. */
export function inferNode(known: Known): readonly (Shape | null)[] {
  return RULES.get(known.node.opType)?.(known) ?? [];
}

unary(
  'Relu LeakyRelu Elu Selu Celu Gelu Mish Swish ThresholdedRelu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Clip Erf Exp Log Sqrt Reciprocal Abs Neg Floor ' +
    'Ceil Round Sign Sin Cos Not Identity Cast Softmax LogSoftmax Hardmax BatchNormalization InstanceNormalization LayerNormalization GroupNormalization ' +
    'RMSNormalization LpNormalization LRN CumSum QuantizeLinear DequantizeLinear Trilu ScatterElements ScatterND',
  (x) => x,
);

rule('Dropout', ({ shapes: [x] }) => [x ?? null, x ?? null]);

rule('Add Sub Mul Div Pow Mod Min Max Sum Mean PRelu Where Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor', ({ shapes }) => [broadcast(shapes)]);

unary('GlobalAveragePool GlobalMaxPool GlobalLpPool', (x) => x.map((size, axis) => (axis < 2 ? size : 1)));

rule('Conv', (known) => {
  const [x, w] = known.shapes;
  if (!x || !w) return [];
  return [[x[0] ?? 1, w[0] ?? 1, ...windows(known.node, x.slice(2), intsAttribute(known.node, 'kernel_shape') ?? w.slice(2))]];
});

rule('ConvTranspose', ({ node, shapes: [x, w] }) => {
  if (!x || !w) return [];
  const kernel = w.slice(2);
  const strides = intsAttribute(node, 'strides');
  const pads = intsAttribute(node, 'pads');
  const extra = intsAttribute(node, 'output_padding');
  const dilations = intsAttribute(node, 'dilations');
  const same = stringAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const sizes = kernel.map((size, axis) => {
    const stride = strides?.[axis] ?? 1;
    const length = x[axis + 2] ?? 1;
    const padding = (pads?.[axis] ?? 0) + (pads?.[axis + kernel.length] ?? 0);
    return same ? length * stride : (length - 1) * stride + (size - 1) * (dilations?.[axis] ?? 1) + 1 + (extra?.[axis] ?? 0) - padding;
  });
  return [[x[0] ?? 1, (w[1] ?? 1) * intAttribute(node, 'group', 1), ...(intsAttribute(node, 'output_shape') ?? sizes)]];
});

unary('MaxPool AveragePool LpPool', (x, { node }) => [...x.slice(0, 2), ...windows(node, x.slice(2), intsAttribute(node, 'kernel_shape') ?? [])]);

rule('Gemm', ({ node, shapes: [a, b] }) => {
  if (!a || !b) return [];
  return [[a[intAttribute(node, 'transA', 0) ? 1 : 0] ?? 1, b[intAttribute(node, 'transB', 0) ? 0 : 1] ?? 1]];
});

rule('MatMul', ({ shapes: [a, b] }) => {
  if (!a || !b || a.length === 0 || b.length === 0) return [];
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (!batch) return [];
  return [[...batch, ...(a.length > 1 ? a.slice(-2, -1) : []), ...(b.length > 1 ? b.slice(-1) : [])]];
});

unary('MatMulNBits', (x, { node }) => [...x.slice(0, -1), intAttribute(node, 'N', 1)]);

rule('Concat', ({ node, shapes }) => {
  const [first] = shapes;
  if (!first || shapes.some((shape) => shape === null)) return [];
  const axis = positive(intAttribute(node, 'axis', 0), first.length);
  const total = shapes.reduce((sum, shape) => sum + (shape?.[axis] ?? 0), 0);
  return [first.map((size, at) => (at === axis ? total : size))];
});

unary('Flatten', (x, { node }) => {
  const axis = positive(intAttribute(node, 'axis', 1), x.length);
  return [sizeOf(x.slice(0, axis)), sizeOf(x.slice(axis))];
});

unary('Reshape', (x, { numbers }) => (numbers[1] ? reshaped(x, numbers[1]) : null));

unary('Transpose', (x, { node }) => {
  const order = intsAttribute(node, 'perm') ?? x.map((_, axis) => x.length - 1 - axis);
  return order.map((axis) => x[axis] ?? 1);
});

unary('Unsqueeze', (x, { node, numbers }) => {
  const axes = intsAttribute(node, 'axes') ?? numbers[1];
  return axes ? unsqueezed(x, axes) : null;
});

unary('Squeeze', (x, { node, numbers }) => {
  const axes = (intsAttribute(node, 'axes') ?? numbers[1])?.map((axis) => positive(axis, x.length));
  return x.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
});

unary('ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSumExp ReduceSumSquare', (x, { node, numbers }) => {
  const axes = (intsAttribute(node, 'axes') ?? numbers[1] ?? x.map((_, axis) => axis)).map((axis) => positive(axis, x.length));
  return reduced(x, axes, intAttribute(node, 'keepdims', 1) !== 0);
});

unary('ArgMax ArgMin', (x, { node }) => reduced(x, [positive(intAttribute(node, 'axis', 0), x.length)], intAttribute(node, 'keepdims', 1) !== 0));

unary('Slice', (x, { node, numbers }) => {
  const starts = intsAttribute(node, 'starts') ?? numbers[1];
  const ends = intsAttribute(node, 'ends') ?? numbers[2];
  if (!starts || !ends) return null;
  const axes = intsAttribute(node, 'axes') ?? numbers[3] ?? starts.map((_, axis) => axis);
  const result = [...x];
  for (const [at, axis] of axes.entries()) {
    const size = x[positive(axis, x.length)] ?? 1;
    const step = numbers[4]?.[at] ?? 1;
    const clamp = (limit: number): number => Math.min(Math.max(limit < 0 ? limit + size : limit, step < 0 ? -1 : 0), step < 0 ? size - 1 : size);
    result[positive(axis, x.length)] = Math.max(0, Math.ceil((clamp(ends[at] ?? size) - clamp(starts[at] ?? 0)) / step));
  }
  return result;
});

rule('Gather', ({ node, shapes: [x, at] }) => {
  if (!x || !at) return [];
  const axis = positive(intAttribute(node, 'axis', 0), x.length);
  return [[...x.slice(0, axis), ...at, ...x.slice(axis + 1)]];
});

rule('Split', ({ node, shapes: [x], numbers }) => {
  if (!x) return [];
  const axis = positive(intAttribute(node, 'axis', 0), x.length);
  const sizes = intsAttribute(node, 'split') ?? numbers[1];
  const even = Math.ceil((x[axis] ?? 1) / node.output.length);
  return node.output.map((_, part) => x.map((size, at) => (at === axis ? (sizes?.[part] ?? even) : size)));
});

unary('Pad', (x, { node, numbers }) => {
  const pads = intsAttribute(node, 'pads') ?? numbers[1];
  return pads?.length === 2 * x.length ? x.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + x.length] ?? 0)) : null;
});

rule('Expand', ({ shapes: [x], numbers: [, target] }) => [x && target ? broadcast([x, target]) : null]);
rule('ConstantOfShape', ({ numbers: [shape] }) => [shape ?? null]);
unary('Shape', (x) => [x.length]);
unary('Resize', (x, { numbers }) => numbers[3] ?? (numbers[2] ? x.map((size, axis) => Math.floor(size * (numbers[2]?.[axis] ?? 1))) : null));

unary('DepthToSpace', (x, { node }) => {
  const block = intAttribute(node, 'blocksize', 1);
  return [x[0] ?? 1, (x[1] ?? 1) / block ** 2, (x[2] ?? 1) * block, (x[3] ?? 1) * block];
});

rule('LSTM GRU RNN', ({ node, shapes: [x, w, r] }) => {
  if (!x || !w || !r) return [];
  const [steps, batch, directions, hidden] = [x[0] ?? 1, x[1] ?? 1, w[0] ?? 1, r[2] ?? intAttribute(node, 'hidden_size', 1)];
  const last = [directions, batch, hidden];
  return [[steps, directions, batch, hidden], last, last];
});

rule('If', ({ node, branches }) => node.output.map((_, at) => branches.map((outputs) => outputs[at]).find(Boolean) ?? null));

function reduced(x: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? x.map((size, axis) => (axes.includes(axis) ? 1 : size)) : x.filter((_, axis) => !axes.includes(axis));
}

/** Multidirectional broadcasting; null where a shape is not known or they do not fit. */
function broadcast(shapes: readonly (Shape | null)[]): Shape | null {
  const rank = Math.max(0, ...shapes.map((shape) => shape?.length ?? 0));
  const result = Array.from({ length: rank }, () => 1);
  for (const shape of shapes) {
    if (!shape) return null;
    for (const [at, size] of shape.entries()) {
      const axis = at + rank - shape.length;
      if (size !== 1 && result[axis] !== 1 && result[axis] !== size) return null;
      if (size !== 1) result[axis] = size;
    }
  }
  return result;
}

/** Output lengths of sliding windows (Conv and pooling), at least 1: an open input length counts as 1 and may be too short. */
function windows(node: NodeProto, lengths: Shape, kernel: Shape): Shape {
  const strides = intsAttribute(node, 'strides');
  const dilations = intsAttribute(node, 'dilations');
  const pads = intsAttribute(node, 'pads');
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const ceil = intAttribute(node, 'ceil_mode', 0) !== 0;
  return lengths.map((length, axis) => {
    const stride = strides?.[axis] ?? 1;
    if (autoPad.startsWith('SAME')) return Math.ceil(length / stride);
    const extent = ((kernel[axis] ?? 1) - 1) * (dilations?.[axis] ?? 1) + 1;
    const padding = autoPad === 'VALID' ? 0 : (pads?.[axis] ?? 0) + (pads?.[axis + lengths.length] ?? 0);
    const steps = (length + padding - extent) / stride;
    // A last window that would start beyond the input and its leading pad is dropped.
    const last = ceil && Math.ceil(steps) * stride < length + (pads?.[axis] ?? 0) ? Math.ceil(steps) : Math.floor(steps);
    return Math.max(1, last + 1);
  });
}
