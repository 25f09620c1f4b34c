import { WhittleError } from '../../base/errors';
import { createCpuCompute } from '../../compute/cpu';
import { nodeCrew } from '../../compute/node/crew';
import { dawnDevice } from '../../compute/node/dawn';
import { createGpuCompute } from '../../compute/webgpu/index';
import type { Platform } from '../worker/platform';

/** What is computed on, and why it is not the GPU that was hoped for. */
type NodeCompute = Pick<Platform, 'compute' | 'gpu' | 'fallbackReason'>;

/**
 * Kernels on Dawn where the package `webgpu` is installed and finds a GPU, else their references on all cores.
 * @param wanted the variable WHITTLE_COMPUTE: `cpu` looks for no GPU; `webgpu` takes a software renderer too, and throws `device-lost`
 *   where there is no adapter at all. @param toggles of Dawn.
 */
export async function nodeCompute(wanted: string | undefined, toggles: readonly string[] = []): Promise<NodeCompute> {
  if (wanted !== undefined && wanted !== '' && wanted !== 'cpu' && wanted !== 'webgpu') {
    throw new WhittleError('bad-recipe', `WHITTLE_COMPUTE is "${wanted}".`, 'It may be "cpu" or "webgpu".');
  }
  if (wanted !== 'cpu') {
    try {
      const gpu = await createGpuCompute(await dawnDevice(wanted === 'webgpu', toggles), nodeCrew());
      return { compute: gpu, gpu, fallbackReason: null };
    } catch (error) {
      if (wanted === 'webgpu') throw error;
    }
  }
  return { compute: createCpuCompute(nodeCrew()), gpu: null, fallbackReason: null };
}
