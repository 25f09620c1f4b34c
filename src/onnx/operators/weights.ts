/** Which inputs of which nodes are weights and other parameters, and what layers of them are like. */
import type { NodeProto } from 'onnx-buf';
import { findAttribute } from '../nodes';
import type { Geometry } from './geometry';
import { operatorOf } from './table';
import type { ParameterPort, Product, Shape, WeightPort } from './types';

/** How a node reads this input as a weight; undefined where it does not. */
export function weightPort(node: NodeProto, input: number): WeightPort | undefined {
  const weights = operatorOf(node)?.weights;
  return typeof weights === 'function' ? weights(node, input) : weights?.[input];
}

/** Whether an operator takes weights at all. */
export function takesWeights(node: NodeProto): boolean {
  return operatorOf(node)?.weights !== undefined;
}

/** How a node reads this input as another parameter than a weight; null where it does not. @param shape as the node sees it. */
export function parameterPort(node: NodeProto, input: number, shape: Shape): ParameterPort | null {
  const parameters = operatorOf(node)?.parameters;
  return (typeof parameters === 'function' ? parameters(node, input, shape) : parameters?.[input]) ?? null;
}

/**
 * Whether an operator that is no elementwise one reads this input as a bias, a norm or the like: nobody looks for a weight there, however
 * large it is.
 */
export function isUnremarked(node: NodeProto, input: number): boolean {
  const operator = operatorOf(node);
  if (input === 0 || operator === undefined || weightPort(node, input) !== undefined) return false;
  return (
    operator.unremarked === true || operator.weights !== undefined || (operator.parameters !== undefined && operator.channels !== 'aligned')
  );
}

/** Where the channels of this weight lie, or in words why the node's inputs are not seen as columns that it multiplies. */
export function geometryOf(node: NodeProto, input: number, shape: Shape): Geometry | string {
  return weightPort(node, input)?.geometry?.(shape, node) ?? `${node.opType} multiplies nothing with its weights`;
}

/** What makes a layer of a node that multiplies with a weight and adds a bias; undefined for others. */
export function productOf(node: Pick<NodeProto, 'domain' | 'opType'>): Product | undefined {
  return operatorOf(node)?.product;
}

/** What a node multiplies its product and its bias by: 1 unless attributes say otherwise. */
export function factorsOf(node: NodeProto): { readonly product: number; readonly bias: number } {
  const names = productOf(node)?.factors;
  const factor = (name: string | undefined): number => (name === undefined ? 1 : (findAttribute(node, name)?.f ?? 1));
  return { product: factor(names?.product), bias: factor(names?.bias) };
}
