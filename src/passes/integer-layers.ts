/** Layers that are to compute on integers: which can, and their weights put on grids. Shared by quantize-static and quantize-dynamic. */
import { GRID } from '../base/grid-codecs';
import { counted } from '../base/plural';
import type { NodeProto } from 'onnx-buf';
import { quantize } from '../compute/operations/quantize';
import type { Grid } from '../base/grids';
import { findLayers, type LayerSource } from '../onnx/layers';
import { opsetOf } from '../onnx/nodes';
import { opsetBlockers, raiseOpset } from '../onnx/opset';
import { canStore } from '../onnx/encode';
import type { Layer, Skipped } from '../onnx/types';
import { indexValues, type ValueIndex } from '../onnx/values';
import { integerGrid, keptIntegerGrid, storableSettings, weightSettings, type WeightSettings } from './integer-weights';
import { groupsOf } from './quantize-weights/groups';
import type { PassContext, PassResult } from './types';
import { byWaves } from './waves';

/** One scale a channel needs this operator set; earlier models are moved there where no node has to change. */
const CHANNEL_OPSET = 13;

export interface IntegerLayer {
  readonly source: LayerSource;
  /** The nodes that read the weight, all alike, and the first of them. */
  readonly nodes: readonly NodeProto[];
  readonly node: NodeProto;
  readonly settings: WeightSettings;
  /** One scale for the whole weight, where the recipe asks for one a channel and the operator set has no such form. */
  readonly coarse: boolean;
}

/** A selected layer that cannot compute on integers. */
export interface LeftLayer {
  readonly layer: Layer;
  readonly settings: WeightSettings;
  readonly reason: string;
}

/**
 * The selected layers that can compute on integers, and why the others cannot. Moves the model to opset 13 where that changes no node.
 * @param problemOf what stands in the way of a layer, apart from the operator set.
 * @param oldest the operator set that the pass's own nodes need.
 */
export function chooseIntegerLayers(
  { model, selected }: PassContext,
  problemOf: (source: LayerSource) => string | null,
  oldest: number,
): { layers: IntegerLayer[]; left: LeftLayer[] } {
  const sources = new Map(findLayers(model).sources.map((source) => [source.layer.id, source]));
  const index = indexValues(model.proto);
  const blockers = opsetBlockers(model, CHANNEL_OPSET);
  const wanted = selected.flatMap(({ layer, options }) => {
    const source = sources.get(layer.id);
    return source ? [{ source, asked: weightSettings(options), problem: problemOf(source) ?? foldedProduct(index, source) }] : [];
  });
  if (blockers.length === 0 && wanted.some(({ problem }) => problem === null)) raiseOpset(model, CHANNEL_OPSET);
  const opset = opsetOf(model.proto);
  const layers: IntegerLayer[] = [];
  const left: LeftLayer[] = [];
  for (const { source, asked, problem } of wanted) {
    const { layer } = source;
    const nodes = source.uses.map((use) => use.node);
    const [node] = nodes;
    const settings =
      opset < oldest ? `Its integer form needs opset ${oldest}; the model has ${opset}.` : storableSettings(source, asked, model);
    if (problem !== null) left.push({ layer, settings: asked, reason: problem });
    else if (typeof settings === 'string')
      left.push({ layer, settings: asked, reason: `${settings} ${blockers.join(', ')} would have to be rewritten for a later opset.` });
    else if (node) layers.push({ source, nodes, node, settings, coarse: settings.granularity !== asked.granularity });
  }
  return { layers, left };
}

/** A product of two constants is one itself: runtimes work it out when they load the model. */
function foldedProduct(index: ValueIndex, { uses }: LayerSource): string | null {
  const folded = uses.find(({ node, input, scope }) => input === 1 && index.find(scope, node.input[0] ?? '')?.constant);
  return folded ? `${folded.node.opType} reads constants only: there is nothing to compute in a run.` : null;
}

/** The smallest scales that the groups of a weight may have; null: any. */
export type Floors = ((groups: number) => Float32Array) | null;

/** Puts weights on their symmetric grids, layers side by side; gives the grids in the order of the layers. */
export function putIntegerWeights(
  context: PassContext,
  layers: readonly IntegerLayer[],
  floorsOf: (layer: IntegerLayer) => Floors = () => null,
): Promise<Grid[]> {
  const { job } = context;
  const startedAt = Date.now();
  let done = 0;
  return byWaves(
    layers,
    ({ source }) => source.layer,
    async (layer) => {
      job.signal.throwIfAborted();
      job.onProgress({ stage: `Quantizing ${layer.source.layer.id}`, done, total: layers.length, startedAt });
      const grid = await putIntegerWeight(context, layer, floorsOf(layer));
      done++;
      return grid;
    },
  );
}

