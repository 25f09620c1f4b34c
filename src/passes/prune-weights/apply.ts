import { number, record } from '../../base/codec';
import { counted } from '../../base/plural';
import { applyCut } from '../../compute/operations/apply-cut';
import { countBelow } from '../../compute/operations/count-below';
import { type MagnitudeCut, magnitudeCut } from '../../compute/operations/magnitude-cut';
import type { Handle } from '../../compute/types';
import type { Layer, Skipped } from '../../onnx/types';
import type { Encoding, Pass, PassContext, PassResult } from '../types';
import { pruneWeightsMeta } from './meta';
import { byWaves } from '../waves';
import { isCut, magnitudeBits, randomScores, selectCut, type Scores } from './select';
import { cutCount, settingsOf, type PruneSettings } from './settings';

/** Above this many weights together (128 MB) a global cut streams layer by layer instead of holding them all on the device. */
const HELD_WEIGHTS = 32 * 1024 * 1024;

/** Layers that are ranked together and cut at one place. */
interface Batch {
  readonly layers: readonly Layer[];
  readonly settings: PruneSettings;
}

const CUT = record<MagnitudeCut>({ bits: number, threshold: number, tieTensor: number, tieIndex: number, count: number });

/**
 * Zeroes the least important weights: exactly the asked-for count, over all layers or in each. Source: magnitude pruning, Han et
 * al. 2015 (arXiv 1506.02626). A value that lies on a quantization grid stays on it, because zero does; a codebook without zero is left
 * alone.
 */
export const pruneWeights: Pass = {
  meta: pruneWeightsMeta,
  async apply(context, options): Promise<PassResult> {
    const settings = settingsOf(options);
    const skipped: Skipped[] = [];
    const thresholds = new Map<string, number>();
    const changed: string[] = [];
    let zeroed = 0;
    let ranked = 0;
    const selected = new Set(context.selected.map(({ layer }) => layer.id));
    for (const batch of batchesOf(context, settings, skipped)) {
      const wanted = batch.layers.filter(({ id }) => selected.has(id));
      if (wanted.length === 0) continue;
      const key = JSON.stringify([batch.settings, batch.layers.map((l) => l.id)]);
      const cut = await context.keep(key, () => findCut(context, batch), CUT, { quick: true });
      zeroed += cut.count;
      ranked += batch.layers.reduce((sum, l) => sum + l.params, 0);
      if (batch.settings.criterion === 'magnitude') for (const { id } of wanted) thresholds.set(id, cut.threshold);
      if (cut.count === 0) {
        skipped.push(...wanted.map(({ id }) => ({ layer: id, reason: 'At this setting none of its weights is cut.' })));
        continue;
      }
      await byWaves(
        wanted,
        (layer) => layer,
        (layer) => {
          context.job.signal.throwIfAborted();
          return cutLayer(context, layer, batch.layers.indexOf(layer), cut, batch.settings);
        },
      );
      changed.push(...wanted.map(({ id }) => id));
    }
    const share = ranked === 0 ? 0 : (100 * zeroed) / ranked;
    const note = `${zeroed.toLocaleString('en')} of ${counted(ranked, 'weight')} set to zero (${share.toFixed(1)} %).`;
    return { changed, skipped, note, thresholds: Object.fromEntries(thresholds) };
  },
};

/** Layers with a sparsity of their own, and all layers under scope 'layer', are ranked alone; the others together. */
function batchesOf(context: PassContext, settings: PruneSettings, skipped: Skipped[]): Batch[] {
  const together: Layer[] = [];
  const batches: Batch[] = [];
  for (const { layer, options } of context.ranked) {
    const own = settingsOf(options);
    if (layer.params === 0) skipped.push({ layer: layer.id, reason: 'It has no weights.' });
    else if (!holdsZero(context.weights.encodingOf(layer.id)))
      skipped.push({ layer: layer.id, reason: 'It is clustered already, to values without zero: prune before clustering.' });
    // A sparsity set on one layer stands apart from the pass's threshold or target size too.
    else if (own.sparsity !== settings.sparsity)
      batches.push({ layers: [layer], settings: { ...own, threshold: undefined, targetBytes: undefined } });
    else if (settings.scope === 'layer') batches.push({ layers: [layer], settings: perLayerTarget(settings, context, layer) });
    else together.push(layer);
  }
  if (together.length > 0) batches.unshift({ layers: together, settings });
  return batches;
}

