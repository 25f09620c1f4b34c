import type { GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import type { Scope } from './graph';
import { overridableNames, scopesOf } from './graph';
import { constantTensor, opsetOf } from './nodes';

/** A node that reads a value, and as which of its inputs. */
export interface Use {
  readonly node: NodeProto;
  readonly input: number;
  readonly scope: Scope;
}

/** A named value in the graph that defines it, with everything that reads it from there and from graphs nested inside. */
export interface Value {
  readonly name: string;
  readonly scope: Scope;
  /** The node that makes it; null for inputs and initializers. */
  readonly producer: NodeProto | null;
  /** Its data where it is an initializer or comes from a `Constant` node. */
  readonly constant: TensorProto | null;
  /** What an input is where nobody gives it: it is no constant (see `overridableNames`). */
  readonly fallback: TensorProto | null;
  readonly uses: Use[];
  /** The graphs that return it, and as which of their outputs. */
  readonly returns: { readonly scope: Scope; readonly position: number }[];
  /** Whether a graph returns it. */
  isOutput: boolean;
}

/** All values of a model with their readers, resolved by the scoping rules: a graph sees the names of the graphs around it. */
export interface ValueIndex {
  readonly scopes: readonly Scope[];
  /** Of the standard operators. */
  readonly opset: number;
  /** The value that a name means in a graph; undefined for a name that nothing defines (an omitted input is ''). */
  find(scope: Scope, name: string): Value | undefined;
  /** The values that a graph itself defines, in order of definition. */
  valuesOf(graph: GraphProto): readonly Value[];
}

/** Reads the whole model once; the index does not follow later edits. */
export function indexValues(proto: ModelProto): ValueIndex {
  const scopes = scopesOf(proto);
  const tables = new Map<GraphProto, Map<string, Value>>();
  const overridable = overridableNames(proto);
  for (const scope of scopes) tables.set(scope.graph, define(scope, scope.parent === null ? overridable : NONE));

  const find = (scope: Scope | null, name: string): Value | undefined => {
    for (let at = scope; at; at = at.parent) {
      const value = tables.get(at.graph)?.get(name);
      if (value) return value;
    }
    return undefined;
  };
  for (const scope of scopes) {
    for (const node of scope.graph.node) {
      for (const [input, name] of node.input.entries()) find(scope, name)?.uses.push({ node, input, scope });
    }
    // A branch may return a value of the graph around it by name alone.
    for (const [position, { name }] of scope.graph.output.entries()) {
      const value = find(scope, name);
      if (!value) continue;
      value.isOutput = true;
      value.returns.push({ scope, position });
    }
  }
  return { scopes, opset: opsetOf(proto), find, valuesOf: (graph) => [...(tables.get(graph)?.values() ?? [])] };
}

const NONE: ReadonlySet<string> = new Set();

function define(scope: Scope, overridable: ReadonlySet<string>): Map<string, Value> {
  const table = new Map<string, Value>();
  const add = (name: string, producer: NodeProto | null, data: TensorProto | null): void => {
    const [constant, fallback] = data && overridable.has(name) ? [null, data] : [data, null];
    if (name !== '') table.set(name, { name, scope, producer, constant, fallback, uses: [], returns: [], isOutput: false });
  };
  for (const input of scope.graph.input) add(input.name, null, null);
  // After the inputs: before IR version 4 an initializer is listed among them.
  for (const tensor of scope.graph.initializer) add(tensor.name, null, tensor);
  for (const node of scope.graph.node) {
    for (const [position, name] of node.output.entries()) add(name, node, position === 0 ? (constantTensor(node) ?? null) : null);
  }
  return table;
}
