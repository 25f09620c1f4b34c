import { openCut } from '../../onnx/probe';
import { GramBuilder, weightMatrix, type WeightMatrix } from '../../onnx/gram';
import { uniqueNames, valueInfo } from '../../onnx/graph';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { opsetOf } from '../../onnx/nodes';
import { DataType } from '../../onnx/tensor';
import type { Layer, OnnxModel } from '../../onnx/types';
import type { Job } from '../../base/job';
import type { Calibration, ProbeWeight } from '../types';
import { addTwin } from './twin';

/** What a layer's inputs have in common over the samples. */
export interface InputGram {
  readonly matrix: WeightMatrix;
  /** Sums of X X^T over samples and places, X the layer's input columns in the network as it is now: [groups, columns, columns]. */
  readonly gram: Float64Array;
  /** Sums of X0 X^T, X0 the same columns in the original network; null where both are one network. */
  readonly cross: Float64Array | null;
}

/**
 * Which inputs a layer is fitted to. 'float': those of the original network. 'present': those of the network as quantized so far, with the
 * original's outputs as the target, so that later layers make up for earlier ones.
 */
export type InputsFrom = 'float' | 'present';

/** The layer's weight as a matrix that multiplies columns of its input, or in words why it is not seen so. */
export function inputMatrix(source: LayerSource): WeightMatrix | string {
  const [use] = source.uses;
  if (use === undefined || source.uses.length > 1) return 'several nodes share the weight';
  if (source.layer.inSubgraph) return 'it is inside a branch or loop, whose inputs cannot be observed';
  if (use.via.some((value) => value.producer?.opType !== 'Identity' && value.producer?.opType !== 'Cast')) return 'the weight is reshaped before it is used';
  return weightMatrix(use);
}

/** Entries of all Gram matrices of a layer. */
export function gramEntries(source: LayerSource): number {
  const matrix = inputMatrix(source);
  return typeof matrix === 'string' ? 0 : matrix.groups * matrix.columns ** 2;
}

/**
 * Runs the samples once through the part of the model that these layers' inputs need and sums the Gram matrices, which the graph itself
 * computes: products run where the model runs, and only they come back. Layers whose inputs cannot be had are left out of the answer.
 */
export async function observeGrams(model: OnnxModel, layers: readonly Layer[], wanted: readonly string[], from: InputsFrom, calibration: Calibration, job: Job): Promise<Map<string, InputGram>> {
  const sources = findLayers(model).sources.filter((s) => wanted.includes(s.layer.id));
  const seen = sources.flatMap((source) => {
    const matrix = inputMatrix(source);
    const [use] = source.uses;
    const input = use?.node.input[0];
    return typeof matrix === 'string' || use === undefined || input === undefined ? [] : [{ id: source.layer.id, matrix, use, input }];
  });
  if (seen.length === 0) return new Map();
  const probe = openCut(model, [...new Set(seen.map(({ input }) => input))], layers.map((l) => l.id));
  const { proto } = probe.model;
  const { graph } = proto;
  if (!graph) return new Map();
  const weights: ProbeWeight[] = probe.inputs.map((input) => ({ ...input, which: from === 'float' ? 'original' : 'present' }));
  const names = uniqueNames(proto);
  // Names in the original network; where one cannot be put beside, the present inputs are the only ones.
  const twin = from === 'present' ? addTwin(graph, probe.inputs, names) : null;
  if (twin !== null) weights.push(...probe.inputs.map((input): ProbeWeight => ({ ...input, inputName: twin(input.inputName), which: 'original' })));
  const builder = new GramBuilder(graph, opsetOf(proto), names);
  const outputs = seen.flatMap(({ id, matrix, use, input }) => {
    const columns = builder.columns(use, matrix, input);
    if (columns === null) return [];
    const original = twin === null ? null : builder.columns(use, matrix, twin(input));
    return [{ id, matrix, gram: builder.product(columns, columns), cross: original === null ? null : builder.product(original, columns) }];
  });
  graph.output = outputs.flatMap(({ gram, cross }) => [gram, ...(cross === null ? [] : [cross])]).map((name) => valueInfo(name, DataType.FLOAT, null));
  const sums = new Map<string, Float64Array>();
  await calibration.observe(
    { model: probe.model, weights },
    (values) => {
      for (const [name, { data }] of Object.entries(values)) {
        const sum = sums.get(name) ?? new Float64Array(data.length);
        for (let i = 0; i < data.length; i++) sum[i] = (sum[i] ?? 0) + (data[i] ?? 0);
        sums.set(name, sum);
      }
    },
    job,
  );
  const sumOf = (name: string): Float64Array => sums.get(name) ?? new Float64Array(0);
  return new Map(outputs.map(({ id, matrix, gram, cross }) => [id, { matrix, gram: sumOf(gram), cross: cross === null ? null : sumOf(cross) }]));
}
