import type { Compute, Grid, Handle } from '../../compute/types';
import { canStore } from '../../onnx/encode';
import { roundScalesToHalf } from '../../onnx/encode/scales';
import type { Layer, Skipped, Storage } from '../../onnx/types';
import type { Pass, PassContext, PassResult } from '../types';
import { gridFromRanges } from './grid';
import { groupsOf } from './groups';
import { quantizeWeightsMeta } from './meta';
import { leastErrorGrid, percentileRanges } from './range';
import { settingsOf, type QuantizeSettings } from './settings';

/** Below this many weights (64 K) the nodes of a MatMulNBits gain nothing that can be measured. */
const SMALL_MATMUL = 64 * 1024;

/** Up to this many bits the lone code -2^(b-1) is worth a search for the sign that uses it best. */
const SIGN_BITS = 4;

/**
 * Rounds weights to a uniform grid per tensor, channel or block (METHODS.md, Quantization; Nagel et al. 2021, arXiv 2106.08295).
 * The values put in the store lie exactly on the grid that is written to the file. A layer whose storage cannot hold the grid is
 * left as it is and listed.
 */
export const quantizeWeights: Pass = {
  meta: quantizeWeightsMeta,
  async apply(context): Promise<PassResult> {
    const changed: string[] = [];
    const skipped: Skipped[] = [];
    const wanted = context.selected.filter((s) => context.only === null || s.layer.id === context.only);
    const startedAt = Date.now();
    for (const [done, { layer, options }] of wanted.entries()) {
      context.job.signal.throwIfAborted();
      context.job.onProgress({ stage: `Quantizing ${layer.id}`, done, total: wanted.length, startedAt });
      const problem = await quantizeLayer(context, layer, settingsOf(options));
      if (problem === null) changed.push(layer.id);
      else skipped.push({ layer: layer.id, reason: problem });
    }
    return { changed, skipped, note: `${changed.length} of ${wanted.length} layers quantized.` };
  },
};

/** Quantizes one layer; the reason in words where it cannot be. */
async function quantizeLayer(context: PassContext, layer: Layer, settings: QuantizeSettings): Promise<string | null> {
  if (layer.params === 0) return 'It has no weights.';
  const groups = groupsOf(layer, settings);
  const storage = chooseStorage(context, layer, settings, { bits: settings.bits, groups });
  if ('reason' in storage) return storage.reason;
  const { compute, weights } = context;
  const lease = await weights.acquire(layer.id);
  try {
    const grid = await chooseGrid(compute, lease.handle, groups, settings, storage.kind);
    const quantized = compute.quantize(lease.handle, grid);
    await weights.put(layer.id, quantized, { kind: 'grid', grid, storage: storage.kind });
  } finally {
    lease.release();
  }
  return null;
}

function chooseStorage(
  context: PassContext,
  layer: Layer,
  settings: QuantizeSettings,
  grid: Pick<Grid, 'bits' | 'groups'>,
): { readonly kind: Storage } | { readonly reason: string } {
  const fits = (storage: Storage): true | string => canStore(layer, storage, context.model, grid);
  const isMatMul = layer.op === 'MatMul' && context.target.ep === 'webgpu' && layer.params >= SMALL_MATMUL;
  const automatic = isMatMul && fits('matmulnbits') === true ? 'matmulnbits' : 'packed';
  const kind = settings.storage === 'auto' ? automatic : settings.storage;
  const answer = fits(kind);
  return answer === true ? { kind } : { reason: answer };
}

async function chooseGrid(compute: Compute, w: Handle, groups: Grid['groups'], settings: QuantizeSettings, storage: Storage): Promise<Grid> {
  const full = await compute.ranges(w, groups);
  const ranges = settings.range === 'percentile' ? await percentileRanges(compute, w, { groups }, full, settings.percentile) : full;
  const plain = gridFromRanges(ranges, groups, settings.bits, settings.symmetric);
  // Readers of DequantizeLinear expect positive scales; decoding by Mul and MatMulNBits do not care.
  const trySign = settings.bits <= SIGN_BITS && storage !== 'dequantize';
  const grid = settings.range === 'mse' ? await leastErrorGrid(compute, w, plain, trySign) : plain;
  // Packed files keep scales in two bytes: codes must be chosen for the scales that are stored.
  const halves = storage === 'packed' ? roundScalesToHalf(grid.scales) : null;
  return halves === null ? grid : { ...grid, scales: halves };
}
