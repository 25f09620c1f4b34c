/** Which inputs and outputs of which nodes may be float16. */
import type { NodeProto } from 'onnx-buf';
import { isControl } from '../../onnx/body-types';
import { mayBeHalf, profileOf, slotAt } from '../../onnx/operators/type-profiles';

/** Whether an input of this node is float16 where the node computes in float16; what control flow takes, its bodies take. */
export function takesHalf(node: NodeProto, input: number, opset: number): boolean {
  return isControl(node) || mayBeHalf(slotAt(profileOf(node, opset)?.inputs ?? '', input));
}

/** Whether an output of this node is float16 where the node computes in float16. */
export function givesHalf(node: NodeProto, output: number, opset: number): boolean {
  return isControl(node) || mayBeHalf(slotAt(profileOf(node, opset)?.outputs ?? '', output));
}
