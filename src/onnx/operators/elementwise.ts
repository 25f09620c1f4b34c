/** Operators that compute each element of their output from the elements at its place. */
import { broadcastShape, sameShape } from './shape-rules';
import type { Operator, Shape } from './types';

/** Of small integer vectors, one of which may be a single number. */
function integers(apply: (a: number, b: number) => number): NonNullable<Operator['integers']> {
  return ({ numbers: [a, b] }) => (a && b ? pairwise(a, b, apply) : null);
}

function pairwise(a: Shape, b: Shape, apply: (a: number, b: number) => number): Shape {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => apply(a[a.length === 1 ? 0 : i] ?? 0, b[b.length === 1 ? 0 : i] ?? 0));
}

const one = { shape: sameShape } satisfies Partial<Operator>;
const several = { shape: broadcastShape } satisfies Partial<Operator>;

export const ELEMENTWISE: readonly Operator[] = [
  { types: 'Relu LeakyRelu Elu Selu Celu Mish Swish ThresholdedRelu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Clip', ...one },
  { types: 'Gelu', domains: ['', 'com.microsoft'], ...one },
  { types: 'Erf Exp Log Sqrt Reciprocal Abs Neg Floor Ceil Round Sign Sin Cos Not', ...one },
  { types: 'Add', ...several, integers: integers((a, b) => a + b) },
  { types: 'Sub', ...several, integers: integers((a, b) => a - b) },
  { types: 'Mul', ...several, integers: integers((a, b) => a * b) },
  { types: 'Div', ...several, integers: integers((a, b) => Math.trunc(a / b)) },
  { types: 'Pow Mod Min Max Sum Mean PRelu Where Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor', ...several },
];
