/** Operators that compute each element of their output from the elements at its place. */
import type { NodeProto } from 'onnx-buf';
import { findAttribute } from '../nodes';
import { sizeOf } from '../tensor';
import { changedBy } from './changes';
import { bias, scale, slope } from './ports';
import { broadcastShape, sameShape } from './shape-rules';
import type { Operator, Pointwise, Shape } from './types';

/** Of small integer vectors, one of which may be a single number. */
function integers(apply: (a: number, b: number) => number): NonNullable<Operator['integers']> {
  return ({ numbers: [a, b] }) => (a && b ? pairwise(a, b, apply) : null);
}

function pairwise(a: Shape, b: Shape, apply: (a: number, b: number) => number): Shape {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    apply(a[a.length === 1 ? 0 : i] ?? 0, b[b.length === 1 ? 0 : i] ?? 0),
  );
}

const one = { shape: sameShape, channels: 'aligned' } satisfies Partial<Operator>;
const several = { shape: broadcastShape, channels: 'aligned' } satisfies Partial<Operator>;

const attribute = (node: NodeProto, name: string, usual: number): number => findAttribute(node, name)?.f ?? usual;
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const present = (inputs: readonly (number | undefined)[]): number[] => inputs.filter((x) => x !== undefined);

function of(value: (x: number, node: NodeProto) => number): Pointwise {
  return { value: (node, [x = 0]) => value(x, node) };
}

export const ELEMENTWISE: readonly Operator[] = [
  {
    types: 'Relu',
    ...one,
    pointwise: of((x) => Math.max(0, x)),
    homogeneous: { activates: true },
    clips: 'below zero',
    integer: { as: 'clipping' },
  },
  {
    types: 'LeakyRelu',
    ...one,
    pointwise: of((x, node) => (x < 0 ? attribute(node, 'alpha', 0.01) : 1) * x),
    homogeneous: { activates: true },
  },
  {
    types: 'Clip',
    ...one,
    pointwise: {
      value: (node, [x = 0, low, high]) => clamp(x, low ?? attribute(node, 'min', -Infinity), high ?? attribute(node, 'max', Infinity)),
    },
    clips: 'beyond bounds',
    changed: changedBy(11),
    integer: { as: 'clipping' },
  },
  { types: 'Sigmoid', ...one, pointwise: of((x) => 1 / (1 + Math.exp(-x))) },
  { types: 'Tanh', ...one, pointwise: of(Math.tanh) },
  {
    types: 'HardSigmoid',
    ...one,
    pointwise: of((x, node) => clamp(attribute(node, 'alpha', 0.2) * x + attribute(node, 'beta', 0.5), 0, 1)),
  },
  { types: 'HardSwish', ...one, pointwise: of((x) => x * clamp(x / 6 + 0.5, 0, 1)) },
  {
    types: 'QuickGelu',
    domains: ['com.microsoft'],
    ...one,
    pointwise: of((x, node) => x / (1 + Math.exp(-attribute(node, 'alpha', 1.702) * x))),
  },
  { types: 'Elu Selu Celu Mish Swish ThresholdedRelu Softplus Softsign', ...one },
  { types: 'Gelu', domains: ['', 'com.microsoft'], ...one },
  { types: 'Erf Exp Log Sqrt Reciprocal Abs Neg Floor Ceil Round Sign Sin Cos Not', ...one },
  {
    types: 'Add',
    ...several,
    integers: integers((a, b) => a + b),
    pointwise: { value: (_, [a = 0, b = 0]) => a + b },
    adds: true,
    parameters: (_, __, shape) => (sizeOf(shape) > 1 ? bias : null),
    commutative: true,
    integer: { as: 'rescaling', joins: true },
  },
  { types: 'Sub', ...several, integers: integers((a, b) => a - b), pointwise: { value: (_, [a = 0, b = 0]) => a - b } },
  {
    types: 'Mul',
    ...several,
    integers: integers((a, b) => a * b),
    pointwise: { value: (_, [a = 0, b = 0]) => a * b },
    parameters: (_, __, shape) => (sizeOf(shape) > 1 ? scale : null),
    commutative: true,
    integer: { as: 'rescaling', joins: true },
  },
  { types: 'Div', ...several, integers: integers((a, b) => Math.trunc(a / b)), pointwise: { value: (_, [a = 0, b = 1]) => a / b } },
  { types: 'Min', ...several, pointwise: { value: (_, inputs) => Math.min(...present(inputs)) }, least: true, commutative: true },
  { types: 'Max', ...several, pointwise: { value: (_, inputs) => Math.max(...present(inputs)) }, commutative: true },
  { types: 'PRelu', ...several, parameters: { 1: slope }, homogeneous: { activates: true } },
  { types: 'Pow Mod Sum Mean Where Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor', ...several },
];
