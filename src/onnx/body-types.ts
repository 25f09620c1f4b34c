import type { NodeProto } from 'onnx-buf';
import type { Scope } from './graph';
import { intAttribute, subgraphsOf } from './nodes';
import { operatorOf } from './operators/table';
import type { Value, ValueIndex } from './values';

/** Whether a node's bodies are part of the network as If, Loop and Scan define it, so that what goes in and out is known. */
export function isControl(node: NodeProto): boolean {
  return operatorOf(node)?.control !== undefined;
}

/**
 * Reports each pair of values that must have one type because control flow hands one on as the other: inputs and outputs of If, Loop and
 * Scan with those of their bodies (ONNX operator specification).
 */
export function linkBodies(index: ValueIndex, join: (a: Value | undefined, b: Value | undefined) => void): void {
  const scopeOf = new Map(index.scopes.map((scope) => [scope.graph, scope]));
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      if (!isControl(node)) continue;
      for (const body of subgraphsOf(node)) {
        const inner = scopeOf.get(body);
        if (inner) linkBody(index, scope, node, inner, join);
      }
    }
  }
}

function linkBody(
  index: ValueIndex,
  scope: Scope,
  node: NodeProto,
  inner: Scope,
  join: (a: Value | undefined, b: Value | undefined) => void,
): void {
  const value = (at: Scope, name: string | undefined): Value | undefined => (name ? index.find(at, name) : undefined);
  const input = (at: number): Value | undefined => value(inner, inner.graph.input[at]?.name);
  const result = (at: number): Value | undefined => value(inner, inner.graph.output[at]?.name);
  const output = (at: number): Value | undefined => value(scope, node.output[at]);
  // A Loop hands its trip count and condition in first and takes a condition out; a Scan of operator set 8 begins with lengths.
  const control = operatorOf(node)?.control;
  const isLoop = control === 'loop';
  const scans = intAttribute(node, 'num_scan_inputs', 0);
  const ahead = isLoop ? 0 : control === 'scan' ? Math.max(0, node.input.length - inner.graph.input.length) : node.input.length;
  const resultsAhead = isLoop ? 1 : 0;
  const states = isLoop ? node.input.length - 2 : inner.graph.input.length - scans;
  for (let at = ahead; at < node.input.length; at++) join(value(scope, node.input[at]), input(at - ahead));
  for (let at = 0; at < node.output.length; at++) join(output(at), result(at + resultsAhead));
  if (control === 'branches') return;
  for (let at = 0; at < states; at++) join(input(isLoop ? at + 2 : at), output(at));
  for (let at = 0; at < states; at++) join(input(isLoop ? at + 2 : at), result(at + resultsAhead));
}
