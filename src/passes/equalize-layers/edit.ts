import type { NodeProto } from 'onnx-buf';
import { addInitializer, uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import { encodeFloats, FLOAT_TYPES, makeTensor } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import type { UpperClip } from './types';

/**
 * Gives a Clip an upper bound for each channel: Clip itself takes scalars only, so it becomes Relu, which runtimes merge into the layer
 * before, and Min. Returns the names of the bounds it read.
 */
export function writeClip({ proto }: OnnxModel, { node, scope, dims, type }: UpperClip, bounds: Float64Array): string[] {
  const names = uniqueNames(proto);
  const tensor = makeTensor(names('ceiling'), FLOAT_TYPES[type], dims, encodeFloats(type, Float32Array.from(bounds)));
  addInitializer(proto, scope.graph, tensor);
  const old = node.input.slice(1);
  const [output = ''] = node.output;
  const rectified = names('rectified');
  Object.assign(node, { opType: 'Relu', input: node.input.slice(0, 1), output: [rectified], attribute: [] } satisfies Partial<NodeProto>);
  scope.graph.node.splice(scope.graph.node.indexOf(node) + 1, 0, makeNode('Min', [rectified, tensor.name], [output]));
  return old;
}
