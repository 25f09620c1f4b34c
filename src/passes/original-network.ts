import { cloneForEdit } from '../onnx/clone';
import { findParameters } from '../onnx/parameters';
import { putFloats } from '../onnx/tensor';
import type { EditableModel } from '../onnx/types';
import { readWeights } from './read-weights';
import type { PassContext } from './types';

/** A copy of the graph whose biases, norms and slopes are what they were before the weight passes; weights are probes' inputs anyway. */
export async function originalNetwork(context: Pick<PassContext, 'compute' | 'weights' | 'model'>): Promise<EditableModel> {
  const copy = cloneForEdit(context.model);
  for (const { parameter, value } of findParameters(copy)) {
    if (parameter.role === 'weight' || value.constant === null || !context.weights.isChanged(parameter.id)) continue;
    putFloats(value.constant, await readWeights(context, parameter.id, 'original'));
  }
  return copy;
}
