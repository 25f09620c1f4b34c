import { GRID } from '../../base/grid-codecs';
import { counted } from '../../base/plural';
import type { AdaroundOptions } from '../../compute/operations/adaround';
import { quantize } from '../../compute/operations/quantize';
import { groupRanges } from '../../compute/operations/ranges';
import type { Grid } from '../../base/grids';
import type { Compute, Handle } from '../../compute/types';
import { canStore } from '../../onnx/encode';
import type { Layer, Skipped, Storage } from '../../onnx/types';
import { fitWanted } from '../reconstruction/fit-layers';
import { onOriginalInputs } from '../reconstruction/inputs-field';
import type { Options } from '../options';
import type { Pass, PassContext, PassResult } from '../types';
import { byWaves } from '../waves';
import { roundLayersByOutput, type Planned } from './by-output';
import type { GptqChoice } from './gptq';
import { gridFromRanges, storedGrid } from './grid';
import { groupsOf } from './groups';
import { halfQuadraticGrid } from './hqq';
import { quantizeWeightsMeta } from './meta';
import { leastErrorGrid, percentileRanges } from './range';
import { isByOutput, settingsOf, type QuantizeSettings } from './settings';

/** Below this many weights (64 K) the nodes of a MatMulNBits gain nothing that can be measured. */
const SMALL_MATMUL = 64 * 1024;

/** Up to this many bits the lone code -2^(b-1) is worth a search for the sign that uses it best. */
const SIGN_BITS = 4;

/** Steps of AdaRound for a layer, and for a sketch of it. */
const LEARNING_STEPS = 300;
const SKETCH_STEPS = 100;

/**
 * Rounds weights to a uniform grid per tensor, channel or block (Nagel et al. 2021, arXiv 2106.08295).
 * The values put in the store lie exactly on the grid that is written to the file. A layer whose storage cannot hold the grid is
 * left as it is and listed.
 */
export const quantizeWeights: Pass = {
  meta: quantizeWeightsMeta,
  apply: (context) => quantizeSelected(context, settingsOf, LEARNING_STEPS),
  sketch: (context) => quantizeSelected(context, (options) => onOriginalInputs(settingsOf(options)), SKETCH_STEPS),
};

async function quantizeSelected(
  context: PassContext,
  read: (options: Options) => QuantizeSettings,
  iterations: number,
): Promise<PassResult> {
  const { selected, job } = context;
  const skipped: Skipped[] = [];
  const planned = selected.flatMap(({ layer, options }) => {
    const settings = read(options);
    const storage = layer.params === 0 ? { reason: 'It has no weights.' } : chooseStorage(context, layer, settings);
    if ('kind' in storage) return [{ layer, settings, storage: storage.kind, iterations }];
    skipped.push({ layer: layer.id, reason: storage.reason });
    return [];
  });
  const roundSome = (some: readonly Planned[]): Promise<readonly Skipped[]> =>
    roundLayersByOutput(context, some, (each) => choiceOf(context, each));
  const { rest, note } = await fitWanted(planned, ({ settings }) => isByOutput(settings.rounding), roundSome, 'was rounded to the nearest');
  const startedAt = Date.now();
  let done = 0;
  const tell = ({ layer }: Planned): void => job.onProgress({ stage: `Quantizing ${layer.id}`, done, total: rest.length, startedAt });
  await byWaves(
    rest,
    ({ layer }) => layer,
    async (each) => {
      job.signal.throwIfAborted();
      tell(each);
      await roundToNearest(context, each);
      done++;
      tell(each);
    },
  );
  return {
    changed: planned.map(({ layer }) => layer.id),
    skipped,
    note: `${planned.length} of ${counted(selected.length, 'layer')} quantized.${note}`,
  };
}

/** How a layer is rounded by its outputs. */
function choiceOf(context: PassContext, planned: Planned): GptqChoice {
  const { settings, storage } = planned;
  return {
    start: (weights) => startGrid(context, weights, planned),
    search: settings.range === 'mse',
    trySign: allowsSign(planned),
    storage,
    learn: settings.rounding === 'adaround' ? learning(context, planned) : null,
  };
}

function learning({ job }: PassContext, { layer: { id }, iterations }: Planned): AdaroundOptions {
  const startedAt = Date.now();
  return {
    iterations,
    signal: job.signal,
    onIteration: (done) => job.onProgress({ stage: `Learning to round ${id}`, done, total: iterations, startedAt }),
  };
}

async function roundToNearest(context: PassContext, { layer, settings, storage }: Planned): Promise<void> {
  const { compute, weights, job } = context;
  const lease = await weights.acquire(layer.id);
  try {
    const choose = (): Promise<Grid> => chooseGrid(compute, lease.handle, groupsOf(layer, settings), settings, storage, job.signal);
    const key = JSON.stringify(['hqq', layer.id, settings, storage]);
    const grid = settings.rounding === 'hqq' ? await context.keep(key, choose, GRID) : await choose();
    job.signal.throwIfAborted();
    const quantized = await compute.run(quantize, lease.handle, grid);
    await weights.put(layer.id, quantized, { kind: 'grid', grid, storage });
  } finally {
    lease.release();
  }
}

async function startGrid({ compute, job }: PassContext, weights: Float32Array, { layer, settings, storage }: Planned): Promise<Grid> {
  const handle = compute.upload(weights);
  try {
    return await chooseGrid(compute, handle, groupsOf(layer, settings), settings, storage, job.signal);
  } finally {
    handle.destroy();
  }
}

function chooseStorage(
  context: PassContext,
  layer: Layer,
  settings: QuantizeSettings,
): { readonly kind: Storage } | { readonly reason: string } {
  const fits = (storage: Storage): true | string =>
    canStore(layer, storage, context.model, { bits: settings.bits, groups: groupsOf(layer, settings) });
  const isMatMul = layer.op === 'MatMul' && context.target.gpu && layer.params >= SMALL_MATMUL;
  const automatic = isMatMul && fits('matmulnbits') === true ? 'matmulnbits' : 'packed';
  const kind = settings.storage === 'auto' ? automatic : settings.storage;
  const answer = fits(kind);
  return answer === true ? { kind } : { reason: answer };
}

/** Readers of DequantizeLinear expect positive scales; decoding by Mul and MatMulNBits do not care. */
function allowsSign({ settings, storage }: Pick<Planned, 'settings' | 'storage'>): boolean {
  return settings.bits <= SIGN_BITS && storage !== 'dequantize';
}

async function chooseGrid(
  compute: Compute,
  w: Handle,
  groups: Grid['groups'],
  settings: QuantizeSettings,
  storage: Storage,
  signal: AbortSignal,
): Promise<Grid> {
  const full = await compute.run(groupRanges, w, groups);
  const ranges = settings.range === 'percentile' ? await percentileRanges(compute, w, { groups }, full, settings.percentile) : full;
  const plain = gridFromRanges(ranges, groups, settings.bits, settings.symmetric);
  const ranged = settings.range === 'mse' ? await leastErrorGrid(compute, w, plain, allowsSign({ settings, storage })) : plain;
  const grid =
    settings.rounding === 'hqq'
      ? await halfQuadraticGrid(compute, w, [ranged, gridFromRanges(full, groups, settings.bits, settings.symmetric)], signal)
      : ranged;
  return storedGrid(grid, storage);
}
