import type { GraphProto, TensorProto, ValueInfoProto } from 'onnx-buf';
import { cloneForEdit } from './clone';
import type { Scope } from './graph';
import { valueInfo } from './graph';
import { subgraphsOf } from './nodes';
import { operatorOf } from './operators/table';
import { DataType, readInts, shapeOf, sizeOf, typeName } from './tensor';
import { isPlainName } from './text';
import type { OnnxModel } from './types';
import type { Value, ValueIndex } from './values';
import { indexValues } from './values';

/** Shapes of one inference with batch 1: dimensions that the file leaves open count as 1. */
export interface ShapeIndex {
  /** Null where neither the file nor inference tells. */
  find(scope: Scope, name: string): readonly number[] | null;
}

interface Declared {
  readonly shape: readonly number[];
  /** Whether the file gives every dimension as a number. */
  readonly fixed: boolean;
}

/**
 * Shapes of all values: as declared where the file gives numbers, else inferred node by node, else as declared with open
 * dimensions taken as 1.
 */
export function indexShapes(index: ValueIndex): ShapeIndex {
  const shapes = new Map<Value, readonly number[]>();
  const numbers = new Map<Value, readonly number[]>();
  const find = (scope: Scope, name: string): readonly number[] | null => {
    const value = index.find(scope, name);
    return (value && shapes.get(value)) ?? null;
  };
  const findNumbers = (scope: Scope, name: string): readonly number[] | null => {
    const value = index.find(scope, name);
    if (!value) return null;
    return numbers.get(value) ?? (value.constant ? constantIntegers(value.constant) : null);
  };
  const scopeOf = new Map<GraphProto, Scope>(index.scopes.map((scope) => [scope.graph, scope]));

  const visit = (scope: Scope): void => {
    const { graph } = scope;
    const declared = declaredShapes(graph);
    for (const value of index.valuesOf(graph)) {
      const known = value.constant ? shapeOf(value.constant) : declared.get(value.name);
      if (known && 'fixed' in known) {
        if (known.fixed || !value.producer) shapes.set(value, known.shape);
      } else if (known) shapes.set(value, known);
    }
    for (const node of graph.node) {
      const branches = subgraphsOf(node).flatMap((inner) => scopeOf.get(inner) ?? []);
      for (const branch of branches) visit(branch);
      const known = {
        node,
        shapes: node.input.map((name) => find(scope, name)),
        numbers: node.input.map((name) => findNumbers(scope, name)),
        branches: branches.map((branch) => branch.graph.output.map((output) => find(branch, output.name))),
      };
      const operator = operatorOf(node);
      const inferred = operator?.shape?.(known) ?? [];
      for (const [position, name] of node.output.entries()) {
        const value = index.find(scope, name);
        if (!value) continue;
        const shape = shapes.get(value) ?? inferred[position] ?? declared.get(name)?.shape;
        if (shape) shapes.set(value, shape);
      }
      const made = index.find(scope, node.output[0] ?? '');
      const result = made && operator?.integers?.(known);
      if (made && result) numbers.set(made, result);
    }
  };
  const [main] = index.scopes;
  if (main) visit(main);
  return { find };
}

/** Shape arithmetic is short; anything longer is data. */
const MAX_ELEMENTS = 64;

/** Values of a small int32 or int64 constant; null for others. */
function constantIntegers(tensor: TensorProto): readonly number[] | null {
  const whole = tensor.dataType === DataType.INT64 || tensor.dataType === DataType.INT32;
  return whole && sizeOf(tensor.dims) <= MAX_ELEMENTS ? readInts(tensor) : null;
}

function declaredShapes(graph: GraphProto): Map<string, Declared> {
  const table = new Map<string, Declared>();
  for (const value of [...graph.valueInfo, ...graph.output, ...graph.input]) {
    const dims = dimsOf(value);
    if (dims) {
      const fixed = dims.every((dim) => typeof dim === 'number' && dim > 0);
      table.set(value.name, { shape: dims.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : 1)), fixed });
    }
  }
  return table;
}

/** Declared dimensions: numbers, names of open ones ('?' without a name); null where the file gives no shape. */
export function dimsOf(value: ValueInfoProto): (number | string)[] | null {
  const type = value.type?.value;
  if (type?.case !== 'tensorType' || !type.value.shape) return null;
  return type.value.shape.dim.map(({ value: dim }) => {
    if (dim.case === 'dimValue') return Number(dim.value);
    return dim.case === 'dimParam' && dim.value !== '' ? dim.value : '?';
  });
}

/** Declared element type in words: "float32"; "sequence" and the like for values that are no tensors. */
export function typeOf(value: ValueInfoProto): string {
  const type = value.type?.value;
  return type?.case === 'tensorType' ? typeName(type.value.elemType) : (type?.case?.replace('Type', '') ?? 'unknown');
}

/**
 * A copy that also returns the named values of the main graph, so that one run tells their shapes and contents. They are given
 * by name only; the runtime infers their types. Names the main graph does not make, or returns already, are left out.
 */
export function exposeIntermediates(model: OnnxModel, names: readonly string[]): OnnxModel {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) return copy;
  const made = new Set(graph.node.flatMap((node) => node.output));
  const returned = new Set(graph.output.map((output) => output.name));
  for (const name of new Set(names)) {
    if (made.has(name) && !returned.has(name)) graph.output.push(valueInfo(name, DataType.UNDEFINED, null));
  }
  for (const output of graph.output) if (!returned.has(output.name)) delete output.type;
  return copy;
}

/**
 * Names of everything the main graph's nodes make, for `exposeIntermediates`. Outputs of constants are left out, and names that a runtime
 * cannot be asked for.
 */
export function intermediateNames(model: OnnxModel): string[] {
  const index = indexValues(model.proto);
  const [main] = index.scopes;
  if (!main) return [];
  return index
    .valuesOf(main.graph)
    .flatMap((value) => (value.producer && !value.constant && value.uses.length > 0 && isPlainName(value.name) ? [value.name] : []));
}

/**
 * A copy that declares the shapes that a run has shown, for counting MACs. They are those of that run's input: do not save it.
 * @param seen Element type as onnxruntime names it ("float32") and shape, by value name of the main graph.
 */
export function addShapes(
  model: OnnxModel,
  seen: ReadonlyMap<string, { readonly type: string; readonly shape: readonly number[] }>,
): OnnxModel {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) return copy;
  graph.valueInfo = graph.valueInfo.filter((value) => !seen.has(value.name));
  const returned = new Map(graph.output.map((output) => [output.name, output]));
  for (const [name, { type, shape }] of seen) {
    const declared = valueInfo(name, elementType(type), shape);
    const output = returned.get(name);
    if (output) Object.assign(output, declared);
    else graph.valueInfo.push(declared);
  }
  return copy;
}

function elementType(name: string): number {
  // A TypeScript enum also maps its numbers back to names.
  return Object.values(DataType).find((type) => typeof type === 'number' && typeName(type) === name) ?? DataType.UNDEFINED;
}