/** Whether a weight of zero can be stored: grids and floats hold it, a codebook only where it is one of each channel's values. */
function holdsZero(encoding: Encoding | null): boolean {
  if (encoding?.kind !== 'codebook') return true;
  const { values, size } = encoding.codebook;
  for (let first = 0; first < values.length; first += size) if (!values.subarray(first, first + size).includes(0)) return false;
  return true;
}

/** Under scope 'layer' a target size is shared out in proportion: every layer keeps the same share of its bytes. */
function perLayerTarget(settings: PruneSettings, context: PassContext, layer: Layer): PruneSettings {
  if (settings.targetBytes === undefined) return settings;
  const all = context.ranked.reduce((sum, s) => sum + s.layer.bytes, 0);
  return { ...settings, targetBytes: (settings.targetBytes * layer.bytes) / Math.max(all, 1) };
}

async function findCut(context: PassContext, batch: Batch): Promise<MagnitudeCut> {
  const { layers, settings } = batch;
  const params = layers.reduce((sum, l) => sum + l.params, 0);
  const bytes = layers.reduce((sum, l) => sum + l.bytes, 0);
  if (settings.threshold !== undefined) return thresholdCut(context, layers, settings.threshold);
  const count = cutCount(settings, params, bytes);
  // The CPU maker sorts everything; the streamed select is exact as well and much faster there.
  if (settings.criterion === 'magnitude' && params <= HELD_WEIGHTS && context.compute.info.kind !== 'cpu') {
    return withHandles(context, layers, (handles) => context.compute.run(magnitudeCut, handles, count));
  }
  return selectCut(layers.length, streamedScores(context, layers, settings), count);
}

/** The cut of every weight with |w| < threshold. */
async function thresholdCut(context: PassContext, layers: readonly Layer[], threshold: number): Promise<MagnitudeCut> {
  const counts = await byWaves(
    layers,
    (layer) => layer,
    (layer) => {
      context.job.signal.throwIfAborted();
      return withHandles(context, [layer], (handles) => context.compute.run(countBelow, handles, threshold));
    },
  );
  const count = counts.reduce((sum, each) => sum + each, 0);
  // No tie is ever cut: the first kept magnitude is the threshold itself or above it.
  const bits = magnitudeBits(Float32Array.of(threshold))[0] ?? 0;
  return { bits, threshold, tieTensor: 0, tieIndex: 0, count };
}

function streamedScores(context: PassContext, layers: readonly Layer[], settings: PruneSettings): Scores {
  return async (tensor) => {
    context.job.signal.throwIfAborted();
    const layer = layers[tensor];
    if (layer === undefined) return new Uint32Array(0);
    if (settings.criterion === 'random') return randomScores(layer.id, layer.params);
    return magnitudeBits(await withHandles(context, [layer], ([handle]) => context.compute.download(handle)));
  };
}

async function cutLayer(context: PassContext, layer: Layer, tensor: number, cut: MagnitudeCut, settings: PruneSettings): Promise<void> {
  const { compute, weights } = context;
  const lease = await weights.acquire(layer.id);
  let pruned: Handle;
  try {
    pruned =
      settings.criterion === 'magnitude'
        ? await compute.run(applyCut, lease.handle, tensor, cut)
        : compute.upload(await randomCut(context, lease.handle, layer, tensor, cut));
  } finally {
    lease.release();
  }
  await weights.put(layer.id, pruned, weights.encodingOf(layer.id));
}

async function randomCut(context: PassContext, handle: Handle, layer: Layer, tensor: number, cut: MagnitudeCut): Promise<Float32Array> {
  const values = await context.compute.download(handle);
  const scores = randomScores(layer.id, values.length);
  for (let i = 0; i < values.length; i++) if (isCut(cut, tensor, i, scores[i] ?? 0)) values[i] = 0;
  return values;
}

async function withHandles<T>(
  context: PassContext,
  layers: readonly Layer[],
  work: (handles: [Handle, ...Handle[]]) => Promise<T>,
): Promise<T> {
  const leases = [];
  try {
    for (const layer of layers) leases.push(await context.weights.acquire(layer.id));
    const [first, ...rest] = leases.map((l) => l.handle);
    if (first === undefined) throw new RangeError('a cut over no layers');
    return await work([first, ...rest]);
  } finally {
    for (const lease of leases) lease.release();
  }
}
