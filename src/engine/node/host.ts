import { createArtifacts } from '../../artifacts/store';
import { createCpuCompute } from '../../compute/cpu';
import { createNodeRuntime } from '../../runtime/node/index';
import type { Host } from '../worker/host';
import { startNodeCompressor } from './compressor';
import { decodeBySharp } from './decode';

/** A process of Node: kernels' references on its thread, models on onnxruntime's native kernels. */
export function nodeHost(): Host {
  return {
    acquire: () => Promise.resolve({ compute: createCpuCompute(), gpu: null, runtime: createNodeRuntime(), fallbackReason: null }),
    decode: decodeBySharp,
    startCompressor: startNodeCompressor,
    // A run of the command ends with its result: nothing is looked for again.
    keeper: { artifacts: createArtifacts(Promise.resolve(null)), slowMs: Infinity, version: '' },
    product: `Node ${process.versions.node}`,
  };
}
