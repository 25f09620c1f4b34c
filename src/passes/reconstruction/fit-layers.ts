/** Layers that are fitted to what their outputs are on the user's samples, whatever they are stored as. */
import { createYielder } from '../../base/yielder';
import { findLayers } from '../../onnx/layers';
import type { Layer, Skipped } from '../../onnx/types';
import { requireCalibration } from '../calibration';
import { codesOf, valuesOf, type Coded } from '../coded';
import { originalNetwork } from '../original-network';
import { readWeights } from '../read-weights';
import { byWaves } from '../waves';
import type { Calibration, PassContext } from '../types';
import { biasesOf, shiftedBias, type ShiftableBias } from './biases';
import { gramEntries, inputMatrix, observeGrams, type InputGram, type InputsFrom, type Networks } from './gram';
import type { FitInputs } from './inputs-field';
import { withSpread } from './spread';
import { levelsOf, mergeLevels, withinSize } from './stages';

/**
 * Passes over the samples when later layers make up for earlier ones: each runs both networks up to its layers. Layers that share one do
 * not see what the others of it lose: mobilenet_v2 at 4 bits loses 23 points in 16 stages, 3 in one a layer.
 */
const MOST_STAGES = 64;
/** Entries of the Gram matrices summed at once (float64): 256 MB. */
const MOST_ENTRIES = 2 ** 25;

/**
 * From this many bits on errors are so small that fitting each layer to the original's inputs is as good, and takes one pass. At 4 bits it
 * is not: resnet8 with 16 clusters keeps 91 % of the original's answers, 94 % where later layers make up for earlier ones.
 */
const FLOAT_BITS = 5;

/** A layer to fit: how is the method's own affair. */
export interface PlannedFit {
  readonly layer: Layer;
  /** Bits of a weight afterwards. */
  readonly bits: number;
  readonly inputs: FitInputs;
}

/** A fitted layer: its values lie exactly on its encoding. */
export interface Fitted {
  readonly values: Float32Array;
  readonly encoding: Coded;
}

export interface FitMethod<P extends PlannedFit> {
  /** Of the option that asks for samples, e.g. `Rounding by output error ("gptq")`. */
  readonly name: string;
  /** What is done to a layer, for progress: "Rounding". */
  readonly verb: string;
  /** All that an outcome depends on beside the recipe's earlier steps and the samples. */
  readonly keyOf: (planned: P) => unknown;
  /** @param weights the layer's values before the pass. @returns in words why it cannot be done. */
  readonly fit: (planned: P, weights: Float32Array, inputs: InputGram) => Promise<Fitted | string>;
}

/** A fitted layer, kept between runs: a byte a weight and what it stands for. */
interface KeptLayer {
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly encoding: Coded;
  /** The bias that goes with it; null where it stays. */
  readonly bias: Float64Array | null;
}

interface Outcome {
  readonly layers: ReadonlyMap<string, KeptLayer>;
  readonly skipped: readonly Skipped[];
}

/**
 * Fits these layers to their outputs, in the order of the graph, and puts them into the store. Layers whose inputs are not seen are
 * returned with the reason, and stay as they are.
 * @throws WhittleError `bad-data` without samples.
 */
export async function fitLayersByOutput<P extends PlannedFit>(
  context: PassContext,
  planned: readonly P[],
  method: FitMethod<P>,
): Promise<readonly Skipped[]> {
  const calibration = requireCalibration(context, method.name);
  const key = JSON.stringify(['by output', planned.map((each) => [each.layer.id, method.keyOf(each)])]);
  let fresh = false;
  const make = (): Promise<Outcome> => {
    fresh = true;
    return fitAll(context, calibration, planned, method);
  };
  const { layers, skipped } = await context.keep(key, make, ({ layers: kept }) => keptBytes(kept));
  if (fresh) return skipped;
  const biases = biasesOf(context, [...layers.keys()]);
  for (const [id, kept] of layers) await place(context, id, kept, biases.get(id) ?? null);
  return skipped;
}

/**
 * Fits those of the planned layers for which `wanted` holds. What is left, those whose inputs are not seen among them, is the pass's to
 * treat by weights alone.
 * @param instead what becomes of layers that could not be fitted, for the note: "was rounded to the nearest".
 */
export async function fitWanted<L extends { readonly layer: Layer }>(
  planned: readonly L[],
  wanted: (each: L) => boolean,
  fit: (some: readonly L[]) => Promise<readonly Skipped[]>,
  instead: string,
): Promise<{ readonly rest: readonly L[]; readonly note: string }> {
  const some = planned.filter(wanted);
  if (some.length === 0) return { rest: planned, note: '' };
  const unseen = await fit(some);
  const left = new Set(unseen.map(({ layer }) => layer));
  return {
    rest: planned.filter((each) => !wanted(each) || left.has(each.layer.id)),
    note: unseen.map(({ layer, reason }) => ` ${layer} ${instead}: ${reason}.`).join(''),
  };
}

