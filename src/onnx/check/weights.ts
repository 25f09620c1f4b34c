import type { NodeProto, TensorProto } from 'onnx-buf';
import { operatorOf } from '../operators/table';
import { shapeOf } from '../tensor';
import { badModel, nodeLabel, quoted } from './problem';
import { shapeText } from './tensors';

/** The constant that a node reads as an input; undefined for values that are computed or left out. */
type Constants = (input: number) => TensorProto | undefined;

/**
 * Checks that the constants which a node reads as its weights have shapes that its operator can take.
 * @throws WhittleError 'bad-model' naming the tensor and the node.
 */
export function checkWeights(node: NodeProto, constant: Constants): void {
  for (const input of node.input.keys()) {
    const tensor = constant(input);
    if (tensor) checkWeight(node, input, shapeOf(tensor), constant);
  }
}

/** As `checkWeights`, for one input whose shape is known, also where the constant was reshaped on the way. */
export function checkWeight(node: NodeProto, input: number, shape: readonly number[], constant: Constants = () => undefined): void {
  const problem = operatorOf(node)?.misfit?.(shape, input, node, constant) ?? null;
  if (problem) throw badModel(`Tensor ${quoted(node.input[input] ?? '')} ${shapeText(shape)} does not fit ${nodeLabel(node)}: ${problem}.`);
}
