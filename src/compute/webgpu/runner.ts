import { WhittleError } from '../../base/errors';
import type { Pipelines } from './pipelines';
import type { Kernel } from './shaders';
import type { Tensors } from './tensors';

/** Threads of a workgroup in the kernels over elements; the default of shaders/prelude/linear.wgsl. */
export const WORKGROUP = 64;

const MAX_WORKGROUPS = 65_535;
/** A readback that failed is the work of a lost device nearly always; its news comes within this time. */
const LOSS_NEWS_MS = 500;

/** Workgroups in x and y for `count` of them: one dimension holds at most 65,535. */
export function spread(count: number): [number, number] {
  const y = Math.max(1, Math.ceil(count / MAX_WORKGROUPS));
  return [Math.max(1, Math.ceil(count / y)), y];
}

/** Runs kernels on one device: uniforms, bindings, scratch buffers and readback. */
export class Runner {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly tensors: Tensors;
  private lostReason: string | null = null;

  constructor(device: GPUDevice, pipelines: Pipelines, tensors: Tensors) {
    this.device = device;
    this.pipelines = pipelines;
    this.tensors = tensors;
    void device.lost.then((info) => {
      this.lostReason = info.message || info.reason;
    });
  }

  /** Throws 'device-lost' once the device is gone. */
  check(): void {
    if (this.lostReason !== null) throw lost(this.lostReason);
  }

  /** A buffer with contents: codes, scales, a list of candidates. Destroy it after the submit that uses it. */
  constant(data: Float32Array | Int32Array | Uint32Array | Int8Array): GPUBuffer {
    const size = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
    const buffer = this.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST, mappedAtCreation: true });
    new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    buffer.unmap();
    return buffer;
  }

  /** A zeroed buffer that a kernel writes and `read` reads. */
  scratch(bytes: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    return this.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  }

  /**
   * One dispatch. `uniforms` holds u32 words (floats and negative integers by their bits); buffers are bound from 1 on.
   * `workgroups` counts them over both dimensions, or gives x and y.
   */
  dispatch(kernel: Kernel, uniforms: Uint32Array, buffers: readonly GPUBuffer[], workgroups: number | [number, number], constants: Record<string, number> = {}): void {
    this.check();
    const pipeline = this.pipelines.get(kernel, constants);
    const uniform = this.device.createBuffer({ size: Math.ceil(uniforms.byteLength / 16) * 16, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
    new Uint32Array(uniform.getMappedRange()).set(uniforms);
    uniform.unmap();
    const bindGroup = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniform, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    const [x, y] = typeof workgroups === 'number' ? spread(workgroups) : workgroups;
    pass.dispatchWorkgroups(x, y);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
    uniform.destroy();
  }

  /** The first `bytes` of a buffer, in main memory. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    this.check();
    if (bytes === 0) return new ArrayBuffer(0);
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(GPUMapMode.READ);
      return staging.getMappedRange().slice(0, bytes);
    } catch (error) {
      await this.newsOfLoss();
      this.check();
      throw new WhittleError('gpu-validation', `The GPU did not give its result back: ${String(error)}`, 'Try again; if it stays, continue on the CPU.', { cause: error });
    } finally {
      staging.destroy();
    }
  }

  /** Waits until a loss is known, or is not to be expected any more: the news may come after the failure that it caused. */
  private async newsOfLoss(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const given = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LOSS_NEWS_MS);
    });
    await Promise.race([this.device.lost, given]);
    clearTimeout(timer);
  }

  /** Runs `use` with buffers that are destroyed afterwards, whatever happens. */
  async within<T>(buffers: readonly GPUBuffer[], use: () => T | Promise<T>): Promise<T> {
    try {
      return await use();
    } finally {
      for (const buffer of buffers) buffer.destroy();
    }
  }
}

export function lost(reason: string): WhittleError {
  return new WhittleError('device-lost', `The GPU device was lost: ${reason}`, 'Your model and recipe are kept. Reconnect the GPU, or continue on the CPU.');
}
