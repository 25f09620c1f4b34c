import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../../onnx/graph';
import type { LayerSource } from '../../onnx/layers';
import { outputsOf, type Geometry } from '../../onnx/operators/geometry';
import { geometryOf, productOf } from '../../onnx/operators/weights';
import type { Product } from '../../onnx/operators/types';
import type { ValueIndex } from '../../onnx/values';
import { firstPassed } from '../../onnx/weights';
import { readBias, type LayerBias } from '../layer-bias';
import type { PassContext } from '../types';

/** A layer whose channels can be rescaled, on either side. */
export interface ScaledLayer {
  readonly id: string;
  readonly source: LayerSource;
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly product: Product;
  readonly geometry: Geometry;
  /** In words why it has none that can be changed. */
  readonly bias: LayerBias | string;
}

/** Each layer, or the reason against it, by layer id. */
export function scaledLayers(
  context: Pick<PassContext, 'selected'>,
  index: ValueIndex,
  sources: readonly LayerSource[],
): Map<string, ScaledLayer | string> {
  const selected = new Set(context.selected.map((s) => s.layer.id));
  return new Map(
    sources.map((source) => [
      source.layer.id,
      source.kept ?? (selected.has(source.layer.id) ? scaledLayer(index, source) : 'It is excluded from this pass.'),
    ]),
  );
}

function scaledLayer(index: ValueIndex, source: LayerSource): ScaledLayer | string {
  const { layer, uses, others, value } = source;
  const [use] = uses;
  const product = use && productOf(use.node);
  if (!product) return `Weights of ${layer.op} are not equalized.`;
  if (uses.length + others.length > 1 || value.isOutput) return `Its weight "${layer.tensorName}" is shared with other nodes.`;
  if (!use.inOrder) return `Its weight "${layer.tensorName}" passes through ${firstPassed(use)} first.`;
  if (use.input !== 1) return 'Its weight is the left factor of a product, whose channels are rows.';
  if (product.turned?.(use.node) === true) return 'Its input is transposed (transA).';
  const geometry = geometryOf(use.node, use.input, use.shape);
  if (typeof geometry === 'string') return `Its weight [${use.shape.join(', ')}] is not a matrix.`;
  return {
    id: layer.id,
    source,
    node: use.node,
    scope: use.scope,
    product,
    geometry,
    bias: readBias(index, use.scope, use.node, outputsOf(geometry)),
  };
}
