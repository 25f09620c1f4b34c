import { WhittleError } from '../../base/errors';
import { type DeviceGrant, requestDevice } from '../webgpu/device';

/** Dawn's instance must outlive its devices; the garbage collector does not know that. */
const instances: GPU[] = [];

/**
 * A WebGPU device of Dawn in a process of Node, by the package `webgpu`, an optional part of the install. Throws `device-lost`, with the
 * reason, where that is not installed, there is no adapter, or none but a software renderer, unless one will do.
 * @param toggles of Dawn.
 */
export async function dawnDevice(software: boolean, toggles: readonly string[] = []): Promise<DeviceGrant> {
  const dawn = await import('webgpu').catch((cause: unknown) => {
    throw new WhittleError('device-lost', 'WebGPU comes from the package webgpu, which is not installed.', 'Run: npm install webgpu', {
      cause,
    });
  });
  if (!hasDriver()) throw new WhittleError('device-lost', 'WebGPU needs Vulkan here, and libvulkan.so.1 is not found.');
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([...toggles]);
  const grant = await requestDevice(gpu, software);
  instances.push(gpu);
  return grant;
}

/** Asked before Dawn does, which writes what it misses to the terminal. */
function hasDriver(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    // It is no module of Node, which Node says once it has found it.
    return error instanceof Error && error.message.includes('self-register');
  }
}
