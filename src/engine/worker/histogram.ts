import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { own } from '../../base/own';
import { binCounts } from '../../compute/operations/histogram';
import { groupRanges } from '../../compute/operations/ranges';
import { blocksPerChannel, type Codebook, type Grid, type Groups } from '../../base/grids';
import type { Compute, Handle } from '../../compute/types';
import type { Layer } from '../../onnx/types';
import { channelValues } from '../../passes/channels';
import type { Encoding, Lease } from '../../passes/types';
import type { LayerSketch } from '../../recipe/run';
import { layerState } from '../../recipe/states';
import type { Recipe } from '../../recipe/types';
import type { LayerHistogram } from '../protocol/index';
import type { Workbench } from './workbench';

/**
 * One layer before and after the recipe, in the same bins over the range of both. With `channel`, only that output channel.
 * Of the present run, or a sketch of this layer alone. Throws `bad-recipe` for a layer the model has not.
 */
export async function histogram(
  bench: Workbench,
  recipe: Recipe,
  layerId: string,
  channel: number | null,
  bins: number,
  job: Job,
): Promise<LayerHistogram> {
  const { compute } = bench.platform;
  const run = await bench.layer(recipe, layerId, job);
  const held: Lease[] = [];
  try {
    const layer = layerOf(run, layerId);
    const original = await bench.cache.originals.acquire(layerId);
    held.push(original);
    const present = await run.store.acquire(layerId);
    held.push(present);
    const before = await part(compute, original, layerOf(bench.cache, layerId), channel);
    held.push(before);
    const after = await part(compute, present, layer, channel);
    held.push(after);
    const { lo, hi } = await jointRange(compute, [before.handle, after.handle]);
    const [countsBefore, countsAfter, state] = await Promise.all([
      compute.run(binCounts, before.handle, lo, hi, bins),
      compute.run(binCounts, after.handle, lo, hi, bins),
      layerState(run, compute, layer),
    ]);
    const encoding = run.store.encodingOf(layerId);
    const levels = levelsOf(encoding, channel);
    const thresholds = run.steps.findLast((s) => s.thresholds !== undefined)?.thresholds;
    return {
      layerId,
      channel,
      before: countsBefore,
      after: countsAfter,
      threshold: own(thresholds, layerId) ?? null,
      levels: levels?.values ?? null,
      step: levels?.step ?? null,
      state,
    };
  } finally {
    for (const lease of held) lease.release();
    run.dispose();
  }
}

/** The layer as the recipe's graph has it. Throws `bad-recipe` where there is none. */
export function layerOf({ layers }: Pick<LayerSketch, 'layers'>, layerId: string): Layer {
  const layer = layers.find(({ id }) => id === layerId);
  if (layer) return layer;
  throw new WhittleError('bad-recipe', `Under this recipe the model has no layer "${layerId}".`, 'Choose a layer of the table.');
}

/** The leased tensor itself, or one of its channels as a tensor of its own. */
async function part(compute: Compute, whole: Lease, layer: Layer, channel: number | null): Promise<Lease> {
  if (channel === null) return { handle: whole.handle, release: () => {} };
  const handle = compute.upload(channelOf(await compute.download(whole.handle), layer.view, channel));
  return { handle, release: () => handle.destroy() };
}

/** The elements of one channel of a tensor seen as [outer, channels, inner]. Throws `bad-recipe` for a channel it has not. */
export function channelOf(values: Float32Array, view: Pick<Groups, 'outer' | 'channels' | 'inner'>, channel: number): Float32Array {
  const { channels } = view;
  if (channel < 0 || channel >= channels)
    throw new WhittleError('bad-recipe', `There is no channel ${channel}; the layer has ${channels}.`, 'Choose another channel.');
  return channelValues(values, view, channel);
}

/** Range that covers every value; of some width even where all are equal, so that bins have one too. */
async function jointRange(compute: Compute, handles: readonly Handle[]): Promise<{ lo: number; hi: number }> {
  const found = await Promise.all(
    handles.map((handle) => compute.run(groupRanges, handle, { outer: 1, channels: 1, inner: handle.length, block: handle.length })),
  );
  const lo = Math.min(...found.map(({ min }) => min[0] ?? 0));
  const hi = Math.max(...found.map(({ max }) => max[0] ?? 0));
  if (!(hi > lo)) return { lo: Math.min(lo, 0) - 1e-6, hi: Math.max(hi, 0) + 1e-6 };
  return { lo, hi };
}

/**
 * The values a layer can hold, ascending, with the distance of a grid; null where they differ within what is shown, and for plain floats.
 */
function levelsOf(encoding: Encoding | null, channel: number | null): { values: number[]; step: number | null } | null {
  if (encoding?.kind === 'grid') return gridLevels(encoding.grid, channel);
  return encoding?.kind === 'codebook' ? codebookLevels(encoding.codebook, channel) : null;
}

/** The distinct values of the whole layer's codebook, or of the channel's. */
export function codebookLevels({ groups, size, values }: Codebook, channel: number | null): { values: number[]; step: null } | null {
  if (groups.channels > 1 && channel === null) return null;
  const first = groups.channels > 1 ? (channel ?? 0) * size : 0;
  return { values: [...new Set(values.subarray(first, first + size))], step: null };
}

/** The values a grid can hold, ascending, and their distance; null where they differ within what is shown. */
export function gridLevels(grid: Grid, channel: number | null): { values: number[]; step: number } | null {
  const blocks = blocksPerChannel(grid.groups);
  if (blocks !== 1 || (grid.groups.channels > 1 && channel === null)) return null;
  const group = grid.groups.channels > 1 ? (channel ?? 0) : 0;
  const step = grid.scales[group] ?? 0;
  const zero = grid.zeroPoints[group] ?? 0;
  // A grid may be mirrored (a negative scale), where the longer half of its codes fits the longer tail.
  const values = Array.from({ length: grid.qMax - grid.qMin + 1 }, (_, k) => (grid.qMin + k - zero) * step + 0).toSorted((a, b) => a - b);
  return { values, step: Math.abs(step) };
}
