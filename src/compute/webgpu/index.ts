import { matmul, matmulF16, matmulInt8, int8Kernel } from './matmul';
import { adaround, gramProduct } from './adaround';
import { assign, assignCodes } from './codebook';
import { timeMatmul } from './benchmark';
import type { DeviceGrant } from './device';
import { applyCut, BY_INDEX, magnitudeCut } from './magnitude';
import { roundWithFeedback } from './feedback';
import { Pipelines } from './pipelines';
import { clipErrors, codes, quantize, ranges } from './quantize';
import { Recorder } from './recorder';
import { Runner } from './runner';
import { countBelowBits, errorSums, histogram } from './statistics';
import { Tensors } from './tensors';
import type { GpuCompute, Handle } from '../types';
import { magnitudeBits } from '../cpu/magnitude';

/**
 * Tensor work on a WebGPU device. Compiles the kernels that sliders need at once, the products on first use. Throws
 * 'shader-compile' where one does not compile on this device.
 */
export async function createGpuCompute({ device, info }: DeviceGrant): Promise<GpuCompute> {
  const pipelines = new Pipelines(device);
  const recorder = new Recorder(device);
  const tensors = new Tensors(device, info.maxBufferBytes, recorder);
  const gpu = new Runner(device, pipelines, tensors, recorder);
  await Promise.all([
    ...(['quantize', 'codes', 'ranges', 'clip-errors', 'error-sums', 'count-below', 'histogram', 'apply-cut', 'to-half', 'assign', 'assign-codes'] as const).map((kernel) => pipelines.prepare(kernel)),
    ...BY_INDEX.map((constants) => pipelines.prepare('radix-histogram', constants)),
  ]);
  const buffer = (handle: Handle): GPUBuffer => tensors.of(handle).buffer;
  return {
    info,
    device,
    lost: device.lost.then((reason) => reason.message || reason.reason),
    bufferOf(handle) {
      recorder.submit();
      return buffer(handle);
    },
    upload(data) {
      gpu.check();
      const tensor = tensors.create(data.length);
      // A copy of the view, not of the whole buffer behind it.
      if (data.length > 0) device.queue.writeBuffer(tensor.buffer, 0, data.buffer, data.byteOffset, data.byteLength);
      return tensor;
    },
    download: async (handle) => new Float32Array(await gpu.read(buffer(handle), handle.length * 4)),
    ranges: (w, groups) => ranges(gpu, w, groups),
    histogram: (w, lo, hi, bins) => histogram(gpu, w, lo, hi, bins),
    clipErrors: (w, grid, ratios) => clipErrors(gpu, w, grid, ratios),
    quantize: (w, grid, into) => quantize(gpu, w, grid, into),
    codes: (w, grid) => codes(gpu, w, grid),
    assign: (w, codebook, into) => assign(gpu, w, codebook, into),
    assignCodes: (w, codebook) => assignCodes(gpu, w, codebook),
    errorSums: (reference, w) => errorSums(gpu, reference, w),
    countZeros: (w) => countBelowBits(gpu, [w], 1),
    magnitudeCut: (list, count) => magnitudeCut(gpu, list, count),
    countBelow: (list, threshold) => countBelowBits(gpu, list, threshold > 0 ? magnitudeBits(threshold) : 0),
    applyCut: (w, tensor, cut, into) => applyCut(gpu, w, tensor, cut, into),
    roundWithFeedback: (w, factor, shape, levels) => roundWithFeedback(gpu, w, factor, shape, levels),
    adaround: (gram, choices, shape, options) => adaround(gpu, gram, choices, shape, options),
    gramProduct: (gram, b, shape) => gramProduct(gpu, gram, b, shape),
    matmul: (a, b, m, k, n) => matmul(gpu, a, b, m, k, n),
    matmulF16: (a, b, m, k, n) => matmulF16(gpu, a, b, m, k, n),
    matmulInt8: (a, b, m, k, n) => matmulInt8(gpu, int8Kernel(info.features), a, b, m, k, n),
    timeMatmul: (kind, size, runs, signal) => timeMatmul(gpu, info.features, kind, size, runs, signal),
    destroy() {
      recorder.destroy();
      tensors.destroy();
    },
  };
}

