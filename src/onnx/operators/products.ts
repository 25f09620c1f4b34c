import { intAttribute } from '../nodes';
import { sizeOf } from '../tensor';
import { freeAxes, labelled } from './einsum';
import { inputMajor, outputMajor } from './geometry';
import { allBut, columnBias, columns, lastAxis, rows } from './ports';
import { broadcast } from './shape-rules';
import type { Counted, Operator, WeightPort } from './types';

const left: WeightPort = { outputs: (shape, node) => (intAttribute(node, 'transA', 0) ? columns(shape) : rows(shape)), suffix: '/A' };
const right: WeightPort = { outputs: (shape, node) => (intAttribute(node, 'transB', 0) ? rows(shape) : columns(shape)), suffix: '' };

const gemm = {
  weights: { 0: left, 1: right },
  parameters: { 2: columnBias },
  macs: ({ node, input, shape, output }) =>
    output && (sizeOf(output) * sizeOf(shape)) / (input === 0 ? (shape[intAttribute(node, 'transA', 0) ? 1 : 0] ?? 1) : (output[1] ?? 1)),
} satisfies Partial<Operator>;

const NOT_RIGHT = 'the weight is not the right-hand matrix of MatMul';

/**
 * Each output element sums over K, the last axis of A and the last but one of B (the only one of a vector), or the other way round where it
 * is turned.
 */
function productMacs({ node, input, shape, output }: Counted): number | null {
  const turned = intAttribute(node, input === 0 ? 'transA' : 'transB', 0) !== 0;
  const depth = shape.at((input === 0) === turned && shape.length > 1 ? -2 : -1);
  return output && depth !== undefined ? sizeOf(output) * depth : null;
}

/** With its flags the last two axes of a factor change places; batches that do as well are left alone. */
function fused(side: 'A' | 'B'): WeightPort['outputs'] {
  return (shape, node) => {
    if (shape.length < 2 || intAttribute(node, `transBatch${side}`, 0)) return null;
    const turned = intAttribute(node, `trans${side}`, 0) !== 0;
    if (side === 'A') return allBut(shape, shape.length - (turned ? 2 : 1));
    return [shape.length - (turned ? 2 : 1)];
  };
}

export const PRODUCTS: readonly Operator[] = [
  {
    types: 'Gemm',
    ...gemm,
    product: {
      layout: 'columns',
      bias: 2,
      turned: (node) => intAttribute(node, 'transA', 0) !== 0,
      factors: { product: 'alpha', bias: 'beta' },
    },
    weights: {
      0: { ...left, geometry: () => 'the weight is the left factor of Gemm' },
      1: {
        ...right,
        geometry: ([first = 1, second = 1], node) =>
          intAttribute(node, 'transB', 0) ? outputMajor(1, first, second) : inputMajor(1, first, second),
        columns: (lay, asked, from) =>
          intAttribute(asked.node, 'transA', 0) ? lay.reshape(from, [1, 1, asked.columns, -1]) : lastAxis(lay, asked, from),
      },
    },
    integer: { as: 'product' },
    dynamic: 'product',
    misfit: (shape, input) => (input < 2 && shape.length !== 2 ? 'it must be a matrix' : null),
    shape: ({ node, shapes: [a, b] }) => {
      if (!a || !b) return [];
      return [[a[intAttribute(node, 'transA', 0) ? 1 : 0] ?? 1, b[intAttribute(node, 'transB', 0) ? 0 : 1] ?? 1]];
    },
  },
  { types: 'FusedGemm', domains: ['com.microsoft'], ...gemm },
  {
    // A product with a vector has no axis for that side: one channel.
    types: 'MatMul',
    product: { layout: 'columns', bias: null, stacks: true },
    integer: { as: 'product' },
    dynamic: 'product',
    weights: {
      0: { outputs: (shape) => (shape.length === 0 ? null : allBut(shape, shape.length - 1)), suffix: '/A', geometry: () => NOT_RIGHT },
      1: {
        outputs: (shape) => (shape.length === 1 ? [] : columns(shape)),
        suffix: '',
        geometry: (shape) => (shape.length === 2 ? inputMajor(1, shape[0] ?? 1, shape[1] ?? 1) : NOT_RIGHT),
        columns: lastAxis,
      },
    },
    macs: productMacs,
    misfit: (shape) => (shape.length === 0 ? 'it must have a dimension' : null),
    shape: ({ shapes: [a, b] }) => {
      if (!a || !b || a.length === 0 || b.length === 0) return [];
      const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
      if (!batch) return [];
      return [[...batch, ...(a.length > 1 ? a.slice(-2, -1) : []), ...(b.length > 1 ? b.slice(-1) : [])]];
    },
  },
  {
    types: 'FusedMatMul TransposeMatMul',
    domains: ['com.microsoft'],
    weights: { 0: { outputs: fused('A'), suffix: '/A' }, 1: { outputs: fused('B'), suffix: '' } },
    macs: productMacs,
  },
  {
    types: 'Einsum',
    weights: (node, input) => ({ outputs: (shape) => freeAxes(node, input, shape.length), suffix: input === 1 ? '' : `/${input}` }),
    macs: ({ node, inputs }) => labelled(node, inputs),
  },
];
