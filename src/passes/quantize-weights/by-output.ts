/** Layers whose rounding is chosen by what it does to their outputs on the user's samples. */
import { createBreath } from '../../base/breath';
import type { Grid } from '../../compute/types';
import { findLayers } from '../../onnx/layers';
import type { Layer, Skipped, Storage } from '../../onnx/types';
import { requireCalibration } from '../calibration';
import { gramEntries, inputMatrix, observeGrams, type InputGram, type InputsFrom } from '../hessian/gram';
import { levelsOf, mergeLevels, withinSize } from '../hessian/stages';
import type { PassContext } from '../types';
import { decodeCodes } from './grid';
import { roundByOutput, type GptqChoice } from './gptq';
import type { QuantizeSettings } from './settings';

/** A layer to round, with its form. */
export interface Planned {
  readonly layer: Layer;
  readonly settings: QuantizeSettings;
  readonly storage: Storage;
}

/** Passes over the samples when later layers make up for earlier ones: each runs both networks up to its layers. */
const MOST_STAGES = 16;
/** Entries of the Gram matrices summed at once (float64): 256 MB. */
const MOST_ENTRIES = 2 ** 25;
/** From this many bits on errors are so small that fitting each layer to the original's inputs is as good (FACTS.md), and takes one pass. */
const FLOAT_BITS = 5;

/** A rounded layer, kept between runs: a byte a weight and its grid. */
interface KeptLayer {
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly grid: Grid;
}

interface Outcome {
  readonly layers: ReadonlyMap<string, KeptLayer>;
  readonly skipped: readonly Skipped[];
}

/**
 * Rounds these layers by their outputs and puts them into the store. Layers whose inputs are not seen are returned with the reason, and
 * stay as they are.
 * @throws WhittleError `bad-data` without samples.
 */
export async function roundLayersByOutput(context: PassContext, planned: readonly Planned[], choiceOf: (planned: Planned) => GptqChoice): Promise<readonly Skipped[]> {
  requireCalibration(context, 'Rounding by output error ("gptq")');
  const key = JSON.stringify(['by output', context.only, planned.map(({ layer, settings, storage }) => [layer.id, settings, storage])]);
  const { layers, skipped } = await context.keep(key, () => roundAll(context, planned, choiceOf), ({ layers: kept }) => keptBytes(kept));
  for (const { layer, storage } of planned) {
    const kept = layers.get(layer.id);
    if (kept) await context.weights.put(layer.id, context.compute.upload(decodeCodes(kept.codes, kept.grid)), { kind: 'grid', grid: kept.grid, storage });
  }
  return skipped;
}

async function roundAll(context: PassContext, planned: readonly Planned[], choiceOf: (planned: Planned) => GptqChoice): Promise<Outcome> {
  const sources = new Map(findLayers(context.model).sources.map((s) => [s.layer.id, s]));
  const skipped: Skipped[] = [];
  const fit = planned.filter(({ layer }) => {
    const source = sources.get(layer.id);
    const matrix = source ? inputMatrix(source) : 'it is no layer of the graph';
    if (typeof matrix === 'string') skipped.push({ layer: layer.id, reason: matrix });
    return typeof matrix !== 'string';
  });
  const from: InputsFrom = context.only === null && fit.some(({ settings }) => settings.bits < FLOAT_BITS) ? 'present' : 'float';
  const ids = fit.map(({ layer }) => layer.id);
  const sizeOf = (id: string): number => {
    const source = sources.get(id);
    return source ? gramEntries(source) * (from === 'present' ? 2 : 1) : 0;
  };
  const stages = (from === 'present' ? mergeLevels(levelsOf(context.model, ids), MOST_STAGES) : [ids]).flatMap((stage) => withinSize(stage, sizeOf, MOST_ENTRIES));
  const layers = new Map<string, KeptLayer>();
  const startedAt = Date.now();
  const breath = createBreath();
  for (const stage of stages) {
    const grams = await gramsOf(context, stage, from);
    for (const each of fit.filter(({ layer }) => stage.includes(layer.id))) {
      const { id } = each.layer;
      context.job.signal.throwIfAborted();
      await breath();
      context.job.onProgress({ stage: `Rounding ${id} by its outputs`, done: layers.size, total: fit.length, startedAt });
      const inputs = grams.get(id);
      const rounded = inputs ? await roundOne(context, each, inputs, choiceOf(each)) : 'its inputs could not be observed';
      if (typeof rounded === 'string') skipped.push({ layer: id, reason: rounded });
      else layers.set(id, rounded);
    }
  }
  return { layers, skipped };
}

/** Grams of the original network depend on nothing but the graph: every setting of a slider uses the same. */
async function gramsOf(context: PassContext, ids: readonly string[], from: InputsFrom): Promise<ReadonlyMap<string, InputGram>> {
  const calibration = requireCalibration(context, 'Rounding by output error ("gptq")');
  const observe = (): Promise<Map<string, InputGram>> => observeGrams(context.model, context.weights.layers, ids, from, calibration, context.job);
  if (from === 'present') return observe();
  return context.keep(`grams ${JSON.stringify(ids)}`, observe, (grams) => [...grams.values()].reduce((sum, { gram }) => sum + gram.byteLength, 0), 'graph');
}

async function roundOne(context: PassContext, { layer, storage }: Planned, inputs: InputGram, choice: GptqChoice): Promise<KeptLayer | string> {
  const { compute, weights } = context;
  const lease = await weights.acquire(layer.id);
  let values: Float32Array;
  try {
    values = await compute.download(lease.handle);
  } finally {
    lease.release();
  }
  const rounded = await roundByOutput(compute, values, inputs, choice);
  if (typeof rounded === 'string') return rounded;
  const handle = compute.upload(rounded.values);
  const codes = await compute.codes(handle, rounded.grid);
  // Later stages observe what this layer has become.
  await weights.put(layer.id, handle, { kind: 'grid', grid: rounded.grid, storage });
  return { codes, grid: rounded.grid };
}

function keptBytes(layers: ReadonlyMap<string, KeptLayer>): number {
  return [...layers.values()].reduce((sum, { codes, grid }) => sum + codes.byteLength + grid.scales.byteLength + grid.zeroPoints.byteLength, 0);
}
