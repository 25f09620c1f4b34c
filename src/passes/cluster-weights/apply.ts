import type { Codebook, Groups } from '../../compute/types';
import { canStore } from '../../onnx/encode';
import { codebookBits } from '../../onnx/encode/grid';
import { storedFloatBytes } from '../../onnx/encode/floats';
import type { Layer, Skipped } from '../../onnx/types';
import { groupsOf } from '../quantize-weights/groups';
import type { Pass, PassContext, PassResult } from '../types';
import { fitCodebook } from './codebook';
import { clusterWeightsMeta } from './meta';
import { settingsOf, type ClusterSettings } from './settings';

/**
 * Replaces weights by the nearest of a few values, found by k-means for each tensor or output channel (Deep Compression, Han et al. 2016,
 * arXiv 1510.00149, without its retraining). The values put in the store are those of the codebook that is written. A layer whose codebooks
 * would take more than its weights is left as it is and listed.
 */
export const clusterWeights: Pass = {
  meta: clusterWeightsMeta,
  async apply(context): Promise<PassResult> {
    const changed: string[] = [];
    const skipped: Skipped[] = [];
    const wanted = context.selected.filter((s) => context.only === null || s.layer.id === context.only);
    const startedAt = Date.now();
    for (const [done, { layer, options }] of wanted.entries()) {
      context.job.signal.throwIfAborted();
      context.job.onProgress({ stage: `Clustering ${layer.id}`, done, total: wanted.length, startedAt });
      const problem = await clusterLayer(context, layer, settingsOf(options));
      if (problem === null) changed.push(layer.id);
      else skipped.push({ layer: layer.id, reason: problem });
    }
    return { changed, skipped, note: `${changed.length} of ${wanted.length} layers clustered.` };
  },
};

/** Clusters one layer; the reason in words where it cannot be. */
async function clusterLayer(context: PassContext, layer: Layer, settings: ClusterSettings): Promise<string | null> {
  if (layer.params === 0) return 'It has no weights.';
  const groups = groupsOf(layer, { granularity: settings.granularity, blockSize: layer.params });
  const fits = canStore(layer, 'packed', context.model, { bits: 8, groups });
  if (fits !== true) return fits;
  const { compute, weights } = context;
  const lease = await weights.acquire(layer.id);
  try {
    const fit = async (): Promise<Codebook> => fitCodebook(await compute.download(lease.handle), groups, settings, null, context.job.signal);
    const codebook = await context.keep(`codebook ${layer.id}`, fit, ({ values }) => values.byteLength);
    if (storedBytes(layer.params, codebook) >= layer.bytes) return reasonAgainst(groups, codebook);
    await weights.put(layer.id, compute.assign(lease.handle, codebook), { kind: 'codebook', codebook });
  } finally {
    lease.release();
  }
  return null;
}

function storedBytes(params: number, codebook: Codebook): number {
  return Math.ceil((params * codebookBits(codebook)) / 8) + storedFloatBytes(codebook.values);
}

function reasonAgainst({ channels }: Groups, { size }: Codebook): string {
  return `${channels === 1 ? 'A table' : `${channels} tables`} of ${size} values and the codes would take more bytes than its weights.`;
}
