import { agreeing, counted } from '../../base/plural';
import { findConstant } from '../../onnx/graph';
import type { LayerSource } from '../../onnx/layers';
import { operatorOf } from '../../onnx/operators/table';
import { factorsOf, productOf } from '../../onnx/operators/weights';
import { DataType } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import type { Use } from '../../onnx/values';
import { chooseIntegerLayers, coarseNote, packLeft, packWeights, putIntegerWeights, sketchIntegers } from '../integer-layers';
import { unfitWeight, weightSettings } from '../integer-weights';
import type { Pass, PassContext, PassResult, SelectedLayer } from '../types';
import { roundInputs } from './activations';
import { quantizeDynamicMeta } from './meta';
import { toIntegers } from './rewrite';

/** DynamicQuantizeLinear came with this operator set. */
const DYNAMIC_OPSET = 11;

/**
 * Integer products on ranges of the moment (ONNX DynamicQuantizeLinear, MatMulInteger, ConvInteger), embeddings as codes, recurrent weights
 * packed (their operators have no standard integer form). While the recipe runs, the graph computes in float on rounded weights and
 * rounded activations, which gives the same; the written model computes on integers.
 */
export const quantizeDynamic: Pass = {
  meta: quantizeDynamicMeta,
  async apply(context): Promise<PassResult> {
    const { recurrent, layers, left } = chosen(context);
    await putIntegerWeights(context, layers);
    await packWeights(context, recurrent);
    const { skipped, note: alone } = await packLeft(context, left);
    const products = layers.filter(({ node }) => operatorOf(node)?.dynamic === 'product');
    roundInputs(
      context.model,
      products.flatMap(({ nodes }) => nodes),
    );
    for (const { source, nodes } of layers) {
      for (const node of nodes)
        context.onFinish((written) => toIntegers(written, source.layer.id, source.value.name, node.output[0] ?? ''));
    }
    const packed = recurrent.length === 0 ? '' : ` ${recurrent.length} recurrent weights are stored in packed codes and compute in float.`;
    const tables = layers.length - products.length;
    const picked = tables === 0 ? '' : ` ${counted(tables, 'embedding is', 'embeddings are')} picked as codes.`;
    const note =
      `${products.length} of ${counted(context.selected.length, 'layer')} ` +
      `${agreeing(products.length, 'computes', 'compute')} on integers.${picked}${packed}${alone}${coarseNote(layers)}`;
    return { changed: [...layers.map(({ source }) => source.layer.id), ...recurrent.map(({ layer }) => layer.id)], skipped, note };
  },
  async sketch(context): Promise<PassResult> {
    const { recurrent, ...integers } = chosen(context);
    await packWeights(context, recurrent);
    return sketchIntegers(context, integers);
  },
};

/** What computes on integers, what cannot, and recurrent weights, which are packed whatever the rest. */
function chosen(context: PassContext) {
  const others = { ...context, selected: context.selected.filter((selected) => !isRecurrent(selected)) };
  return {
    recurrent: context.selected.filter(isRecurrent).map(({ layer, options }) => ({ layer, settings: weightSettings(options) })),
    ...chooseIntegerLayers(others, (source) => problemOf(context.model, source), DYNAMIC_OPSET),
  };
}

function isRecurrent({ layer }: SelectedLayer): boolean {
  return operatorOf({ domain: '', opType: layer.op })?.dynamic === 'stored';
}

function problemOf({ proto }: OnnxModel, source: LayerSource): string | null {
  const other = source.uses.find(({ node }) => !['product', 'rows'].includes(operatorOf(node)?.dynamic ?? 'stored'));
  if (other) return `${other.node.opType} has no integer form with ranges of the moment.`;
  return unfitWeight(source) ?? source.uses.map((use) => nodeProblem(proto, use)).find((problem) => problem !== null) ?? null;
}

function nodeProblem(proto: OnnxModel['proto'], { node, scope }: Use): string | null {
  if (productOf(node)?.turned?.(node) === true) return 'Its left factor is transposed.';
  const factors = factorsOf(node);
  if (factors.product !== 1 || factors.bias !== 1) return 'Its alpha or beta is not 1.';
  const bias = node.input[2] ?? '';
  return productOf(node)?.layout === 'planes' && bias !== '' && findConstant(proto, scope.graph, bias)?.dataType !== DataType.FLOAT
    ? 'Its bias is not a constant.'
    : null;
}
