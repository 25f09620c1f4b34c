import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../onnx/graph';
import { findAttribute } from '../onnx/nodes';
import { operatorOf } from '../onnx/operators/table';
import { readFloats } from '../onnx/tensor';
import type { ValueIndex } from '../onnx/values';
import { floatConstant } from './layer-bias';

/** Between which values a node keeps its input; null for nodes that clip nothing, and where a bound is not constant. */
export function clipBounds(index: ValueIndex, scope: Scope, node: NodeProto): { readonly min: number; readonly max: number } | null {
  const clips = operatorOf(node)?.clips;
  if (clips === 'below zero') return { min: 0, max: Number.POSITIVE_INFINITY };
  if (clips === undefined) return null;
  const [min, max] = [bound(index, scope, node, 1, 'min'), bound(index, scope, node, 2, 'max')];
  return min === null || max === null ? null : { min, max };
}

function bound(index: ValueIndex, scope: Scope, node: NodeProto, input: number, name: 'min' | 'max'): number | null {
  const open = name === 'min' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = node.input[input] ?? '';
  if (value === '') return findAttribute(node, name)?.f ?? open;
  const constant = floatConstant(index, scope, value);
  return constant ? (readFloats(constant)[0] ?? open) : null;
}
