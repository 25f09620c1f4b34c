import type { NodeProto } from 'onnx-buf';
import { findLayers } from '../../onnx/layers';
import { readsOf } from '../../onnx/probe';
import type { OnnxModel } from '../../onnx/types';

/** Layers that may be fitted together: none of one level reads what another of it makes. Levels in the order of the graph. */
export function levelsOf(model: OnnxModel, wanted: readonly string[]): string[][] {
  const layersOf = new Map<NodeProto, string[]>();
  for (const { layer, uses } of findLayers(model).sources) {
    if (!wanted.includes(layer.id)) continue;
    for (const { node } of uses) layersOf.set(node, [...(layersOf.get(node) ?? []), layer.id]);
  }
  const depths = new Map<string, number>();
  const levels = new Map<number, string[]>();
  for (const node of model.proto.graph?.node ?? []) {
    const before = readsOf(node).reduce((most, name) => Math.max(most, depths.get(name) ?? 0), 0);
    const own = layersOf.get(node) ?? [];
    if (own.length > 0) levels.set(before, [...(levels.get(before) ?? []), ...own]);
    for (const name of node.output) depths.set(name, before + (own.length > 0 ? 1 : 0));
  }
  return [...levels].toSorted(([a], [b]) => a - b).map(([, ids]) => ids);
}

/** At most `most` groups of consecutive levels, as even as can be: each costs a pass over the samples. */
export function mergeLevels(levels: readonly string[][], most: number): string[][] {
  const count = Math.min(most, levels.length);
  return Array.from({ length: count }, (_, g) =>
    levels.slice(Math.floor((g * levels.length) / count), Math.floor(((g + 1) * levels.length) / count)).flat(),
  );
}

/** Consecutive runs of layers whose sizes add up to `most` at most; a larger one stands alone. */
export function withinSize(ids: readonly string[], sizeOf: (id: string) => number, most: number): string[][] {
  const runs: string[][] = [];
  let size = Infinity;
  for (const id of ids) {
    const own = sizeOf(id);
    if (size + own > most) {
      runs.push([]);
      size = 0;
    }
    runs.at(-1)?.push(id);
    size += own;
  }
  return runs;
}
