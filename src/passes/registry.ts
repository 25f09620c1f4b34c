import { clusterWeights } from './cluster-weights/apply';
import { convertFloat16 } from './convert-float16/apply';
import { correctBias } from './correct-bias/apply';
import { equalizeLayers } from './equalize-layers/apply';
import { foldBatchnorm } from './fold-batchnorm/apply';
import { pruneChannels } from './prune-channels/apply';
import { pruneWeights } from './prune-weights/apply';
import { quantizeDynamic } from './quantize-dynamic/apply';
import { quantizeStatic } from './quantize-static/apply';
import { quantizeWeights } from './quantize-weights/apply';
import type { Pass } from './types';

const PASSES: readonly Pass[] = [
  foldBatchnorm,
  pruneChannels,
  equalizeLayers,
  pruneWeights,
  clusterWeights,
  quantizeWeights,
  correctBias,
  quantizeStatic,
  quantizeDynamic,
  convertFloat16,
];

/** The pass of an id, for the worker; undefined for ids that this version does not have. */
export function passOf(id: string): Pass | undefined {
  return PASSES.find((pass) => pass.meta.id === id);
}