/** On the grid that an earlier pass has rounded the weight to where that serves, else on the one of least error. */
async function putIntegerWeight(context: PassContext, { source, settings }: IntegerLayer, floors: Floors): Promise<Grid> {
  const { compute, weights, model } = context;
  const { id } = source.layer;
  const lease = await weights.acquire(id);
  try {
    const taken = keptIntegerGrid(weights.encodingOf(id), source, model, floors);
    const choose = (): Promise<Grid> => integerGrid(compute, lease.handle, source, settings, floors);
    // Chosen once for the file and for the run that it is held against. A sketch knows no floors.
    const key = JSON.stringify(['integers', id, floors !== null]);
    const grid = taken ?? (await context.keep(key, choose, GRID, { quick: true }));
    await weights.put(id, await compute.run(quantize, lease.handle, grid), { kind: 'grid', grid, storage: 'dequantize' });
    return grid;
  } finally {
    lease.release();
  }
}

/** Puts weights on symmetric grids, stored as packed codes, which are decoded once at load: the layers compute in float. */
export async function packWeights(context: PassContext, layers: readonly Pick<LeftLayer, 'layer' | 'settings'>[]): Promise<void> {
  await byWaves(
    layers,
    ({ layer }) => layer,
    ({ layer, settings }) => {
      context.job.signal.throwIfAborted();
      return packWeight(context, layer, settings);
    },
  );
}

async function packWeight(context: PassContext, layer: Layer, settings: WeightSettings): Promise<void> {
  const { compute, weights } = context;
  const lease = await weights.acquire(layer.id);
  try {
    const choose = (): Promise<Grid> => integerGrid(compute, lease.handle, { layer }, settings, null);
    const grid = await context.keep(JSON.stringify(['packed', layer.id, settings]), choose, GRID, { quick: true });
    await weights.put(layer.id, await compute.run(quantize, lease.handle, grid), { kind: 'grid', grid, storage: 'packed' });
  } finally {
    lease.release();
  }
}

/**
 * Stores the weights of layers that cannot compute on integers in as many bits all the same; those that an earlier pass has encoded stay as
 * they are. Each is listed with what became of it, and all are counted in the note.
 */
export async function packLeft(
  context: PassContext,
  left: readonly LeftLayer[],
): Promise<{ readonly skipped: Skipped[]; readonly note: string }> {
  const outcomes = left.map(({ layer, settings }) => unpackable(context, layer, settings));
  const packed = left.filter((_, at) => outcomes[at] === null);
  await packWeights(context, packed);
  return {
    skipped: left.map(({ layer, settings, reason }, at) => ({
      layer: layer.id,
      reason: `${reason} ${outcomes[at] ?? `Its weights are stored in ${settings.bits} bits, and it computes in float.`}`,
    })),
    note: packed.length === 0 ? '' : ` ${counted(packed.length, 'layer computes', 'layers compute')} in float on weights of fewer bits.`,
  };
}

/** The weights alone: what becomes of activations does not change them, but for scales that large biases raise. */
export async function sketchIntegers(context: PassContext, { layers, left }: ReturnType<typeof chooseIntegerLayers>): Promise<PassResult> {
  await putIntegerWeights(context, layers);
  const { skipped } = await packLeft(context, left);
  return { changed: [], skipped, note: '' };
}

/** What becomes of a weight that is not packed; null where it is. */
function unpackable({ weights, model }: PassContext, layer: Layer, { bits, granularity }: WeightSettings): string | null {
  if (weights.encodingOf(layer.id) !== null) return 'Its weights stay as an earlier pass stores them.';
  const fits = canStore(layer, 'packed', model, { bits, groups: groupsOf(layer, { granularity, blockSize: 0 }) });
  return fits === true ? null : `It stays float: ${fits}`;
}

/** What is to be said of layers that got one scale for the whole weight. */
export function coarseNote(layers: readonly IntegerLayer[]): string {
  const count = layers.filter((layer) => layer.coarse).length;
  return count === 0 ? '' : ` ${count} have one scale for the whole weight: scales by channel need opset ${CHANNEL_OPSET}.`;
}
