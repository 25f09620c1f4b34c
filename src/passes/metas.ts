import { clusterWeightsMeta } from './cluster-weights/meta';
import { convertFloat16Meta } from './convert-float16/meta';
import { correctBiasMeta } from './correct-bias/meta';
import { equalizeLayersMeta } from './equalize-layers/meta';
import { foldBatchnormMeta } from './fold-batchnorm/meta';
import type { PassMeta } from './options';
import { pruneChannelsMeta } from './prune-channels/meta';
import { pruneWeightsMeta } from './prune-weights/meta';
import { quantizeDynamicMeta } from './quantize-dynamic/meta';
import { quantizeStaticMeta } from './quantize-static/meta';
import { quantizeWeightsMeta } from './quantize-weights/meta';

/** Every pass of this version, in the order a recipe usually has them. */
export const passMetas: readonly PassMeta[] = [
  foldBatchnormMeta,
  pruneChannelsMeta,
  equalizeLayersMeta,
  pruneWeightsMeta,
  clusterWeightsMeta,
  quantizeWeightsMeta,
  correctBiasMeta,
  quantizeStaticMeta,
  quantizeDynamicMeta,
  convertFloat16Meta,
];

/** undefined for ids of later versions and typing mistakes. */
export function metaOf(id: string): PassMeta | undefined {
  return passMetas.find((meta) => meta.id === id);
}
