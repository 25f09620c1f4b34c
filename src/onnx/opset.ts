import { scopesOf } from './graph';
import { isOnnx, opsetOf } from './nodes';
import { operatorOf } from './operators/table';
import { profileOf } from './operators/type-profiles';
import type { OnnxModel } from './types';

/** Below this the operator sets differ in too many ways. */
const OLDEST = 7;

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
  const nodes = scopesOf(proto)
    .flatMap(({ graph }) => graph.node)
    .filter((node) => isOnnx(node.domain));
  // An operator that the standard does not have belongs to a runtime, which says what becomes of it.
  const blockers = new Set(nodes.filter((node) => profileOf(node, present) === undefined).map((node) => node.opType));
  for (let version = present + 1; version <= opset; version++) {
    for (const node of nodes) if (operatorOf(node)?.changed?.[version]?.(node)) blockers.add(node.opType);
  }
  return [...blockers];
}

/** Declares the later operator set and renames what goes by another name there; ask `opsetBlockers` first. The model is edited in place. */
export function raiseOpset({ proto }: OnnxModel, opset: number): void {
  if (opsetOf(proto) >= opset) return;
  for (const node of scopesOf(proto).flatMap(({ graph }) => graph.node)) {
    const renamed = operatorOf(node)?.renamed;
    if (renamed && opset >= renamed.since) node.opType = renamed.name;
  }
  for (const entry of proto.opsetImport) if (isOnnx(entry.domain) && entry.version < BigInt(opset)) entry.version = BigInt(opset);
}
