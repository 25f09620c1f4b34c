import { own } from '../base/own';
import type { NodeProto } from 'onnx-buf';
import { scopesOf } from './graph';
import { findAttribute, isOnnx, opsetOf } from './nodes';
import { profileOf } from './type-profiles';
import type { OnnxModel } from './types';

/** Below this the operator sets differ in too many ways. */
const OLDEST = 7;

type Affects = (node: NodeProto) => boolean;
const always: Affects = () => true;
const withAttribute =
  (name: string): Affects =>
  (node) =>
    findAttribute(node, name) !== undefined;

/**
 * Operators whose nodes cannot stay as they are when a model moves on to an operator set, by the set that changed them (ONNX operator
 * changelog, sets 8 to 13): attributes became inputs, defaults changed their meaning, or the operator was withdrawn. Other changes only
 * admit more types.
 */
const CHANGES: Readonly<Record<number, Readonly<Record<string, Affects>>>> = {
  8: { Scan: always },
  9: { BatchNormalization: withAttribute('spatial'), Scan: always, Upsample: always },
  10: { Slice: always, TopK: always, Resize: always, Upsample: always },
  11: { Clip: always, Pad: always, Resize: always, TopK: always, Scan: always },
  12: { Dropout: always },
  13: { Softmax: always, LogSoftmax: always, Hardmax: always, Squeeze: always, Unsqueeze: always, ReduceSum: always, Split: always, Resize: always },
};

/** Withdrawn operators that go on in the same form under another name. */
const RENAMED: Readonly<Record<string, { readonly since: number; readonly name: string }>> = { Scatter: { since: 11, name: 'ScatterElements' } };

/**
 * The operators (of the main graph and of bodies) that keep a model from being moved to a later operator set by its number alone. Empty:
 * `raiseOpset` leaves every output as it was.
 * @param opset at most 13.
 */
export function opsetBlockers({ proto }: OnnxModel, opset: number): string[] {
  const present = opsetOf(proto);
  if (present >= opset) return [];
  if (present < OLDEST) return [`opset ${present}`];
  if (proto.functions.length > 0) return ['functions of its own'];
  const nodes = scopesOf(proto).flatMap(({ graph }) => graph.node).filter((node) => isOnnx(node.domain));
  // An operator that the standard does not have belongs to a runtime, which says what becomes of it.
  const blockers = new Set(nodes.filter((node) => profileOf(node, present) === undefined).map((node) => node.opType));
  for (let version = present + 1; version <= opset; version++) {
    for (const node of nodes) if (own(CHANGES[version], node.opType)?.(node)) blockers.add(node.opType);
  }
  return [...blockers];
}

/** Declares the later operator set and renames what goes by another name there; ask `opsetBlockers` first. The model is edited in place. */
export function raiseOpset({ proto }: OnnxModel, opset: number): void {
  if (opsetOf(proto) >= opset) return;
  for (const node of scopesOf(proto).flatMap(({ graph }) => graph.node)) {
    const renamed = isOnnx(node.domain) ? own(RENAMED, node.opType) : undefined;
    if (renamed && opset >= renamed.since) node.opType = renamed.name;
  }
  for (const entry of proto.opsetImport) if (isOnnx(entry.domain) && entry.version < BigInt(opset)) entry.version = BigInt(opset);
}
