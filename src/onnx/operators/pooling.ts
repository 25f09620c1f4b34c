import { intsAttribute } from '../nodes';
import { unary, windows } from './shape-rules';
import type { Operator } from './types';

export const POOLING: readonly Operator[] = [
  { types: 'GlobalAveragePool GlobalMaxPool GlobalLpPool', shape: unary((x) => x.map((size, axis) => (axis < 2 ? size : 1))) },
  {
    types: 'MaxPool AveragePool LpPool',
    shape: unary((x, { node }) => [...x.slice(0, 2), ...windows(node, x.slice(2), intsAttribute(node, 'kernel_shape') ?? [])]),
  },
];
