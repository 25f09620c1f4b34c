import type { NodeProto } from 'onnx-buf';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { intAttribute } from '../../onnx/nodes';
import type { OnnxModel, Skipped, WeightType } from '../../onnx/types';
import { indexValues, type ValueIndex } from '../../onnx/values';
import type { Scope } from '../../onnx/graph';
import type { ChannelValue } from '../channel-statistics';
import { readBias, type LayerBias } from '../layer-bias';

/** A node whose weight was changed, its bias, and its output before an added bias or after its own. */
export interface Target {
  readonly layerId: string;
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly bias: LayerBias;
  readonly output: ChannelValue;
  /** Axes behind the channels. */
  readonly positions: readonly number[];
  readonly type: WeightType;
}

const OPS: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** The nodes that read these layers, in the order in which they are computed; layers whose bias cannot be corrected with the reason. */
export function findTargets(model: OnnxModel, layerIds: ReadonlySet<string>): { targets: Target[]; skipped: Skipped[] } {
  const index = indexValues(model.proto);
  const skipped: Skipped[] = [];
  const targets: Target[] = [];
  for (const source of findLayers(model).sources.filter((s) => layerIds.has(s.layer.id))) {
    const found = targetsOf(index, source);
    if (typeof found === 'string') skipped.push({ layer: source.layer.id, reason: found });
    else targets.push(...found);
  }
  const order = new Map(model.proto.graph?.node.map((node, at) => [node, at]));
  return { targets: targets.toSorted((a, b) => (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0)), skipped };
}

/** A shared weight has as many biases as readers; all of them can be corrected, or none. */
function targetsOf(index: ValueIndex, { layer, uses }: LayerSource): Target[] | string {
  if (!OPS.has(layer.op)) return `${layer.op} has no bias that could be corrected.`;
  if (layer.inSubgraph || uses.some((use) => use.scope.parent !== null)) return 'It is inside a branch or loop, whose outputs cannot be observed.';
  const targets: Target[] = [];
  for (const { node, input, view, scope, shape } of uses) {
    if (input !== 1) return 'Its weight is the left factor of a product, whose channels are rows.';
    const channels = view.channels * (node.opType === 'ConvTranspose' ? intAttribute(node, 'group', 1) : 1);
    const bias = readBias(index, scope, node, channels);
    if (typeof bias === 'string') return bias;
    const layout = node.opType === 'Conv' || node.opType === 'ConvTranspose' ? 'planes' : 'columns';
    targets.push({ layerId: layer.id, node, scope, bias, output: { name: node.output[0] ?? '', channels, layout }, positions: layout === 'planes' ? shape.slice(2) : [], type: layer.type });
  }
  return targets;
}
