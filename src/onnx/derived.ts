import type { GraphProto, NodeProto } from 'onnx-buf';
import type { Scope } from './graph';
import { isOnnx, subgraphsOf } from './nodes';
import { operatorOf } from './operators/table';
import { weightPort } from './operators/weights';
import type { Value, ValueIndex } from './values';

/**
 * The values that are the same in every run: constants, and what nodes make of nothing but such values (each branch of an If by itself).
 */
export function derivedValues(index: ValueIndex): ReadonlySet<Value> {
  const derived = new Set<Value>();
  const scopeOf = new Map<GraphProto, Scope>(index.scopes.map((scope) => [scope.graph, scope]));
  const isDerived = (scope: Scope, name: string): boolean => {
    const value = index.find(scope, name);
    return value !== undefined && derived.has(value);
  };
  const visit = (scope: Scope): void => {
    for (const value of index.valuesOf(scope.graph)) if (value.constant) derived.add(value);
    for (const node of scope.graph.node) {
      const bodies = subgraphsOf(node).flatMap((graph) => scopeOf.get(graph) ?? []);
      for (const body of bodies) visit(body);
      const add = (name: string | undefined): void => {
        const made = index.find(scope, name ?? '');
        if (made) derived.add(made);
      };
      if (operatorOf(node)?.control === 'branches') {
        for (const [at, name] of node.output.entries())
          if (bodies.length > 0 && bodies.every((body) => isDerived(body, body.graph.output[at]?.name ?? ''))) add(name);
      } else if (isPlain(node) && bodies.length === 0 && node.input.every((name) => name === '' || isDerived(scope, name))) {
        for (const name of node.output) add(name);
      }
    }
  };
  const [main] = index.scopes;
  if (main) visit(main);
  return derived;
}

/** Whether a node's outputs follow from its inputs alone, and it has any (or is a constant of whatever form). */
function isPlain(node: NodeProto): boolean {
  return node.input.length > 0 ? operatorOf(node)?.random !== true : node.opType === 'Constant' && isOnnx(node.domain);
}

/**
 * For values that are the same in every run: the node that reads them as its weight, if need be after others have computed with them.
 * Each value is looked at once.
 */
export function weightReaders(index: ValueIndex, derived: ReadonlySet<Value>): ReadonlyMap<Value, NodeProto> {
  const found = new Map<Value, NodeProto>();
  for (const scope of index.scopes.toReversed()) {
    for (const node of scope.graph.node.toReversed()) {
      for (const name of node.output) {
        const value = index.find(scope, name);
        if (!value || !derived.has(value)) continue;
        const reader = readerOf(index, found, value);
        if (reader) found.set(value, reader);
      }
    }
  }
  return found;
}

function readerOf(index: ValueIndex, found: ReadonlyMap<Value, NodeProto>, { uses }: Value): NodeProto | undefined {
  for (const { node, input, scope } of uses) {
    if (weightPort(node, input)) return node;
    for (const name of node.output) {
      const made = index.find(scope, name);
      const further = made && found.get(made);
      if (further) return further;
    }
  }
  return undefined;
}
