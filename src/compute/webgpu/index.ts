import { type Crew, OWN_THREAD } from '../threads/own-thread';
import type { GpuCompute, Handle } from '../types';
import type { DeviceGrant } from './device';
import { earlyKernels } from './operations';
import { Pipelines } from './pipelines';
import { Recorder } from './recorder';
import { Scope, type Resources } from './scope';
import { Tensors } from './tensors';

/**
 * Runs the kernels of operations on a WebGPU device. Compiles those that sliders need at once, the others on first use. Throws
 * 'shader-compile' where one does not compile on this device.
 * @param crew the threads for what no kernel does.
 */
export async function createGpuCompute({ device, info }: DeviceGrant, crew: Crew = OWN_THREAD): Promise<GpuCompute> {
  const pipelines = new Pipelines(device);
  const recorder = new Recorder(device);
  const tensors = new Tensors(device, info.maxBufferBytes, recorder);
  const resources: Resources = { recorder, pipelines, tensors, features: info.features };
  await pipelines.prepare(earlyKernels());
  const buffer = (handle: Handle): GPUBuffer => tensors.of(handle).buffer;
  return {
    info,
    device,
    lost: device.lost.then((reason) => reason.message || reason.reason),
    bufferOf(handle) {
      recorder.submit();
      return buffer(handle);
    },
    borrow: (foreign, length) => tensors.borrow(foreign, length),
    upload(data) {
      recorder.check();
      const tensor = tensors.create(data.length);
      // A copy of the view, not of the whole buffer behind it.
      if (data.length > 0) device.queue.writeBuffer(tensor.buffer, 0, data.buffer, data.byteOffset, data.byteLength);
      return tensor;
    },
    download: async (handle) => new Float32Array(await recorder.read(buffer(handle), handle.length * 4)),
    async run(operation, ...args) {
      recorder.check();
      // Waiting, even for nothing, would let a caller's next step come first: what is compiled is recorded at once.
      if (!pipelines.has(operation.kernels)) await pipelines.prepare(operation.kernels);
      const scope = new Scope(resources);
      let failed = true;
      try {
        const result = await operation.gpu(scope, ...args);
        failed = false;
        return result;
      } finally {
        scope.end(failed);
      }
    },
    each: crew.each,
    destroy() {
      recorder.destroy();
      tensors.destroy();
    },
  };
}
