/** Gram matrices of layers' inputs, summed over the samples by the graph itself. */
import type { GraphProto } from 'onnx-buf';
import type { Job } from '../../base/job';
import { GramBuilder } from '../../onnx/gram';
import { uniqueNames, valueInfo } from '../../onnx/graph';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { opsetOf } from '../../onnx/nodes';
import type { WeightMatrix } from '../../onnx/operators/geometry';
import { cutBetween } from '../../onnx/probe';
import { DataType } from '../../onnx/tensor';
import type { Layer, OnnxModel } from '../../onnx/types';
import type { WeightUse } from '../../onnx/weights';
import { probeWeights } from '../calibration';
import type { Calibration, Kept, Probe, ProbeKeep, ProbeWeight } from '../types';
import { aboutMeans, inputMatrix, type InputGram, type InputsFrom } from './gram';
import { putBeside } from './put-beside';

/** A network in two settings, its graph as it is now and as it was, and the samples that it is seen on. */
export interface Observed {
  readonly present: OnnxModel;
  readonly original: OnnxModel;
  readonly layers: readonly Layer[];
  /** Whether a layer has other weights now than it had. */
  readonly isChanged: (id: string) => boolean;
  readonly calibration: Calibration;
  readonly job: Job;
}

/** What is asked of a run. */
export interface GramsWanted {
  readonly ids: readonly string[];
  /** Layers whose biases take the means, where both networks are seen. */
  readonly centred: ReadonlySet<string>;
  readonly from: InputsFrom;
}

/** A cut of the network in both settings, over all samples. */
export interface CutState {
  readonly kept: Kept;
  /** Values of the graph. Each is kept under its name, and where the original has another under `originalKey` of it too. */
  readonly values: ReadonlyMap<string, 'one' | 'apart'>;
}

/** Where a run starts and what it keeps. */
export interface Through {
  /** null: it starts at the model's inputs. */
  readonly start: CutState | null;
  /** Values to be kept. */
  readonly keep: readonly string[];
  /** Of those that `start` has not, a sample, in one network. */
  readonly floats: number;
}

export const KEEPS_NOTHING: Omit<Through, 'start'> = { keep: [], floats: 0 };

/** A layer whose inputs can be seen. */
interface Seen {
  readonly id: string;
  readonly matrix: WeightMatrix;
  readonly use: WeightUse;
  readonly input: string;
  /** Of the weight as it is stored. */
  readonly shape: readonly number[];
}

/** Those of these layers whose inputs can be seen. */
export function seenInputs(sources: readonly LayerSource[]): Seen[] {
  return sources.flatMap((source) => {
    const matrix = inputMatrix(source);
    const [use] = source.uses;
    const input = use?.node.input[0];
    return typeof matrix === 'string' || use === undefined || input === undefined
      ? []
      : [{ id: source.layer.id, matrix, use, input, shape: source.layer.shape }];
  });
}

/**
 * Runs the samples once through the part of the model that these layers' inputs need and sums the Gram matrices, which the graph itself
 * computes: products run where the model runs, and only they come back. Layers whose inputs cannot be had are left out of the answer. Where
 * both networks are wanted they run side by side, as one up to where they differ.
 * @returns the matrices, and the cut where it was kept.
 * @throws what `Calibration.observe` does.
 */
