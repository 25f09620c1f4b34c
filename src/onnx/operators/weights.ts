/** Which inputs of which nodes are weights. */
import type { NodeProto } from 'onnx-buf';
import { operatorOf } from './table';
import type { WeightPort } from './types';

/** How a node reads this input as a weight; undefined where it does not. */
export function weightPort(node: NodeProto, input: number): WeightPort | undefined {
  const weights = operatorOf(node)?.weights;
  return typeof weights === 'function' ? weights(node, input) : weights?.[input];
}

/** Whether an operator takes weights at all. */
export function takesWeights(node: NodeProto): boolean {
  return operatorOf(node)?.weights !== undefined;
}

/** Whether the operator itself defines this input as a bias, norm or scale. */
export function isParameter(node: NodeProto, input: number): boolean {
  if (input === 0) return false;
  return operatorOf(node)?.parameters === true || (takesWeights(node) && weightPort(node, input) === undefined);
}
