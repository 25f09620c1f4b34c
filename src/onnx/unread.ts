import type { ModelProto } from 'onnx-buf';
import { removeConstant } from './graph';
import { indexValues } from './values';

/** Takes out those of the named constants that nothing reads any more, in the graphs that define them. */
export function removeUnread(proto: ModelProto, names: readonly string[]): void {
  if (names.length === 0) return;
  const index = indexValues(proto);
  const wanted = new Set(names);
  for (const scope of index.scopes) {
    for (const value of index.valuesOf(scope.graph)) {
      if (wanted.has(value.name) && value.constant !== null && value.uses.length === 0 && !value.isOutput)
        removeConstant(scope.graph, value.name);
    }
  }
}