async function fitAll<P extends PlannedFit>(
  context: PassContext,
  calibration: Calibration,
  planned: readonly P[],
  method: FitMethod<P>,
): Promise<Outcome> {
  const sources = new Map(findLayers(context.model).sources.map((s) => [s.layer.id, s]));
  const skipped: Skipped[] = [];
  const fit = planned.filter(({ layer }) => {
    const source = sources.get(layer.id);
    const matrix = source ? inputMatrix(source) : 'it is no layer of the graph';
    if (typeof matrix === 'string') skipped.push({ layer: layer.id, reason: matrix });
    return typeof matrix !== 'string';
  });
  const from = inputsFor(fit);
  const ids = fit.map(({ layer }) => layer.id);
  const sizeOf = (id: string): number => {
    const source = sources.get(id);
    return source ? gramEntries(source) * (from === 'present' ? 3 : 1) : 0;
  };
  const stages = (from === 'present' ? mergeLevels(levelsOf(context.model, ids), MOST_STAGES) : [ids]).flatMap((stage) =>
    withinSize(stage, sizeOf, MOST_ENTRIES),
  );
  const biases = from === 'present' ? biasesOf(context, ids) : new Map<string, ShiftableBias>();
  const networks = { present: context.model, original: await originalNetwork(context) };
  const layers = new Map<string, KeptLayer>();
  const startedAt = Date.now();
  const yieldTurn = createYielder();
  let done = 0;
  for (const stage of stages) {
    const grams = await gramsOf(context, calibration, networks, stage, new Set(biases.keys()), from);
    const some = fit.filter(({ layer }) => stage.includes(layer.id));
    const fitted = await byWaves(
      some,
      // Both lie on the device while a layer is fitted.
      ({ layer }) => ({ params: layer.params + sizeOf(layer.id) }),
      async (each) => {
        const { id } = each.layer;
        await yieldTurn();
        context.job.signal.throwIfAborted();
        context.job.onProgress({ stage: `${method.verb} ${id} by its outputs`, done, total: fit.length, startedAt });
        const inputs = grams.get(id);
        const one = inputs ? await fitOne(context, each, inputs, biases.get(id) ?? null, method) : 'its inputs could not be observed';
        done++;
        return one;
      },
    );
    // In order: new biases get their names one after another. Later stages observe what these layers have become.
    for (const [at, { layer }] of some.entries()) {
      const one = fitted[at] ?? 'it was not fitted';
      if (typeof one === 'string') skipped.push({ layer: layer.id, reason: one });
      else await place(context, layer.id, one, biases.get(layer.id) ?? null);
      if (typeof one !== 'string') layers.set(layer.id, one);
    }
  }
  return { layers, skipped };
}

/** One order serves all layers: where any is to be fitted to rounded inputs, all are. */
function inputsFor(fit: readonly PlannedFit[]): InputsFrom {
  return fit.some(({ bits, inputs }) => inputs === 'rounded' || (inputs === 'auto' && bits < FLOAT_BITS)) ? 'present' : 'float';
}

/** Grams of the original network depend on nothing but the graph: every setting of a slider uses the same. */
async function gramsOf(
  context: PassContext,
  calibration: Calibration,
  networks: Networks,
  ids: readonly string[],
  centred: ReadonlySet<string>,
  from: InputsFrom,
): Promise<ReadonlyMap<string, InputGram>> {
  const observe = (): Promise<Map<string, InputGram>> =>
    observeGrams(networks, context.weights.layers, ids, centred, from, calibration, context.job);
  if (from === 'present') return observe();
  return context.keep(
    `grams ${JSON.stringify(ids)}`,
    observe,
    (grams) => [...grams.values()].reduce((sum, { gram }) => sum + gram.byteLength, 0),
    'graph',
  );
}

async function fitOne<P extends PlannedFit>(
  context: PassContext,
  planned: P,
  inputs: InputGram,
  bias: ShiftableBias | null,
  method: FitMethod<P>,
): Promise<KeptLayer | string> {
  const { compute } = context;
  const values = await readWeights(context, planned.layer.id);
  const fitted = await method.fit(planned, values, inputs);
  if (typeof fitted === 'string') return fitted;
  const placed = compute.upload(fitted.values);
  const codes = await codesOf(compute, placed, fitted.encoding).finally(() => placed.destroy());
  const encoding = withSpread(fitted.encoding, values, fitted.values, inputs);
  return { codes, encoding, bias: bias === null ? null : shiftedBias(bias.values, values, valuesOf(codes, encoding), inputs) };
}

/** Puts a fitted layer and its bias into the store. */
async function place({ compute, weights }: PassContext, id: string, kept: KeptLayer, bias: ShiftableBias | null): Promise<void> {
  await weights.put(id, compute.upload(valuesOf(kept.codes, kept.encoding)), kept.encoding);
  if (kept.bias !== null) bias?.replace(kept.bias);
}

function keptBytes(layers: ReadonlyMap<string, KeptLayer>): number {
  const tableBytes = ({ encoding }: KeptLayer): number =>
    encoding.kind === 'grid' ? 2 * encoding.grid.scales.byteLength : encoding.codebook.values.byteLength;
  return [...layers.values()].reduce((sum, kept) => sum + kept.codes.byteLength + tableBytes(kept), 0);
}
