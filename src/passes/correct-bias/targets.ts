import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../../onnx/graph';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { outputsOf } from '../../onnx/operators/geometry';
import { operatorOf } from '../../onnx/operators/table';
import { geometryOf, productOf } from '../../onnx/operators/weights';
import type { OnnxModel, Skipped, WeightType } from '../../onnx/types';
import { indexValues, type ValueIndex } from '../../onnx/values';
import { firstPassed } from '../../onnx/weights';
import type { ChannelValue } from '../channel-statistics';
import { clipBounds } from '../clip-bounds';
import { floatConstant, readBias, type LayerBias } from '../layer-bias';

/** A node whose weight was changed, its bias, and the value whose means the bias moves. */
export interface Target {
  readonly layerId: string;
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly bias: LayerBias;
  /** Of the weight, as the node reads it. */
  readonly shape: readonly number[];
  /** The node's output, after constants added to it. */
  readonly output: ChannelValue;
  /** What clips that output from below, where nothing else reads it: Relu, Clip from 0, or Relu and Min. Empty: nothing. */
  readonly activation: readonly NodeProto[];
  /** Axes behind the channels. */
  readonly positions: readonly number[];
  readonly type: WeightType;
}

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
  const product = uses[0] && productOf(uses[0].node);
  if (!product) return `${layer.op} has no bias that could be corrected.`;
  if (layer.inSubgraph || uses.some((use) => use.scope.parent !== null))
    return 'It is inside a branch or loop, whose outputs cannot be observed.';
  const targets: Target[] = [];
  for (const use of uses) {
    const { node, input, view, scope, shape } = use;
    if (!use.inOrder) return `Its weight passes through ${firstPassed(use)} first.`;
    if (shape.length < 2) return 'Its weight is a vector, which gives no channels.';
    if (input !== 1) return 'Its weight is the left factor of a product, whose channels are rows.';
    const geometry = geometryOf(node, input, shape);
    const channels = typeof geometry === 'string' ? view.channels : outputsOf(geometry);
    const bias = readBias(index, scope, node, channels);
    if (typeof bias === 'string') return bias;
    const { layout } = productOf(node) ?? product;
    const name = afterConstants(index, scope, node.output[0] ?? '');
    targets.push({
      layerId: layer.id,
      node,
      scope,
      bias,
      shape,
      output: { name, channels, layout },
      activation: activationOf(index, scope, name),
      positions: layout === 'planes' ? shape.slice(2) : [],
      type: bias.type,
    });
  }
  return targets;
}

/** The only node that reads a value, as its first input unless the order does not matter; undefined where there is none such. */
function onlyReader(index: ValueIndex, scope: Scope, name: string): NodeProto | undefined {
  const value = index.find(scope, name);
  const [use] = value?.uses ?? [];
  if (!value || !use || value.uses.length > 1 || value.isOutput || use.scope.graph !== scope.graph) return undefined;
  return use.input === 0 || operatorOf(use.node)?.commutative === true ? use.node : undefined;
}

function afterConstants(index: ValueIndex, scope: Scope, name: string): string {
  const reader = onlyReader(index, scope, name);
  if (!reader || operatorOf(reader)?.adds !== true || !reader.input.some((other) => floatConstant(index, scope, other))) return name;
  return afterConstants(index, scope, reader.output[0] ?? '');
}

function activationOf(index: ValueIndex, scope: Scope, name: string): NodeProto[] {
  const reader = onlyReader(index, scope, name);
  if (!reader || clipBounds(index, scope, reader)?.min !== 0) return [];
  if (operatorOf(reader)?.clips === 'beyond bounds') return [reader];
  const next = onlyReader(index, scope, reader.output[0] ?? '');
  const capped =
    next && operatorOf(next)?.least === true && next.input.length === 2 && next.input.some((other) => floatConstant(index, scope, other));
  return capped ? [reader, next] : [reader];
}
