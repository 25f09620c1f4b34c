import type { Binding, Device, DispatchSize, GpuClock, Handle, Kernel } from '../types';
import type { Pipelines } from './pipelines';
import type { Recorder } from './recorder';
import { timeDispatches } from './stopwatch';
import type { GpuTensor, Tensors } from './tensors';

/** Threads of a workgroup in the kernels over elements; the default of shaders/prelude/linear.wgsl. */
const WORKGROUP = 64;
const MAX_WORKGROUPS = 65_535;

/** Workgroups in x and y for `count` of them: one dimension holds at most 65,535. */
export function spread(count: number): readonly [number, number] {
  const y = Math.max(1, Math.ceil(count / MAX_WORKGROUPS));
  return [Math.ceil(count / y), y];
}

/** What an operation has of a device. */
export interface Resources {
  readonly recorder: Recorder;
  readonly pipelines: Pipelines;
  readonly tensors: Tensors;
  readonly features: readonly string[];
}

/** One run of an operation: the buffers and tensors that it made. */
export class Scope implements Device {
  private readonly resources: Resources;
  private readonly buffers: GPUBuffer[] = [];
  private readonly made: GpuTensor[] = [];

  constructor(resources: Resources) {
    this.resources = resources;
  }

  get features(): readonly string[] {
    return this.resources.features;
  }

  tensor(length: number): Handle {
    const tensor = this.resources.tensors.create(length);
    this.made.push(tensor);
    return tensor;
  }

  scratch(bytes: number): GPUBuffer {
    return this.buffer(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  }

  constant(data: Exclude<Binding, Handle | GPUBuffer>): GPUBuffer {
    const buffer = this.buffer(data.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC, true);
    new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    buffer.unmap();
    return buffer;
  }

  async prepare(kernels: readonly Kernel[]): Promise<void> {
    await this.resources.pipelines.prepare(kernels);
  }

  dispatch(kernel: Kernel, uniforms: Uint32Array, bindings: readonly Binding[], size: DispatchSize): void {
    const workgroups = workgroupsOf(size);
    if (workgroups[0] === 0) return;
    this.resources.recorder.dispatch(this.resources.pipelines.get(kernel), uniforms, this.bound(bindings), workgroups);
  }

  read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    return this.resources.recorder.read(buffer, bytes);
  }

  done(): Promise<void> {
    return this.resources.recorder.done();
  }

  time(
    kernel: Kernel,
    uniforms: Uint32Array,
    bindings: readonly Binding[],
    size: DispatchSize,
    repeats: number,
    clock: GpuClock,
  ): Promise<number> {
    const { recorder, pipelines } = this.resources;
    const dispatch = { pipeline: pipelines.get(kernel), words: uniforms, buffers: this.bound(bindings), workgroups: workgroupsOf(size) };
    return timeDispatches(recorder, dispatch, repeats, clock);
  }

  /** Frees the buffers, and where the operation failed its tensors. */
  end(failed: boolean): void {
    if (failed) for (const tensor of this.made) tensor.destroy();
    this.resources.recorder.afterwards(() => {
      for (const buffer of this.buffers) buffer.destroy();
    });
  }

  private bound(bindings: readonly Binding[]): GPUBuffer[] {
    return bindings.map((binding) => {
      if (binding instanceof GPUBuffer) return binding;
      return ArrayBuffer.isView(binding) ? this.constant(binding) : this.resources.tensors.of(binding).buffer;
    });
  }

  private buffer(bytes: number, usage: number, mappedAtCreation = false): GPUBuffer {
    // A buffer of no bytes cannot be bound, and arrays of structs want whole ones.
    const buffer = this.resources.recorder.device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 16) * 16), usage, mappedAtCreation });
    this.buffers.push(buffer);
    return buffer;
  }
}

function workgroupsOf(size: DispatchSize): readonly [number, number] {
  if ('threads' in size) return spread(Math.ceil(size.threads / WORKGROUP));
  return typeof size.workgroups === 'number' ? spread(size.workgroups) : size.workgroups;
}
