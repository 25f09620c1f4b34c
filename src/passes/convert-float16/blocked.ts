import type { GraphProto, NodeProto } from 'onnx-buf';
import { isControl } from '../../onnx/body-types';
import type { ElementTypes } from '../../onnx/element-types';
import type { Scope } from '../../onnx/graph';
import { isOnnx, subgraphsOf } from '../../onnx/nodes';
import { operatorOf } from '../../onnx/operators/table';
import { DataType } from '../../onnx/tensor';
import { profileOf } from '../../onnx/operators/type-profiles';
import type { Skipped } from '../../onnx/types';
import type { Value, ValueIndex } from '../../onnx/values';
import { createOrigins } from './origins';
import { givesHalf, takesHalf } from './slots';

function lacksHalf(node: NodeProto): boolean {
  return operatorOf(node)?.lacksHalf?.(node) === true;
}

export interface Wishes {
  /** Op types that go on computing in float32. */
  readonly blockOps: ReadonlySet<string>;
  /** Names of weights with values beyond float16: what multiplies with them computes in float32. */
  readonly wide: ReadonlySet<string>;
}

export interface Blocked {
  readonly nodes: ReadonlySet<NodeProto>;
  /** What stays in float32 although nobody asked for that. */
  readonly skipped: readonly Skipped[];
}

/**
 * The nodes that go on computing in float32: asked-for op types, operators without a float16 form, foreign domains, what makes or reads
 * values whose type nothing tells, arithmetic on shapes, where float16 cannot even count beyond 2048, and on constants (decoding packed
 * weights), which runtimes fold at load in float32 only. Control flow is never among them: its bodies are converted.
 */
export function blockedNodes(index: ValueIndex, types: ElementTypes, wishes: Wishes): Blocked {
  const { opset } = index;
  const originOf = createOrigins(index);
  const nodes = new Set<NodeProto>();
  const skipped: Skipped[] = [];
  const unknown = unknownValues(index, types);
  const inside = opaqueBodies(index);
  const foreign = new Set<string>();
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      // Constants follow their readers.
      if (isControl(node) || (node.opType === 'Constant' && isOnnx(node.domain))) continue;
      const output = index.find(scope, node.output[0] ?? '');
      const isForeign = !isConverted(node) || profileOf(node, opset) === undefined;
      if (isForeign && hasFloats(index, types, scope, node)) foreign.add(`${node.domain || 'ai.onnx'} ${node.opType}`);
      const made = output !== undefined && originOf(output) !== null;
      if (
        isForeign ||
        inside.has(scope.graph) ||
        subgraphsOf(node).length > 0 ||
        lacksHalf(node) ||
        wishes.blockOps.has(node.opType) ||
        made ||
        unknown.nodes.has(node)
      )
        nodes.add(node);
    }
  }
  unblockWidening(index, nodes);
  blockWide(index, originOf, nodes, wishes.wide);
  for (const name of foreign)
    skipped.push({
      layer: name.split(' ')[1] ?? name,
      reason: `It is of domain ${name.split(' ')[0] ?? ''} and has no float16 form that is known here: it computes in float32.`,
    });
  for (const value of unknown.values)
    skipped.push({
      layer: value.name,
      reason: 'The graph does not tell the type of this value: what makes it and what reads it stays in float32.',
    });
  return { nodes, skipped };
}

/** Of the operators outside the standard set only the one that this program writes. */
function isConverted({ domain, opType }: NodeProto): boolean {
  return isOnnx(domain) || (domain === 'com.microsoft' && opType === 'MatMulNBits');
}

/** A weight stored in float16 and widened at load is read in float16 where it can be: without this it would go there and back. */
function unblockWidening(index: ValueIndex, blocked: Set<NodeProto>): void {
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      const output = index.find(scope, node.output[0] ?? '');
      const widens =
        node.opType === 'Cast' && isOnnx(node.domain) && index.find(scope, node.input[0] ?? '')?.constant?.dataType === DataType.FLOAT16;
      if (widens && output && !output.uses.some((use) => blocked.has(use.node))) blocked.delete(node);
    }
  }
}

/** Blocks what computes with a weight that float16 cannot hold, behind the nodes that only decode it. */
function blockWide(index: ValueIndex, originOf: (value: Value) => unknown, blocked: Set<NodeProto>, wide: ReadonlySet<string>): void {
  const reached = index.scopes.flatMap((scope) => index.valuesOf(scope.graph).filter((value) => wide.has(value.name)));
  const seen = new Set(reached);
  for (const value of reached) {
    for (const { node, scope } of value.uses) {
      if (isControl(node)) continue;
      blocked.add(node);
      const made = index.find(scope, node.output[0] ?? '');
      if (!made || seen.has(made) || originOf(made) !== 'constant') continue;
      seen.add(made);
      reached.push(made);
    }
  }
}

/** Values of unknown type that a node could have in float16, one for each class of them, and the nodes that they touch. */
function unknownValues(index: ValueIndex, types: ElementTypes): { nodes: ReadonlySet<NodeProto>; values: readonly Value[] } {
  const { opset } = index;
  const nodes = new Set<NodeProto>();
  const values = new Map<object, Value>();
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      if (isControl(node)) continue;
      const note = (name: string, may: boolean): void => {
        const value = may && name !== '' ? index.find(scope, name) : undefined;
        if (!value || types.isWrapped(value) || types.typeOf(value) !== null) return;
        nodes.add(node);
        if (!values.has(types.classOf(value))) values.set(types.classOf(value), value);
      };
      for (const [at, name] of node.input.entries()) note(name, takesHalf(node, at, opset));
      for (const [at, name] of node.output.entries()) note(name, givesHalf(node, at, opset));
    }
  }
  return { nodes, values: [...values.values()] };
}

/** Graphs inside nodes that hand them values in ways of their own (SequenceMap, foreign operators), and all inside those. */
export function opaqueBodies(index: ValueIndex): ReadonlySet<GraphProto> {
  const opaque = new Set<GraphProto>();
  // Outer graphs come before inner ones.
  for (const { graph } of index.scopes) {
    for (const node of graph.node) for (const body of subgraphsOf(node)) if (opaque.has(graph) || !isControl(node)) opaque.add(body);
  }
  return opaque;
}

function hasFloats(index: ValueIndex, types: ElementTypes, scope: Scope, node: NodeProto): boolean {
  return [...node.input, ...node.output].some((name) => {
    const value = index.find(scope, name);
    return value !== undefined && types.typeOf(value) === DataType.FLOAT;
  });
}
