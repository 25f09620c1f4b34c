import { findAttribute, intsAttribute } from '../nodes';
import { unary, windows } from './shape-rules';
import type { Operator } from './types';

const single = { channels: 'kept', shape: unary((x) => x.map((size, axis) => (axis < 2 ? size : 1))) } satisfies Partial<Operator>;
const windowed = {
  channels: 'kept',
  shape: unary((x, { node }) => [...x.slice(0, 2), ...windows(node, x.slice(2), intsAttribute(node, 'kernel_shape') ?? [])]),
} satisfies Partial<Operator>;

export const POOLING: readonly Operator[] = [
  { types: 'GlobalAveragePool', ...single, homogeneous: { pools: true }, averages: true, integer: { as: 'rescaling' } },
  { types: 'GlobalMaxPool', ...single, homogeneous: { pools: true } },
  { types: 'GlobalLpPool', ...single },
  { types: 'MaxPool', ...windowed, homogeneous: { pools: true }, integer: { as: 'sharing' } },
  {
    types: 'AveragePool',
    ...windowed,
    homogeneous: {
      pools: true,
      fixed: (node) =>
        intsAttribute(node, 'pads')?.some((pad) => pad !== 0) || findAttribute(node, 'auto_pad')
          ? 'an average over padding follows it'
          : null,
    },
    integer: { as: 'rescaling' },
  },
  { types: 'LpPool', ...windowed },
];
