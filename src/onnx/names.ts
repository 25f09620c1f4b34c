import { cloneForEdit } from './clone';
import { scopesOf } from './graph';
import { readableText } from './text';
import type { OnnxModel } from './types';

/**
 * A copy whose nodes all have names of their own, in bodies too: a nameless node is called after its first output, as layers are, and
 * the second of a name gets "#2". onnxruntime's profile tells nodes apart by their names alone.
 */
export function nameNodes(model: OnnxModel): OnnxModel {
  const copy = cloneForEdit(model);
  const counts = new Map<string, number>();
  for (const { graph } of scopesOf(copy.proto)) {
    for (const node of graph.node) {
      const wanted = readableText(node.name || (node.output[0] ?? node.opType));
      const count = (counts.get(wanted) ?? 0) + 1;
      counts.set(wanted, count);
      node.name = count === 1 ? wanted : `${wanted}#${count}`;
    }
  }
  return copy;
}
