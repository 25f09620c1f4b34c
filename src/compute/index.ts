export * from './types';
export { createCpuCompute } from './cpu';
export { createGpuCompute } from './webgpu';
export { requestDevice, type DeviceGrant } from './webgpu/device';
