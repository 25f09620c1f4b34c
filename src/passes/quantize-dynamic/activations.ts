import type { NodeProto } from 'onnx-buf';
import { insertAfter, uniqueNames } from '../../onnx/graph';
import { makeNode } from '../../onnx/nodes';
import type { OnnxModel } from '../../onnx/types';
import { indexValues, type Value } from '../../onnx/values';

/**
 * Rounds what these nodes of the main graph read as input 0 to 8 bits on its range of the moment, in place: DynamicQuantizeLinear and
 * DequantizeLinear, one pair for each value. Other readers keep the value as it was.
 */
export function roundInputs({ proto }: OnnxModel, nodes: readonly NodeProto[]): void {
  const index = indexValues(proto);
  const [main] = index.scopes;
  if (!main) return;
  const fresh = uniqueNames(proto);
  const rounded = new Map<Value, string>();
  const after = new Map<NodeProto | null, NodeProto[]>();
  for (const node of nodes) {
    const value = index.find(main, node.input[0] ?? '');
    if (!value) continue;
    let result = rounded.get(value);
    if (result === undefined) {
      const [codes, scale, zero] = [fresh('q'), fresh('q'), fresh('q')];
      result = fresh('q');
      rounded.set(value, result);
      const pair = [
        makeNode('DynamicQuantizeLinear', [value.name], [codes, scale, zero]),
        makeNode('DequantizeLinear', [codes, scale, zero], [result]),
      ];
      after.set(value.producer, [...(after.get(value.producer) ?? []), ...pair]);
    }
    node.input[0] = result;
  }
  insertAfter(main.graph, after);
}