export async function observeGrams(
  observed: Observed,
  { ids, centred, from }: GramsWanted,
  through: Through = { start: null, ...KEEPS_NOTHING },
): Promise<{ grams: Map<string, InputGram>; kept: CutState | null }> {
  const { present: model, calibration, job } = observed;
  const seen = seenInputs(findLayers(model).sources.filter((s) => ids.includes(s.layer.id)));
  const made = through.keep.filter((name) => through.start?.values.has(name) !== true);
  const values = [...new Set(seen.map(({ input }) => input).concat(made))];
  const sides = sidesOf(observed, values, from, through.start);
  if (seen.length === 0 || sides === null) return { grams: new Map(), kept: null };
  const { probe, inOriginal, weights, names } = sides;
  const { graph } = probe.proto;
  if (!graph) return { grams: new Map(), kept: null };
  const builder = new GramBuilder(graph.node, opsetOf(probe.proto), names);
  const outputs = seen.flatMap((each) => {
    const other = inOriginal?.(each.input) ?? each.input;
    const about = inOriginal !== null && centred.has(each.id);
    const products = productsOf(builder, each, other, about, () => {
      const inputName = names('lw');
      graph.input.push(valueInfo(inputName, DataType.FLOAT, each.shape));
      weights.push({ inputName, shape: each.shape, id: each.id, which: 'present' });
      return inputName;
    });
    return products === null ? [] : [{ ...each, about, products }];
  });
  graph.output = outputs.flatMap(({ products }) => [...products.values()]).map((name) => valueInfo(name, DataType.FLOAT, null));
  const sums = new Map<string, Float64Array>();
  const plan = keepPlan(through, from === 'present' ? inOriginal : null);
  const kept = await calibration.observe(
    { model: probe, weights, ...startOf(through.start, graph, inOriginal), ...(plan ? { keep: plan } : {}) },
    (found) => {
      for (const [name, { data }] of Object.entries(found)) addTo(sums, name, data);
    },
    job,
  );
  const grams = outputs.map(({ id, matrix, about, products }): [string, InputGram] => {
    const of = (key: SumName): Float64Array => sums.get(products.get(key) ?? '') ?? new Float64Array(0);
    const gram = of('gram');
    if (!about) return [id, { matrix, gram, drift: products.has('cross') ? { of: 'columns', cross: of('cross') } : null, centred: null }];
    if (products.has('cross')) return [id, aboutMeans(matrix, { of: 'columns', gram, cross: of('cross'), own: of('own') })];
    if (!products.has('drift')) return [id, aboutMeans(matrix, { of: 'one network', gram })];
    const [drift, inputs, rows, squares] = [of('drift'), of('inputs'), of('outputs'), of('squares')];
    return [id, aboutMeans(matrix, { of: 'outputs', gram, drift, inputs, outputs: rows, squares })];
  });
  return { grams: new Map(grams), kept: kept === null || plan === null ? null : { kept, values: valuesKept(through, plan.values) } };
}

/** What a graph sums up of a layer. */
type SumName = 'gram' | 'cross' | 'own' | 'drift' | 'inputs' | 'outputs' | 'squares';

/**
 * Adds the nodes that make a layer's products, and gives their outputs; null where its columns cannot be made.
 * @param other the input's name in the original network. @param about whether they are wanted about the means. @param weightInput adds an
 * input for the layer's weight.
 */
function productsOf(
  builder: GramBuilder,
  { matrix, use, input }: Seen,
  other: string,
  about: boolean,
  weightInput: () => string,
): Map<SumName, string> | null {
  const plain = builder.columns(use, matrix, input);
  if (plain === null) return null;
  const columns = about ? builder.withOnes(plain) : plain;
  const products = new Map<SumName, string>([['gram', builder.product(columns, columns)]]);
  const original = other === input ? null : builder.columns(use, matrix, other);
  if (original === null) return products;
  // Of the layer's outputs there are fewer than of its columns: three products with them are less than two of columns.
  const weight = about && 3 * matrix.rows < 2 * matrix.columns && builder.liesAsRows(matrix) ? builder.rows(matrix, weightInput()) : null;
  if (weight === null) {
    const beside = about ? builder.withOnes(original) : original;
    products.set('cross', builder.product(beside, columns));
    if (about) products.set('own', builder.product(beside, beside));
    return products;
  }
  const outputs = builder.node('MatMul', [weight, original]);
  const moved = builder.node('MatMul', [weight, builder.node('Sub', [original, plain])]);
  products.set('drift', builder.product(moved, columns));
  products.set('inputs', builder.sumPlaces(original, 'values'));
  products.set('outputs', builder.sumPlaces(outputs, 'values'));
  products.set('squares', builder.sumPlaces(outputs, 'squares'));
  return products;
}

