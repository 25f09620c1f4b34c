import { operatorOf } from './operators/table';
import type { ShapeIndex } from './shapes';
import type { WeightUse } from './weights';

/**
 * Multiply-accumulates of one node with one of its weights: every weight element once for each place it is applied at. Null where a shape
 * is not known.
 */
export function macsOf(shapes: ShapeIndex, { node, scope, input, shape }: WeightUse): number | null {
  const find = (name = ''): readonly number[] | null => shapes.find(scope, name);
  return operatorOf(node)?.macs?.({ node, input, shape, inputs: node.input.map(find), output: find(node.output[0]) }) ?? null;
}
