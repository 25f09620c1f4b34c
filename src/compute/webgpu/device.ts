import { WhittleError } from '../../base/errors';
import type { ComputeInfo } from '../types';

export interface DeviceGrant {
  readonly device: GPUDevice;
  readonly info: ComputeInfo;
}

/** Taken where offered: f16 shaders for half precision, timestamps for the benchmark, subgroups for onnxruntime's MatMulNBits. */
const FEATURES: readonly GPUFeatureName[] = ['shader-f16', 'timestamp-query', 'subgroups'];

/** Raised to the adapter's own: weights are bound whole, and onnxruntime sizes its kernels by the rest. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxStorageBuffersPerShaderStage',
] as const;

/**
 * A device with the adapter's limits and the useful features. An adapter gives one device: each call asks for a new one.
 * Throws 'device-lost' with the reason where there is no WebGPU, no adapter or no device.
 * @param software whether a software renderer will do.
 */
export async function requestDevice(gpu: GPU | undefined = navigator.gpu, software = true): Promise<DeviceGrant> {
  if (!gpu) throw new WhittleError('device-lost', 'This browser has no WebGPU.', 'Use a current Chrome, Edge, Safari or Firefox.');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new WhittleError('device-lost', 'WebGPU found no usable GPU.', 'Turn on hardware acceleration, or update the graphics driver.');
  }
  if (!software && isSoftware(adapter.info)) {
    throw new WhittleError('device-lost', `WebGPU found no GPU but a software renderer, ${nameOf(adapter.info)}.`);
  }
  const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  return { device, info: describe(adapter, device, gpu) };
}

function nameOf({ description, device, vendor, architecture }: GPUAdapterInfo): string {
  return [description || device || vendor, architecture].filter(Boolean).join(' ') || 'unnamed GPU';
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return /swiftshader|llvmpipe|basic render/i.test(`${nameOf(info)} ${info.vendor}`);
}

function describe({ info }: GPUAdapter, device: GPUDevice, gpu: GPU): ComputeInfo {
  return {
    kind: 'webgpu',
    name: nameOf(info),
    // WGSL's own language features are part of what a kernel may use.
    features: [...device.features, ...gpu.wgslLanguageFeatures],
    maxBufferBytes: Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize),
    software: isSoftware(info),
  };
}