function addTo(sums: Map<string, Float64Array>, name: string, data: Float32Array): void {
  const sum = sums.get(name);
  if (sum === undefined) sums.set(name, Float64Array.from(data));
  else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (data[i] ?? 0);
}

interface Sides {
  readonly probe: OnnxModel;
  /** Names in the original network; null where it cannot be put beside, or is not asked for. */
  readonly inOriginal: ((name: string) => string) | null;
  readonly weights: ProbeWeight[];
  readonly names: (prefix: string) => string;
}

/** The networks side by side in one graph, from where they start to these values. */
function sidesOf(
  { present, original, layers, isChanged }: Observed,
  values: readonly string[],
  from: InputsFrom,
  start: CutState | null,
): Sides | null {
  const starts = [...(start?.values.keys() ?? [])];
  const ids = layers.map((l) => l.id);
  const probe = cutBetween(present, starts, values, ids);
  const { graph } = probe.model.proto;
  if (!graph) return null;
  const names = uniqueNames(probe.model.proto);
  const weights = probeWeights(probe.inputs, from === 'float' ? 'original' : 'present');
  const other = from === 'present' ? cutBetween(original, starts, values, ids) : null;
  const beside = other?.model.proto.graph;
  if (!other || !beside) return { probe: probe.model, inOriginal: null, weights, names };
  const own = new Map(probe.inputs.map(({ id, inputName }) => [id, inputName]));
  const inputs = other.inputs.map(({ id, inputName: name, shape }) => ({
    name,
    shape,
    same: isChanged(id) ? null : (own.get(id) ?? null),
  }));
  const read = new Set(beside.input.map(({ name }) => name));
  const given = [...(start?.values ?? [])].flatMap(([name, sides]) =>
    read.has(name) ? [{ name, shape: null, same: sides === 'one' ? name : null }] : [],
  );
  const inOriginal = putBeside(graph, beside, [...inputs, ...given], names, true);
  const apart = other.inputs.filter((_, at) => inputs[at]?.same === null);
  if (inOriginal !== null) weights.push(...probeWeights(apart, 'original', inOriginal));
  return { probe: probe.model, inOriginal, weights, names };
}

/** Of a value in the original network, where it is another there. Space is in no name that a graph may have. */
function originalKey(name: string): string {
  return `${name} before`;
}

/** Which inputs of the graph are fed from where it starts. */
function startOf(start: CutState | null, graph: GraphProto, inOriginal: Sides['inOriginal']): Pick<Probe, 'start'> {
  if (start === null) return {};
  const read = new Set(graph.input.map(({ name }) => name));
  const inputs = new Map<string, string>();
  for (const [name, sides] of start.values) {
    if (read.has(name)) inputs.set(name, name);
    const other = inOriginal?.(name) ?? name;
    if (sides === 'apart' && read.has(other)) inputs.set(other, originalKey(name));
  }
  return { start: { kept: start.kept, inputs } };
}

/** What the run is to keep; null where that is nothing, or the original network is not there to be kept. */
function keepPlan({ start, keep, floats }: Through, inOriginal: Sides['inOriginal']): ProbeKeep | null {
  if (keep.length === 0 || inOriginal === null) return null;
  const values = new Map<string, string>();
  const carried: string[] = [];
  for (const name of keep) {
    const sides = start?.values.get(name);
    if (sides !== undefined) carried.push(name, ...(sides === 'apart' ? [originalKey(name)] : []));
    else {
      values.set(name, name);
      if (inOriginal(name) !== name) values.set(originalKey(name), inOriginal(name));
    }
  }
  return { values, carried, floats: 2 * floats };
}

function valuesKept({ start, keep }: Through, made: ReadonlyMap<string, string>): Map<string, 'one' | 'apart'> {
  return new Map(keep.map((name) => [name, start?.values.get(name) ?? (made.has(originalKey(name)) ? 'apart' : 'one')]));
}
