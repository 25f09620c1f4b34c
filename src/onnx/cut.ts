/** Where a network is cut in two, so that what comes behind can be run without what lies before. */
import type { NodeProto } from 'onnx-buf';
import { indexTypes } from './element-types';
import { neededNodes, readsOf } from './probe';
import { DataType } from './tensor';
import type { OnnxModel } from './types';
import { indexValues } from './values';

export interface CutAt {
  /** Values that an earlier cut gives. */
  readonly starts: readonly string[];
  /** Values that are computed now, from `starts`, with all that they need. */
  readonly seen: readonly string[];
  /** Values that are wanted afterwards. */
  readonly later: readonly string[];
  /** Nodes that will compute otherwise by then: nothing that depends on one may be kept. */
  readonly unsettled: ReadonlySet<NodeProto>;
}

export interface CutFound {
  /** Float32 values which, with the model's own inputs, give all that is wanted afterwards: residual paths around the cut too. */
  readonly live: readonly string[];
  /** What lies between the starts and the cut: nodes of the model that are not run again when it is kept. */
  readonly between: readonly NodeProto[];
}

/**
 * The cut as far behind as what is computed now allows. Values that depend on no input of the model, and those of another type than float32
 * or of a type that nothing tells, are never part of it: the graph behind computes them again from what they are made of.
 */
export function cutBehind({ proto }: OnnxModel, { starts, seen, later, unsettled }: CutAt): CutFound {
  const { graph } = proto;
  if (!graph) return { live: [], between: [] };
  const index = indexValues(proto);
  const types = indexTypes(index);
  const [main] = index.scopes;
  const isFloat = (name: string): boolean => {
    const value = main && index.find(main, name);
    return value !== undefined && types.typeOf(value) === DataType.FLOAT;
  };
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  /** Those that depend on inputs of the model, and whether they are what they will be. */
  const settled = new Map<string, boolean>(graph.input.flatMap(({ name }) => (constants.has(name) ? [] : [[name, true]])));
  for (const node of graph.node) {
    const reads = readsOf(node).filter((name) => settled.has(name));
    if (reads.length === 0) continue;
    const own = !unsettled.has(node) && reads.every((name) => settled.get(name) === true);
    for (const name of node.output) settled.set(name, own);
  }
  const computed = neededNodes(graph.node, seen, new Set(starts));
  const had = new Set(starts);
  for (const name of computed.flatMap((node) => node.output)) if (settled.get(name) === true && isFloat(name)) had.add(name);
  const behind = neededNodes(graph.node, later, had);
  const read = new Set(behind.flatMap(readsOf).concat(later));
  const again = new Set(behind);
  return { live: [...had].filter((name) => read.has(name)), between: computed.filter((node) => !again.has(node)) };
}
