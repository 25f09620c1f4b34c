/** Layers that are fitted to what their outputs are on the user's samples, whatever they are stored as. */
import { doubles, listOf, mapOf, nullable, octets, record, text } from '../../base/codec';
import type { Progress } from '../../base/job';
import { createYielder } from '../../base/yielder';
import { findLayers } from '../../onnx/layers';
import type { Layer, Skipped } from '../../onnx/types';
import { requireCalibration } from '../calibration';
import { CODED, codesOf, valuesOf, type Coded } from '../coded';
import { originalNetwork } from '../original-network';
import { readWeights } from '../read-weights';
import { byWaves } from '../waves';
import type { PassContext } from '../types';
import { biasesOf, shiftedBias, type ShiftableBias } from './biases';
import { gramEntries, INPUT_GRAM, inputMatrix, type InputGram, type InputsFrom } from './gram';
import type { FitInputs } from './inputs-field';
import { observeGrams, type GramsWanted, type Observed } from './observe-grams';
import { withSpread } from './spread';
import { StageRun } from './stage-run';
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

/** Of a stage. */
interface Outcome {
  readonly layers: ReadonlyMap<string, KeptLayer>;
  readonly skipped: readonly Skipped[];
}

const OUTCOME = record<Outcome>({
  layers: mapOf(record<KeptLayer>({ codes: octets, encoding: CODED, bias: nullable(doubles) })),
  skipped: listOf(record<Skipped>({ layer: text, reason: text })),
});

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
  const { fit, skipped } = seenOf(context, planned);
  const from = inputsFor(fit);
  const ids = fit.map(({ layer }) => layer.id);
  const biases = from === 'present' ? biasesOf(context, ids) : new Map<string, ShiftableBias>();
  const observed: Observed = {
    present: context.model,
    original: await originalNetwork(context),
    layers: context.weights.layers,
    isChanged: (id) => context.weights.isChanged(id),
    calibration,
    job: context.job,
  };
  const run = new StageRun(observed);
  const key = planned.map((each) => [each.layer.id, method.keyOf(each)]);
  const progress = { done: 0, total: fit.length, startedAt: Date.now() };
  const sizeOf = entriesOf(context, from);
  const stages = stagesOf(context, ids, from, sizeOf);
  try {
    for (const [at, stage] of stages.entries()) {
      const some = fit.filter(({ layer }) => stage.includes(layer.id));
      const wanted = { ids: stage, centred: new Set(biases.keys()), from };
      const make = async (): Promise<Outcome> => {
        const grams =
          from === 'present' ? await run.grams(wanted, stages.slice(at + 1).flat()) : await originalGrams(context, observed, wanted);
        return fitStage(context, some, { grams, biases, sizeOf }, method, progress);
      };
      // What a stopped run has finished is not fitted again.
      const outcome = await context.keep(JSON.stringify(['by output', key, stage]), make, OUTCOME);
      skipped.push(...outcome.skipped);
      // In order: new biases get their names one after another. Later stages observe what these layers have become.
      for (const [id, kept] of outcome.layers) await place(context, id, kept, biases.get(id) ?? null);
      progress.done += stage.length;
    }
  } finally {
    run.release();
  }
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

/** Layers whose inputs are seen, and the others with the reason. */
function seenOf<P extends PlannedFit>({ model }: PassContext, planned: readonly P[]): { fit: P[]; skipped: Skipped[] } {
  const sources = new Map(findLayers(model).sources.map((s) => [s.layer.id, s]));
  const skipped: Skipped[] = [];
  const fit = planned.filter(({ layer }) => {
    const source = sources.get(layer.id);
    const matrix = source ? inputMatrix(source) : 'it is no layer of the graph';
    if (typeof matrix === 'string') skipped.push({ layer: layer.id, reason: matrix });
    return typeof matrix !== 'string';
  });
  return { fit, skipped };
}

/** Entries of the matrices that are summed for a layer. */
function entriesOf({ model }: PassContext, from: InputsFrom): (id: string) => number {
  const sources = new Map(findLayers(model).sources.map((s) => [s.layer.id, s]));
  return (id) => {
    const source = sources.get(id);
    return source ? gramEntries(source) * (from === 'present' ? 3 : 1) : 0;
  };
}

/** Layers that one pass over the samples serves, in the order of the graph where later ones make up for earlier ones. */
function stagesOf({ model }: PassContext, ids: readonly string[], from: InputsFrom, sizeOf: (id: string) => number): string[][] {
  const levels = from === 'present' ? mergeLevels(levelsOf(model, ids), MOST_STAGES) : [ids];
  return levels.flatMap((stage) => withinSize(stage, sizeOf, MOST_ENTRIES));
}

/** What a stage is fitted with. */
interface Material {
  readonly grams: ReadonlyMap<string, InputGram>;
  readonly biases: ReadonlyMap<string, ShiftableBias>;
  readonly sizeOf: (id: string) => number;
}

/** Fits the layers of one stage. */
async function fitStage<P extends PlannedFit>(
  context: PassContext,
  fit: readonly P[],
  { grams, biases, sizeOf }: Material,
  method: FitMethod<P>,
  progress: Omit<Progress, 'stage'>,
): Promise<Outcome> {
  const layers = new Map<string, KeptLayer>();
  const skipped: Skipped[] = [];
  const yieldTurn = createYielder();
  let { done } = progress;
  const fitted = await byWaves(
    fit,
    // Both lie on the device while a layer is fitted.
    ({ layer }) => ({ params: layer.params + sizeOf(layer.id) }),
    async (each) => {
      const { id } = each.layer;
      await yieldTurn();
      context.job.signal.throwIfAborted();
      context.job.onProgress({ ...progress, stage: `${method.verb} ${id} by its outputs`, done });
      const inputs = grams.get(id);
      const one = inputs ? await fitOne(context, each, inputs, biases.get(id) ?? null, method) : 'its inputs could not be observed';
      done++;
      return one;
    },
  );
  for (const [at, { layer }] of fit.entries()) {
    const one = fitted[at] ?? 'it was not fitted';
    if (typeof one === 'string') skipped.push({ layer: layer.id, reason: one });
    else layers.set(layer.id, one);
  }
  return { layers, skipped };
}

/** One order serves all layers: where any is to be fitted to rounded inputs, all are. */
function inputsFor(fit: readonly PlannedFit[]): InputsFrom {
  return fit.some(({ bits, inputs }) => inputs === 'rounded' || (inputs === 'auto' && bits < FLOAT_BITS)) ? 'present' : 'float';
}

/** Grams of the original network depend on nothing but the graph: every setting of a slider uses the same. */
function originalGrams(context: PassContext, observed: Observed, wanted: GramsWanted): Promise<ReadonlyMap<string, InputGram>> {
  const observe = async (): Promise<ReadonlyMap<string, InputGram>> => (await observeGrams(observed, wanted)).grams;
  return context.keep(`grams ${JSON.stringify(wanted.ids)}`, observe, mapOf(INPUT_GRAM), { scope: 'graph' });
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
