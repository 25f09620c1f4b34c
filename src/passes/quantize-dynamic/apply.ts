import { findConstant } from '../../onnx/graph';
import type { LayerSource } from '../../onnx/layers';
import { findAttribute, intAttribute } from '../../onnx/nodes';
import { DataType } from '../../onnx/tensor';
import { chooseIntegerLayers, coarseNote, putIntegerWeight } from '../integer-layers';
import { integerGrid, unfitWeight, weightSettings } from '../integer-weights';
import type { Options } from '../options';
import type { Pass, PassContext, PassResult } from '../types';
import { roundInputs } from './activations';
import { quantizeDynamicMeta } from './meta';
import { toIntegers } from './rewrite';

/** DynamicQuantizeLinear came with this operator set. */
const DYNAMIC_OPSET = 11;

const PRODUCTS: ReadonlySet<string> = new Set(['Conv', 'MatMul', 'Gemm']);
const RECURRENT: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);

/**
 * Integer products on ranges of the moment (ONNX DynamicQuantizeLinear, MatMulInteger, ConvInteger), embeddings as codes, recurrent weights
 * packed (their operators have no standard integer form). While the recipe runs, the graph computes in float on rounded weights and
 * rounded activations, which gives the same; the written model computes on integers.
 */
export const quantizeDynamic: Pass = {
  meta: quantizeDynamicMeta,
  async apply(context): Promise<PassResult> {
    const recurrent = context.selected.filter(({ layer }) => RECURRENT.has(layer.op));
    const { layers, skipped } = chooseIntegerLayers(without(context, recurrent), problemOf, DYNAMIC_OPSET);
    const { job, only } = context;
    const startedAt = Date.now();
    const total = layers.length + recurrent.length;
    for (const [done, layer] of layers.entries()) {
      job.signal.throwIfAborted();
      job.onProgress({ stage: `Quantizing ${layer.source.layer.id}`, done, total, startedAt });
      if (only === null || only === layer.source.layer.id) await putIntegerWeight(context, layer, null);
    }
    for (const { layer, options } of recurrent) if (only === null || only === layer.id) await pack(context, layer, options);
    if (only !== null) return { changed: [], skipped, note: '' };
    const products = layers.filter(({ node }) => PRODUCTS.has(node.opType));
    roundInputs(context.model, products.map(({ node }) => node));
    for (const { source } of layers) context.onFinish((written) => toIntegers(written, source.layer.id, source.value.name));
    const packed = recurrent.length === 0 ? '' : ` ${recurrent.length} recurrent weights are stored in packed codes and compute in float.`;
    const note = `${products.length} of ${context.selected.length} layers compute on integers.${packed}${coarseNote(layers)}`;
    return { changed: [...layers.map(({ source }) => source.layer.id), ...recurrent.map(({ layer }) => layer.id)], skipped, note };
  },
};

type Selected = PassContext['selected'];

function without(context: PassContext, left: Selected): PassContext {
  return { ...context, selected: context.selected.filter((selected) => !left.includes(selected)) };
}

function problemOf(source: LayerSource): string | null {
  const [use] = source.uses;
  if (!use) return 'Nothing reads it.';
  const { node, scope } = use;
  if (!PRODUCTS.has(node.opType) && node.opType !== 'Gather') return `${node.opType} has no integer form with ranges of the moment.`;
  const unfit = unfitWeight(source);
  if (unfit !== null) return unfit;
  if (node.opType === 'Gemm' && intAttribute(node, 'transA', 0) !== 0) return 'Its left factor is transposed.';
  if (node.opType === 'Gemm' && ['alpha', 'beta'].some((name) => (findAttribute(node, name)?.f ?? 1) !== 1)) return 'Its alpha or beta is not 1.';
  const bias = node.input[2] ?? '';
  return node.opType === 'Conv' && bias !== '' && findConstant(scope.graph, bias)?.dataType !== DataType.FLOAT ? 'Its bias is not a constant.' : null;
}

/** 8-bit codes in the packed form, which is decoded once at load. */
async function pack({ compute, weights }: PassContext, layer: Selected[number]['layer'], options: Options): Promise<void> {
  const lease = await weights.acquire(layer.id);
  try {
    const grid = await integerGrid(compute, lease.handle, { layer }, weightSettings(options), null);
    await weights.put(layer.id, compute.quantize(lease.handle, grid), { kind: 'grid', grid, storage: 'packed' });
  } finally {
    lease.release();
  }
}
