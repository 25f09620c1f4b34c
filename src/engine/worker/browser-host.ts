import { toPlainError } from '../../base/errors';
import { createCpuCompute, createGpuCompute, requestDevice, type GpuCompute } from '../../compute/index';
import { webCrew } from '../../compute/web/crew';
import { decodeImage } from '../../data/decode';
import { createWebRuntime } from '../../runtime/web/index';
import { startCompressor } from './compressor';
import { IN_MEMORY } from './file-access';
import { browserName } from './environment';
import type { Host } from './host';
import { pageArtifacts } from './page-artifacts';

/** A worker of the page: WebGPU where there is some, else the CPU, on all cores where the page is isolated, with the reason why. */
export function browserHost(): Host {
  return {
    async acquire() {
      let gpu: GpuCompute | null = null;
      let fallbackReason: string | null = null;
      try {
        gpu = await createGpuCompute(await requestDevice(), webCrew());
      } catch (error) {
        fallbackReason = toPlainError(error).message;
      }
      const runtime = createWebRuntime({ device: gpu?.device ?? null });
      return { compute: gpu ?? createCpuCompute(webCrew()), gpu, runtime, fallbackReason };
    },
    decode: decodeImage,
    files: IN_MEMORY,
    compresses: true,
    startCompressor,
    keeper: pageArtifacts(),
    product: browserName(navigator.userAgent),
  };
}
