/** Operators on integers, and between integers and floats. */
import { intAttribute } from '../nodes';
import { DataType } from '../tensor';
import { sameShape, unary } from './shape-rules';
import type { Operator } from './types';

export const QUANTIZED: readonly Operator[] = [
  {
    types: 'DequantizeLinear',
    domains: ['', 'com.microsoft'],
    unremarked: true,
    shape: sameShape,
    typeAttribute: { name: 'output_dtype' },
  },
  {
    types: 'QuantizeLinear',
    domains: ['', 'com.microsoft'],
    unremarked: true,
    shape: sameShape,
    typeAttribute: { name: 'output_dtype' },
    typed: (_, given) => (given(2) ? null : DataType.UINT8),
    rounds: true,
  },
  { types: 'QLinearConv QLinearMatMul', unremarked: true },
  {
    types: 'DynamicQuantizeMatMul MatMulBnb4 MatMulIntegerToFloat QAttention QGemm QLinearAdd',
    domains: ['com.microsoft'],
    unremarked: true,
  },
  {
    types: 'MatMulNBits',
    domains: ['com.microsoft'],
    unremarked: true,
    shape: unary((x, { node }) => [...x.slice(0, -1), intAttribute(node, 'N', 1)]),
  },
];
