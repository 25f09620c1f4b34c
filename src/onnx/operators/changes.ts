import type { NodeProto } from 'onnx-buf';
import { findAttribute } from '../nodes';
import type { Operator } from './types';

/**
 * Every node is affected by these operator sets: attributes became inputs, defaults changed their meaning, or the operator was withdrawn.
 */
export function changedBy(...sets: readonly number[]): NonNullable<Operator['changed']> {
  return Object.fromEntries(sets.map((set) => [set, () => true]));
}

/** For records: a change of opsets that concerns only nodes which give this attribute. */
export function withAttribute(name: string): (node: NodeProto) => boolean {
  return (node) => findAttribute(node, name) !== undefined;
}
