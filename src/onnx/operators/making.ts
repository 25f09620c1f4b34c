/** Operators that make values of shapes, of nothing, or by the graphs that they hold. */
import { intAttribute } from '../nodes';
import { unary } from './shape-rules';
import type { Operator } from './types';

export const MAKING: readonly Operator[] = [
  {
    types: 'Shape',
    shape: unary((x) => [x.length]),
    integers: ({ node, shapes: [x] }) => x?.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', x.length)) ?? null,
  },
  { types: 'ConstantOfShape', shape: ({ numbers: [shape] }) => [shape ?? null] },
  { types: 'Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike', random: true },
  { types: 'If', shape: ({ node, branches }) => node.output.map((_, at) => branches.map((outputs) => outputs[at]).find(Boolean) ?? null) },
];
