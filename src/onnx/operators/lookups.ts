import { intAttribute } from '../nodes';
import { sizeOf } from '../tensor';
import { bias, columns, rows, scale, shift } from './ports';
import { axisOf } from './shape-rules';
import type { Operator } from './types';

export const LOOKUPS: readonly Operator[] = [
  {
    // Only rows of a matrix are an embedding; other tables are positions, anchors and the like.
    types: 'Gather',
    dynamic: 'rows',
    weights: {
      0: {
        outputs: (shape, node) => {
          const axis = intAttribute(node, 'axis', 0);
          return shape.length === 2 && (axis === 0 || axis === -2) ? [0] : null;
        },
        suffix: '',
      },
    },
    macs: () => 0,
    shape: ({ node, shapes: [x, at] }) => {
      if (!x || !at) return [];
      const axis = axisOf(node, x.length, 0);
      return [[...x.slice(0, axis), ...at, ...x.slice(axis + 1)]];
    },
    integers: ({ numbers: [a, b] }) => (a && b ? b.map((index) => a.at(index) ?? 0) : null),
  },
  {
    types: 'EmbedLayerNormalization',
    domains: ['com.microsoft'],
    weights: {
      2: { outputs: rows, suffix: '/words' },
      3: { outputs: rows, suffix: '/positions' },
      4: { outputs: rows, suffix: '/segments' },
    },
    parameters: { 5: scale, 6: shift },
    macs: () => 0,
  },
  {
    types: 'Attention',
    domains: ['com.microsoft'],
    weights: { 1: { outputs: columns, suffix: '' } },
    parameters: { 2: bias },
    macs: ({ shape, inputs: [x] }) => x && sizeOf(shape) * sizeOf(x.slice(0, -1)),
  },
  { types: 'GatherBlockQuantized', domains: ['com.microsoft'], unremarked: true },
];
