/** onnxruntime's WebGPU backend in Node, over Dawn: the same kernels and placement as in a browser, without one. */
import { dawnDevice } from '../../compute/testing/dawn';

/** Tests that need the device are left out only where that was asked for. */
export const NO_GPU = process.env['WHITTLE_ALLOW_NO_GPU'] === '1';

/** A device that sessions can use. Fails where this machine has no WebGPU for Node. */
export async function webgpuDevice(): Promise<GPUDevice> {
  const grant = await dawnDevice();
  if (!grant) throw new Error('No WebGPU device: install chromium and libvulkan1, or set WHITTLE_ALLOW_NO_GPU=1 to go without GPU tests.');
  // onnxruntime asks the navigator for an adapter before it uses the device it is given. Nodes before 21 have no navigator.
  const { create } = await import('webgpu');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), hardwareConcurrency: 1 }, configurable: true });
  writeFromSharedMemory(grant.device.queue);
  return grant.device;
}

/** Browsers copy from the wasm's shared memory; Dawn's Node binding refuses it, so that a copy is made for it. */
function writeFromSharedMemory(queue: GPUQueue): void {
  const write = queue.writeBuffer.bind(queue);
  queue.writeBuffer = (buffer, at, data, from = 0, size) => {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    const scale = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
    const end = size === undefined ? bytes.length : (from + size) * scale;
    write(buffer, at, bytes.slice(from * scale, end));
  };
}
