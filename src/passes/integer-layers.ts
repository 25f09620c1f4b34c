/** Layers that are to compute on integers: which can, and their weights put on grids. Shared by quantize-static and quantize-dynamic. */
import type { NodeProto } from 'onnx-buf';
import type { Grid } from '../compute/types';
import { findLayers, type LayerSource } from '../onnx/layers';
import { opsetOf } from '../onnx/nodes';
import { opsetBlockers, raiseOpset } from '../onnx/opset';
import type { Skipped } from '../onnx/types';
import { integerGrid, keptIntegerGrid, storableSettings, weightSettings, type WeightSettings } from './integer-weights';
import type { PassContext } from './types';

/** One scale a channel needs this operator set; earlier models are moved there where no node has to change. */
const CHANNEL_OPSET = 13;

export interface IntegerLayer {
  readonly source: LayerSource;
  /** The only node that reads the weight. */
  readonly node: NodeProto;
  readonly settings: WeightSettings;
  /** One scale for the whole weight, where the recipe asks for one a channel and the operator set has no such form. */
  readonly coarse: boolean;
}

/**
 * The selected layers that can be treated, and why the others cannot. Moves the model to opset 13 where that changes no node.
 * @param problemOf what stands in the way of a layer, apart from the operator set.
 * @param oldest the operator set that the pass's own nodes need.
 */
export function chooseIntegerLayers({ model, selected }: PassContext, problemOf: (source: LayerSource) => string | null, oldest: number): { layers: IntegerLayer[]; skipped: Skipped[] } {
  const sources = new Map(findLayers(model).sources.map((source) => [source.layer.id, source]));
  const blockers = opsetBlockers(model, CHANNEL_OPSET);
  const wanted = selected.flatMap(({ layer, options }) => {
    const source = sources.get(layer.id);
    return source ? [{ source, asked: weightSettings(options), problem: problemOf(source) }] : [];
  });
  if (blockers.length === 0 && wanted.some(({ problem }) => problem === null)) raiseOpset(model, CHANNEL_OPSET);
  const opset = opsetOf(model.proto);
  const layers: IntegerLayer[] = [];
  const skipped: Skipped[] = [];
  for (const { source, asked, problem } of wanted) {
    const node = source.uses[0]?.node;
    const settings = opset < oldest ? `Its integer form needs opset ${oldest}; the model has ${opset}.` : storableSettings(source, asked, model);
    if (problem !== null) skipped.push({ layer: source.layer.id, reason: problem });
    else if (typeof settings === 'string') skipped.push({ layer: source.layer.id, reason: `${settings} ${blockers.join(', ')} would have to be rewritten for a later opset.` });
    else if (node) layers.push({ source, node, settings, coarse: settings.granularity !== asked.granularity });
  }
  return { layers, skipped };
}

/** Puts a layer's weight on its symmetric grid: the one that an earlier pass has rounded it to where that serves, else the one of least error. */
export async function putIntegerWeight({ compute, weights, model }: PassContext, { source, settings }: IntegerLayer, floors: ((groups: number) => Float32Array) | null): Promise<Grid> {
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

/** What is to be said of layers that got one scale for the whole weight. */
export function coarseNote(layers: readonly IntegerLayer[]): string {
  const count = layers.filter((layer) => layer.coarse).length;
  return count === 0 ? '' : ` ${count} have one scale for the whole weight: scales by channel need opset ${CHANNEL_OPSET}.`;
}
