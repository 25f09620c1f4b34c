import type { NodeProto } from 'onnx-buf';
import type { Grid } from '../../compute/types';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { opsetBlockers, raiseOpset } from '../../onnx/opset';
import { opsetOf } from '../../onnx/nodes';
import type { Skipped } from '../../onnx/types';
import { indexValues, type Value } from '../../onnx/values';
import { requireCalibration } from '../calibration';
import { integerGrid, keptIntegerGrid, storableSettings, unfitWeight, weightSettings, type WeightSettings } from '../integer-weights';
import type { Options } from '../options';
import type { Calibration, Pass, PassContext, PassResult } from '../types';
import { activationGrid, type ActivationGrid } from './activation-grid';
import { integerBias, roundBias, scaleFloors, storeBias } from './bias';
import { insertQuantizers, quantizeConstant } from './insert';
import { quantizeStaticMeta } from './meta';
import { observeActivations } from './observe';
import { isWeighted } from './operators';
import { placeQuantizers, type ScaleGroup } from './place';
import { rangeOf, type Range } from './range';
import { staticSettings, type StaticSettings } from './settings';

/** One scale a channel needs this operator set; earlier models are moved there where nothing has to change. */
const CHANNEL_OPSET = 13;

/** A layer that will compute on integers. */
interface Target {
  readonly source: LayerSource;
  readonly node: NodeProto;
  readonly settings: WeightSettings;
}

/**
 * Static quantization in QDQ form: 8-bit activations on ranges learned from samples, symmetric integer weights, int32 biases (Jacob et al.
 * 2018, arXiv 1712.05877), placed so that onnxruntime runs whole stretches on integers. With uint8 activations, CPUs with AVX2 but no VNNI
 * add two products in 16 bits and may saturate: 7-bit weights avoid it.
 */
export const quantizeStatic: Pass = {
  meta: quantizeStaticMeta,
  async apply(context, options): Promise<PassResult> {
    const { targets, skipped } = chooseLayers(context);
    if (targets.length === 0) return { changed: [], skipped, note: 'No layer can compute on integers.' };
    if (context.only !== null) {
      // A slider follows one weight; activations do not change its value.
      for (const target of targets) if (target.source.layer.id === context.only) await putWeight(context, target, null);
      return { changed: [], skipped, note: '' };
    }
    const grids = await quantizeActivations(context, targets, staticSettings(options));
    return { changed: targets.map((t) => t.source.layer.id), skipped, note: noteOf(context, targets, grids) };
  },
};

/** Which layers can be treated, and why the others cannot. Moves the model to opset 13 where that is needed and changes nothing. */
function chooseLayers(context: PassContext): { targets: Target[]; skipped: Skipped[] } {
  const sources = new Map(findLayers(context.model).sources.map((source) => [source.layer.id, source]));
  const blockers = opsetBlockers(context.model, CHANNEL_OPSET);
  const fits = context.selected.flatMap(({ layer, options }) => {
    const source = sources.get(layer.id);
    return source ? [{ source, options, problem: problemOf(source) }] : [];
  });
  if (blockers.length === 0 && fits.some(({ problem }) => problem === null)) raiseOpset(context.model, CHANNEL_OPSET);
  const targets: Target[] = [];
  const skipped: Skipped[] = [];
  for (const { source, options, problem } of fits) {
    const settings = problem ?? storableSettings(source, weightSettings(options), context.model);
    const node = source.uses[0]?.node;
    if (typeof settings !== 'string' && node) targets.push({ source, node, settings });
    else if (typeof settings === 'string') {
      const why = problem === null ? ` ${blockers.join(', ')} would have to be rewritten for a later opset.` : '';
      skipped.push({ layer: source.layer.id, reason: settings + why });
    }
  }
  return { targets, skipped };
}

function problemOf(source: LayerSource): string | null {
  const node = source.uses[0]?.node;
  if (node && !isWeighted(node)) return `${node.opType} has no static integer form; quantize-weights or quantize-dynamic stores its weights.`;
  return unfitWeight(source);
}

/** Edits the graph and puts the weights; returns the grid of each quantized activation. */
async function quantizeActivations(context: PassContext, targets: readonly Target[], settings: StaticSettings): Promise<ReadonlyMap<Value, ActivationGrid>> {
  const { model } = context;
  const calibration = requireCalibration(context, 'Quantizing activations');
  const index = indexValues(model.proto);
  const [main] = index.scopes;
  const { groups, constants } = placeQuantizers(index, new Set(targets.map((t) => t.node)));
  const ranges = await context.keep('ranges', () => findRanges(context, calibration, groups, settings), (made) => made.length * 16);
  const grids = new Map<Value, ActivationGrid>();
  for (const [at, group] of groups.entries()) {
    const grid = activationGrid(ranges[at] ?? NOTHING, settings.signed);
    for (const value of group.values) grids.set(value, grid);
  }
  for (const target of targets) {
    const [input, , biasValue] = target.node.input.map((name) => main && index.find(main, name));
    const scale = (input && grids.get(input)?.scale) ?? 1;
    const bias = integerBias(target.node, biasValue?.constant);
    const grid = await putWeight(context, target, bias && ((channels) => scaleFloors(bias, scale, channels)));
    if (bias) roundBias(model, target.node, bias, scale, grid.scales);
    const weight = target.node.input[1] ?? '';
    context.onFinish((written) => storeBias(written, target.source.layer.id, weight, scale));
  }
  for (const [value, readers] of constants) quantizeConstant(model, value, readers, settings.signed);
  insertQuantizers(model, grids);
  return grids;
}

const NOTHING: Range = { low: 0, high: 0 };

/** The range of each group, over the values of all its sources. */
async function findRanges(context: PassContext, calibration: Calibration, groups: readonly ScaleGroup[], { calibrator }: StaticSettings): Promise<Range[]> {
  const names = groups.flatMap((group) => group.sources.map((value) => value.name));
  const layerIds = context.weights.layers.map((layer) => layer.id);
  const seen = await observeActivations(context.model, layerIds, calibration, names, context.job);
  return groups.map(({ sources }) => {
    const [first, ...others] = sources.flatMap((value) => seen.get(value.name) ?? []);
    if (!first) return NOTHING;
    for (const other of others) first.merge(other);
    return rangeOf(first, calibrator);
  });
}

async function putWeight({ compute, weights, model }: PassContext, { source, settings }: Target, floors: ((groups: number) => Float32Array) | null): Promise<Grid> {
  const { id } = source.layer;
  const lease = await weights.acquire(id);
  try {
    const kept = keptIntegerGrid(weights.encodingOf(id), source, model, floors);
    const grid = kept ?? (await integerGrid(compute, lease.handle, source, settings, floors));
    await weights.put(id, compute.quantize(lease.handle, grid), { kind: 'grid', grid, storage: 'dequantize' });
    return grid;
  } finally {
    lease.release();
  }
}

function noteOf(context: PassContext, targets: readonly Target[], grids: ReadonlyMap<Value, ActivationGrid>): string {
  const whole = targets.filter(({ source, settings }) => settings.granularity === 'tensor' && weightSettings(optionsOf(context, source)).granularity === 'channel').length;
  const coarse = whole === 0 ? '' : ` ${whole} have one scale for the whole weight: scales by channel need opset ${CHANNEL_OPSET}; the model has ${opsetOf(context.model.proto)}.`;
  return `${targets.length} of ${context.selected.length} layers compute on integers; ${grids.size} activations in 8 bits.${coarse}`;
}

function optionsOf(context: PassContext, { layer }: LayerSource): Options {
  return context.selected.find((selected) => selected.layer.id === layer.id)?.options ?? {};
}
