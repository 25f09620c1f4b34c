import { counted } from '../../base/plural';
import type { NodeProto } from 'onnx-buf';
import { indexChannels } from '../../onnx/channels/index';
import { findLayers } from '../../onnx/layers';
import { opsetOf } from '../../onnx/nodes';
import { indexShapes } from '../../onnx/shapes';
import type { Skipped } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import { readWeights } from '../read-weights';
import type { Pass, PassContext, PassResult } from '../types';
import { absorbable } from './absorb';
import { scaledLayers, type ScaledLayer } from './scaled-layers';
import { magnitudesOf, solveFactors, type Magnitudes } from './factors';
import { scalingSetOf } from './scaling-sets';
import { equalizeLayersMeta } from './meta';
import type { ScalingSet } from './types';
import { applyChanges, fitsFile, type Change } from './write';

/**
 * Cross-layer equalization and absorption of high biases: rescales channels between layers joined by nothing or by positively homogeneous
 * operations, so that both sides use the same range of weights. The network computes what it did. Layers that no such set reaches are
 * listed in `skipped`. Edits the graph in place and the weights through the store. Source: Nagel et al. 2019 (arXiv 1906.04721, 4.1).
 */
export const equalizeLayers: Pass = {
  meta: equalizeLayersMeta,
  async apply(context, options): Promise<PassResult> {
    const { sets: found, skipped } = findSets(context);
    const { sets, layers, solved } = await solve(context, found, Number(options['iterations']), skipped);
    const constants = options['absorb'] === true ? await absorbable(context, sets) : sets.map(() => null);
    const changes = sets.map((set, j): Change => ({
      set,
      factors: solved.factors[j] ?? new Float64Array(set.channels).fill(1),
      constants: set.fixed === null ? (constants[j] ?? null) : null,
    }));
    for (const [j, { producer, fixed }] of sets.entries()) {
      if (constants[j] && fixed !== null) skipped.push({ layer: producer.id, reason: `Its high biases stay: ${fixed}.` });
    }
    await applyChanges(context, layers, changes);
    const absorbed = changes.filter((c) => c.constants !== null).length;
    return {
      changed: layers.map((layer) => layer.id),
      skipped,
      note: noteOf(context, options['absorb'] === true, sets.length, solved.sweeps, absorbed),
    };
  },
};

interface Solved {
  readonly sets: readonly ScalingSet[];
  readonly layers: readonly ScaledLayer[];
  readonly solved: ReturnType<typeof solveFactors>;
}

/** The factors of these scaling sets, without those whose rescaled values no file can hold: they are listed, the others solved anew. */
async function solve(context: PassContext, sets: readonly ScalingSet[], iterations: number, skipped: Skipped[]): Promise<Solved> {
  const byId = new Map(
    sets.flatMap(({ producer, readers }) => [producer, ...readers.map((r) => r.layer)]).map((layer) => [layer.id, layer]),
  );
  const layers = [...byId.values()];
  const at = new Map(layers.map((layer, i) => [layer.id, i]));
  const place = (id: string): number => at.get(id) ?? 0;
  const ties = sets.map(({ producer, readers }) => ({
    producer: place(producer.id),
    readers: readers.map(({ layer, offset, spread }) => ({ layer: place(layer.id), offset, spread })),
  }));
  const magnitudes = await readMagnitudes(context, layers);
  const solved = solveFactors(magnitudes, ties, iterations);
  const fits = sets.map((set, j) =>
    fitsFile(set, solved.factors[j] ?? new Float64Array(0), (layer) => magnitudes[place(layer.id)]?.values ?? new Float32Array(0)),
  );
  if (fits.every(Boolean)) return { sets, layers, solved };
  for (const [j, set] of sets.entries())
    if (fits[j] !== true)
      skipped.push({ layer: set.producer.id, reason: 'Rescaled with what follows, values would leave the range of their type.' });
  return solve(
    context,
    sets.filter((_, j) => fits[j]),
    iterations,
    skipped,
  );
}

function noteOf({ calibration }: PassContext, absorbs: boolean, sets: number, sweeps: number, absorbed: number): string {
  if (sets === 0) return 'No layers to equalize.';
  const biases = !absorbs
    ? ''
    : calibration === null
      ? ' No biases absorbed: that needs samples.'
      : ` High biases absorbed behind ${absorbed}.`;
  return `${counted(sets, 'layer')} equalized with what follows, in ${counted(sweeps, 'sweep')}.${biases}`;
}

/** All scaling sets, and the layers that are in none with the reason. */
function findSets(context: PassContext): { sets: ScalingSet[]; skipped: Skipped[] } {
  const index = indexValues(context.model.proto);
  const { sources } = findLayers(context.model);
  const layers = scaledLayers(context, index, sources);
  const layerOf = new Map<NodeProto, string>(sources.flatMap(({ layer, uses }) => uses.map((use) => [use.node, layer.id] as const)));
  const shapes = indexShapes(index);
  const around = { index, shapes, channels: indexChannels(index, shapes, false), layers, layerOf };
  const tried = new Map([...layers].map(([id, layer]) => [id, typeof layer === 'string' ? layer : scalingSetOf(around, layer)]));
  const opset = opsetOf(context.model.proto);
  const sets: ScalingSet[] = [];
  for (const [id, set] of tried) {
    if (typeof set === 'string') continue;
    // Min broadcasts from opset 8 on.
    if (set.clips.length > 0 && opset < 8) tried.set(id, 'Its output is clipped, and operator set 7 has no clip for each channel.');
    else sets.push(set);
  }
  const reached = new Set(sets.flatMap(({ producer, readers }) => [producer.id, ...readers.map((r) => r.layer.id)]));
  const selected = new Set(context.selected.map((s) => s.layer.id));
  const skipped = [...tried].flatMap(([layer, reason]) =>
    typeof reason === 'string' && selected.has(layer) && !reached.has(layer) ? [{ layer, reason }] : [],
  );
  return { sets, skipped };
}

async function readMagnitudes(context: PassContext, layers: readonly ScaledLayer[]): Promise<Magnitudes[]> {
  const magnitudes: Magnitudes[] = [];
  for (const layer of layers) {
    context.job.signal.throwIfAborted();
    magnitudes.push(magnitudesOf(layer.geometry, await readWeights(context, layer.id)));
  }
  return magnitudes;
}
