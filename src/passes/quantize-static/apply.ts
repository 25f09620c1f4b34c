import { listOf, number, record } from '../../base/codec';
import { agreeing, counted } from '../../base/plural';
import type { NodeProto } from 'onnx-buf';
import type { LayerSource } from '../../onnx/layers';
import { operatorOf } from '../../onnx/operators/table';
import { indexValues, type Value } from '../../onnx/values';
import { requireCalibration } from '../calibration';
import {
  chooseIntegerLayers,
  coarseNote,
  packLeft,
  putIntegerWeights,
  sketchIntegers,
  type Floors,
  type IntegerLayer,
} from '../integer-layers';
import { unfitWeight } from '../integer-weights';
import type { Calibration, Pass, PassContext, PassResult } from '../types';
import { activationGrid, type ActivationGrid } from './activation-grid';
import { integerBias, roundBias, scaleFloors, storeBias } from './bias';
import { insertQuantizers, quantizeConstant } from './insert';
import { quantizeStaticMeta } from './meta';
import { observeActivations } from './observe';
import { placeQuantizers, type ScaleGroup } from './place';
import { needsBins, rangeOf, type Range } from './range';
import { smooth } from './smooth';
import { staticSettings, type StaticSettings } from './settings';

const RANGE = record<Range>({ low: number, high: number });

/** QuantizeLinear and DequantizeLinear came with this operator set. */
const QDQ_OPSET = 10;

/**
 * Static quantization in QDQ form: 8-bit activations on ranges learned from samples, symmetric integer weights, int32 biases (Jacob et al.
 * 2018, arXiv 1712.05877), placed so that onnxruntime runs whole stretches on integers. With uint8 activations, CPUs with AVX2 but no VNNI
 * add two products in 16 bits and may saturate: 7-bit weights avoid it.
 */
export const quantizeStatic: Pass = {
  meta: quantizeStaticMeta,
  async apply(context, options): Promise<PassResult> {
    const { layers, left } = chooseIntegerLayers(context, problemOf, QDQ_OPSET);
    const { skipped, note: alone } = await packLeft(context, left);
    if (layers.length === 0) return { changed: [], skipped, note: `No layer can compute on integers.${alone}` };
    const activations = await quantizeActivations(context, layers, staticSettings(options));
    const note =
      `${layers.length} of ${counted(context.selected.length, 'layer')} ${agreeing(layers.length, 'computes', 'compute')} ` +
      `on integers; ${counted(activations, 'activation')} in 8 bits.${alone}${coarseNote(layers)}`;
    return { changed: layers.map((layer) => layer.source.layer.id), skipped, note };
  },
  sketch: (context) => sketchIntegers(context, chooseIntegerLayers(context, problemOf, QDQ_OPSET)),
};

function problemOf(source: LayerSource): string | null {
  const other = source.uses.find(({ node }) => operatorOf(node)?.integer?.as !== 'product');
  if (other) return `${other.node.opType} has no static integer form.`;
  return unfitWeight(source);
}

/** Edits the graph and puts the weights; returns how many activations are quantized. */
async function quantizeActivations(context: PassContext, layers: readonly IntegerLayer[], settings: StaticSettings): Promise<number> {
  const { model } = context;
  const calibration = requireCalibration(context, 'Quantizing activations');
  const plain = settings.smoothing > 0 ? await smooth(context, calibration, layers, settings.smoothing) : new Set<NodeProto>();
  const index = indexValues(model.proto);
  const [main] = index.scopes;
  const { groups, constants, floats } = placeQuantizers(index, new Set(layers.flatMap((layer) => layer.nodes)), plain);
  const ranges = await context.keep('ranges', () => findRanges(context, calibration, groups, settings), listOf(RANGE));
  const grids = new Map<Value, ActivationGrid>();
  for (const [at, group] of groups.entries()) {
    const grid = activationGrid(ranges[at] ?? NOTHING, settings.signed);
    for (const value of group.values) grids.set(value, grid);
  }
  const readersOf = new Map(
    layers.map((layer) => [
      layer,
      layer.nodes.map((node) => {
        const [input, , biasValue] = node.input.map((name) => main && index.find(main, name));
        return { node, scale: (input && grids.get(input)?.scale) ?? 1, bias: integerBias(node, biasValue?.constant) };
      }),
    ]),
  );
  const weightGrids = await putIntegerWeights(context, layers, (layer) => floorsOf(readersOf.get(layer) ?? []));
  for (const [at, layer] of layers.entries()) {
    for (const { node, scale, bias } of readersOf.get(layer) ?? []) {
      if (bias) roundBias(context, node, bias, scale, weightGrids[at]?.scales ?? new Float32Array());
      const [weight, output] = [node.input[1] ?? '', node.output[0] ?? ''];
      context.onFinish((written) => storeBias(written, layer.source.layer.id, { weight, output }, scale));
    }
  }
  for (const [value, readers] of constants) quantizeConstant(model, value, readers, settings.signed);
  insertQuantizers(model, grids, floats);
  return grids.size;
}

/** The smallest scales at which the biases of all nodes that read a weight fit. */
function floorsOf(readers: readonly { readonly scale: number; readonly bias: Float32Array | null }[]): Floors {
  const biased = readers.flatMap(({ scale, bias }) => (bias ? [{ scale, bias }] : []));
  if (biased.length === 0) return null;
  return (channels) => {
    const floors = biased.map(({ scale, bias }) => scaleFloors(bias, scale, channels));
    return Float32Array.from({ length: channels }, (_, c) => floors.reduce((most, each) => Math.max(most, each[c] ?? 0), 0));
  };
}

const NOTHING: Range = { low: 0, high: 0 };

/** The range of each group, over the values of all its sources. */
async function findRanges(
  context: PassContext,
  calibration: Calibration,
  groups: readonly ScaleGroup[],
  { calibrator }: StaticSettings,
): Promise<Range[]> {
  const names = groups.flatMap((group) => group.sources.map((value) => value.name));
  const seen = await observeActivations(context, calibration, names, needsBins(calibrator));
  return groups.map(({ sources }) => {
    const [first, ...others] = sources.flatMap((value) => seen.get(value.name) ?? []);
    if (!first) return NOTHING;
    for (const other of others) first.merge(other);
    return rangeOf(first, calibrator);
  });
}
