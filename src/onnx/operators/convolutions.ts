import type { NodeProto } from 'onnx-buf';
import { intAttribute, intsAttribute, stringAttribute } from '../nodes';
import { shapeOf, sizeOf } from '../tensor';
import { inputMajor, outputMajor } from './geometry';
import { bias, rows } from './ports';
import { windows } from './shape-rules';
import type { Integer, Known, Operator, Product, Shape, WeightPort } from './types';

type Misfit = NonNullable<Operator['misfit']>;

/** @param biases how many values the bias of a weight [first, second, ...] has. */
function misfit(biases: (first: number, second: number, group: number) => number): Misfit {
  return (shape, input, node, constant) => {
    const group = intAttribute(node, 'group', 1);
    if (input === 1) return kernelMisfit(shape, node, group);
    const weight = constant(1);
    if (input !== 2 || !weight || weight.dims.length < 3) return null;
    const [first = 0, second = 0] = shapeOf(weight);
    const channels = biases(first, second, group);
    return shape.length !== 1 || shape[0] !== channels ? `a bias has one value for each of ${channels} channels` : null;
  };
}

function kernelMisfit(shape: Shape, node: NodeProto, group: number): string | null {
  if (shape.length < 3) return 'a weight has at least three dimensions';
  if ((shape[0] ?? 0) % group !== 0) return `its first dimension is not divided by ${group} groups`;
  const spans = intsAttribute(node, 'kernel_shape') ?? [];
  if (spans.length > 0 && (spans.length !== shape.length - 2 || spans.some((size, axis) => size !== shape[axis + 2])))
    return `"kernel_shape" is [${spans.join(', ')}]`;
  const strides = intsAttribute(node, 'strides') ?? [];
  return strides.length > 0 && strides.length !== shape.length - 2 ? `"strides" is [${strides.join(', ')}]` : null;
}

function transposedShape({ node, shapes: [x, w] }: Known): readonly Shape[] {
  if (!x || !w) return [];
  const spans = w.slice(2);
  const strides = intsAttribute(node, 'strides');
  const pads = intsAttribute(node, 'pads');
  const extra = intsAttribute(node, 'output_padding');
  const dilations = intsAttribute(node, 'dilations');
  const same = stringAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const sizes = spans.map((size, axis) => {
    const stride = strides?.[axis] ?? 1;
    const length = x[axis + 2] ?? 1;
    const padding = (pads?.[axis] ?? 0) + (pads?.[axis + spans.length] ?? 0);
    return same ? length * stride : (length - 1) * stride + (size - 1) * (dilations?.[axis] ?? 1) + 1 + (extra?.[axis] ?? 0) - padding;
  });
  return [[x[0] ?? 1, (w[1] ?? 1) * intAttribute(node, 'group', 1), ...(intsAttribute(node, 'output_shape') ?? sizes)]];
}

const product: Product = { layout: 'planes', bias: 2 };

const integer: Integer = { as: 'product', needsOutput: true };

const kernel: WeightPort = { outputs: rows, suffix: '' };

/** Weight [M, C/g, k...]: every element once at each place of the output. */
const convolution = {
  weights: { 1: kernel },
  parameters: { 2: bias },
  macs: ({ shape, output }) => output && sizeOf(shape) * (output[0] ?? 1) * sizeOf(output.slice(2)),
} satisfies Partial<Operator>;

export const CONVOLUTIONS: readonly Operator[] = [
  {
    types: 'Conv',
    ...convolution,
    product,
    integer,
    dynamic: 'product',
    weights: {
      1: {
        ...kernel,
        geometry: ([first = 1, each = 1, ...places], node) => {
          const groups = intAttribute(node, 'group', 1);
          return outputMajor(groups, first / groups, each, sizeOf(places));
        },
        columns: (lay, columns, from) => lay.patches(columns, from),
      },
    },
    misfit: misfit((first) => first),
    shape: ({ node, shapes: [x, w] }) => {
      if (!x || !w) return [];
      return [[x[0] ?? 1, w[0] ?? 1, ...windows(node, x.slice(2), intsAttribute(node, 'kernel_shape') ?? w.slice(2))]];
    },
  },
  { types: 'DeformConv', ...convolution, parameters: { 3: bias } },
  { types: 'FusedConv', domains: ['com.microsoft'], ...convolution },
  {
    // Weight [C, M/g, k...]: every element once at each place of the input.
    types: 'ConvTranspose',
    product,
    integer,
    parameters: { 2: bias },
    weights: {
      1: {
        outputs: (shape) => (shape.length < 2 ? null : [1]),
        suffix: '',
        geometry: ([first = 1, each = 1, ...places], node) => {
          const groups = intAttribute(node, 'group', 1);
          return { ...inputMajor(groups, first / groups, each, sizeOf(places)), scatters: true };
        },
        columns: (lay, { groups, columns }, from) => lay.reshape(from, [0, groups, columns, -1]),
      },
    },
    macs: ({ shape, inputs: [x] }) => x && sizeOf(shape) * (x[0] ?? 1) * sizeOf(x.slice(2)),
    misfit: misfit((_, each, group) => each * group),
    shape: transposedShape,
  },
];
