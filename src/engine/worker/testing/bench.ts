import { blobOf } from '../../../base/stored-bytes';
import { createCpuCompute } from '../../../compute/index';
import type { OnnxModel } from '../../../onnx/types';
import { writeModel } from '../../../onnx/write';
import { createWebRuntime } from '../../../runtime/web/index';
import { openDocument } from '../document';
import type { Platform } from '../platform';
import { Workbench } from '../workbench';

export const job = { signal: new AbortController().signal, onProgress: () => {} };

/** A model opened as the page would, on the CPU and WASM: what the engine does where there is no GPU. */
export async function openOnCpu(model: OnnxModel): Promise<Workbench> {
  const runtime = createWebRuntime({ device: null });
  const platform: Platform = {
    compute: createCpuCompute(),
    gpu: null,
    runtime,
    fallbackReason: 'no GPU in Node',
    lost: new AbortController().signal,
  };
  return new Workbench(
    await openDocument([{ path: model.name, blob: await blobOf(writeModel(model)) }], () => Promise.resolve(runtime), job),
    platform,
  );
}
