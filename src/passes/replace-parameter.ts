import type { NodeProto } from 'onnx-buf';
import { addInitializer, uniqueNames, type Scope } from '../onnx/graph';
import { encodeFloats, FLOAT_TYPES, makeTensor } from '../onnx/tensor';
import type { WeightType } from '../onnx/types';
import type { PassContext } from './types';

/** What a pass needs to edit a graph and its parameters. */
export type Edited = Pick<PassContext, 'model' | 'weights'>;

/** A parameter where one node reads it. */
export interface ReadParameter {
  readonly node: NodeProto;
  /** Which of the node's inputs. */
  readonly input: number;
  /** What it is there, in the tensor's order. */
  readonly values: ArrayLike<number>;
  /** Of the tensor that takes its place. */
  readonly dims: readonly number[];
  readonly type: WeightType;
}

/**
 * Gives a node a parameter of its own with these values: the one that it reads may serve other nodes too.
 * @param prefix of its name. @returns the names of constants that this node reads no more.
 */
export function replaceParameter(
  { model: { proto }, weights }: Edited,
  { graph }: Pick<Scope, 'graph'>,
  { node, input, values: before, dims, type }: ReadParameter,
  prefix: string,
  values: ArrayLike<number>,
): string[] {
  const old = node.input[input] ?? '';
  const tensor = makeTensor(uniqueNames(proto)(prefix), FLOAT_TYPES[type], dims, encodeFloats(type, Float32Array.from(before)));
  addInitializer(proto, graph, tensor);
  node.input[input] = tensor.name;
  weights.add(tensor, old);
  weights.set(tensor.name, values);
  return old === '' ? [] : [old];
}
