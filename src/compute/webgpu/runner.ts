import type { Pipelines } from './pipelines';
import type { Recorder } from './recorder';
import type { Kernel } from './shaders';
import type { Tensors } from './tensors';

/** Threads of a workgroup in the kernels over elements; the default of shaders/prelude/linear.wgsl. */
export const WORKGROUP = 64;

const MAX_WORKGROUPS = 65_535;

/** Workgroups in x and y for `count` of them: one dimension holds at most 65,535. */
export function spread(count: number): [number, number] {
  const y = Math.max(1, Math.ceil(count / MAX_WORKGROUPS));
  return [Math.max(1, Math.ceil(count / y)), y];
}

/** Runs kernels on one device: bindings, scratch buffers and readback, which a recorder submits together. */
export class Runner {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly tensors: Tensors;
  readonly recorder: Recorder;

  constructor(device: GPUDevice, pipelines: Pipelines, tensors: Tensors, recorder: Recorder) {
    this.device = device;
    this.pipelines = pipelines;
    this.tensors = tensors;
    this.recorder = recorder;
  }

  /** Throws 'device-lost' once the device is gone. */
  check(): void {
    this.recorder.check();
  }

  /** A buffer with contents: codes, scales, a list of candidates. Free it with `free` or `within`. */
  constant(data: Float32Array | Int32Array | Uint32Array | Int8Array): GPUBuffer {
    const size = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = this.device.createBuffer({ size, usage, mappedAtCreation: true });
    new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    buffer.unmap();
    return buffer;
  }

  /** A zeroed buffer that a kernel writes and `read` reads. */
  scratch(bytes: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    return this.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  }

  /**
   * One dispatch. `uniforms` holds u32 words (floats and negative integers by their bits); buffers are bound from 1 on.
   * `workgroups` counts them over both dimensions, or gives x and y.
   */
  dispatch(kernel: Kernel, uniforms: Uint32Array, buffers: readonly GPUBuffer[], workgroups: number | [number, number], constants: Record<string, number> = {}): void {
    const pipeline = this.pipelines.get(kernel, constants);
    this.recorder.dispatch(pipeline, uniforms, buffers, typeof workgroups === 'number' ? spread(workgroups) : workgroups);
  }

  /** The first `bytes` of a buffer, in main memory, as this turn's dispatches leave it. */
  read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    return this.recorder.read(buffer, bytes);
  }

  /** Destroys buffers once nothing that is recorded uses them. */
  free(buffers: readonly GPUBuffer[]): void {
    this.recorder.afterwards(() => {
      for (const buffer of buffers) buffer.destroy();
    });
  }

  /** Runs `use` with buffers that are destroyed afterwards, whatever happens. */
  async within<T>(buffers: readonly GPUBuffer[], use: () => T | Promise<T>): Promise<T> {
    try {
      return await use();
    } finally {
      this.free(buffers);
    }
  }
}
