import { CODEBOOK } from '../../base/grid-codecs';
import { counted } from '../../base/plural';
import { type Codebook, codebookBits, type Groups } from '../../base/grids';
import { CAST_PAYS } from '../../onnx/encode/floats';
import { canStore } from '../../onnx/encode';
import { assign } from '../../compute/operations/assign';
import type { Layer, Skipped } from '../../onnx/types';
import { valuesOf } from '../coded';
import { fitLayersByOutput, fitWanted } from '../reconstruction/fit-layers';
import { onOriginalInputs } from '../reconstruction/inputs-field';
import type { Options } from '../options';
import { groupsOf } from '../quantize-weights/groups';
import type { Pass, PassContext, PassResult } from '../types';
import { byWaves } from '../waves';
import { clusterByOutput } from './by-output';
import { fitCodebook } from './codebook';
import { clusterWeightsMeta } from './meta';
import { settingsOf, type ClusterSettings } from './settings';

/** A layer to cluster. */
interface Planned {
  readonly layer: Layer;
  readonly settings: ClusterSettings;
  readonly groups: Groups;
}

/**
 * Replaces weights by the nearest of a few values, found by k-means for each tensor or output channel (Deep Compression, Han et al. 2016,
 * arXiv 1510.00149, without its retraining), or fitted to the layer's outputs on the user's samples. The values put in the store are those
 * of the codebook that is written. A layer whose codebooks would take more than its weights is left as it is and listed.
 */
export const clusterWeights: Pass = {
  meta: clusterWeightsMeta,
  apply: (context) => clusterSelected(context, settingsOf),
  sketch: (context) => clusterSelected(context, (options) => onOriginalInputs(settingsOf(options))),
};

async function clusterSelected(context: PassContext, read: (options: Options) => ClusterSettings): Promise<PassResult> {
  const skipped: Skipped[] = [];
  const { selected } = context;
  const planned = selected.flatMap(({ layer, options }) => {
    const settings = read(options);
    const groups = groupsOf(layer, { granularity: settings.granularity, blockSize: layer.params });
    const reason = reasonAgainst(context, layer, groups, settings);
    if (reason === null) return [{ layer, settings, groups }];
    skipped.push({ layer: layer.id, reason });
    return [];
  });
  const { rest, note } = await fitWanted(
    planned,
    ({ settings }) => settings.refine === 'samples',
    (some) => clusterByOutputs(context, some),
    'was clustered by its weights alone',
  );
  const startedAt = Date.now();
  let done = 0;
  await byWaves(
    rest,
    ({ layer }) => layer,
    async (each) => {
      context.job.signal.throwIfAborted();
      await clusterLayer(context, each, () =>
        context.job.onProgress({ stage: `Clustering ${each.layer.id}`, done, total: rest.length, startedAt }),
      );
      done++;
    },
  );
  return {
    changed: planned.map(({ layer }) => layer.id),
    skipped,
    note: `${planned.length} of ${counted(selected.length, 'layer')} clustered.${note}`,
  };
}

/** Why a layer is not clustered; null where it is. */
function reasonAgainst({ model }: PassContext, layer: Layer, groups: Groups, { clusters }: ClusterSettings): string | null {
  const { params, bytes } = layer;
  if (params === 0) return 'It has no weights.';
  const fits = canStore(layer, 'packed', model, { bits: 8, groups });
  if (fits !== true) return fits;
  const { channels, block } = groups;
  const size = Math.min(clusters, block);
  // Tables that hold every weight are not rounded to float16.
  const tableBytes = channels * size * (size < block && channels * size >= CAST_PAYS ? 2 : 4);
  if (Math.ceil((params * codebookBits({ size })) / 8) + tableBytes < bytes) return null;
  return (
    `${channels === 1 ? 'A table' : `${channels} tables`} of ` +
    `${counted(size, 'value')} and the codes would take more bytes than its weights.`
  );
}

/** Clusters layers by their outputs; returns those whose inputs are not seen. */
function clusterByOutputs(context: PassContext, planned: readonly Planned[]): Promise<readonly Skipped[]> {
  const { compute, job } = context;
  return fitLayersByOutput(
    context,
    planned.map(({ layer, settings, groups }) => ({
      layer,
      settings,
      groups,
      bits: codebookBits({ size: settings.clusters }),
      inputs: settings.inputs,
    })),
    {
      name: 'Refining "samples"',
      verb: 'Clustering',
      keyOf: ({ settings }) => settings,
      fit: async ({ groups, settings }, weights, inputs) => {
        const found = await clusterByOutput(compute, weights, inputs, groups, settings, job.signal);
        if (typeof found === 'string') return found;
        const encoding = { kind: 'codebook', codebook: found.codebook } as const;
        return { values: valuesOf(found.codes, encoding), encoding };
      },
    },
  );
}

/** Clusters one layer by its weights alone. */
async function clusterLayer(context: PassContext, { layer, groups, settings }: Planned, onStart: () => void): Promise<void> {
  const { compute, weights, job } = context;
  const lease = await weights.acquire(layer.id);
  try {
    const fit = async (): Promise<Codebook> => {
      const values = await compute.download(lease.handle);
      onStart();
      return fitCodebook(values, groups, settings, null, job.signal);
    };
    const codebook = await context.keep(`codebook ${layer.id}`, fit, CODEBOOK);
    await weights.put(layer.id, await compute.run(assign, lease.handle, codebook), { kind: 'codebook', codebook });
  } finally {
    lease.release();
  }
}
