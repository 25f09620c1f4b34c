/**
 * Tensor work on weights. The core is small: two makers, `cpu.ts` (obvious, on all cores that it is given: the oracle and the fallback) and
 * `webgpu/`, hold tensors and run operations. What they can do is a file an operation in `operations/`, which pairs kernels with their
 * reference; callers import operations and never see a device. All tensors are float32; other weight types are widened on upload by the
 * caller.
 */

/** A float32 tensor that lives with its maker (GPU buffer or array). The owner destroys it. Only the operation that makes it writes it. */
export interface Handle {
  readonly length: number;
  destroy(): void;
}

export interface ComputeInfo {
  readonly kind: 'cpu' | 'webgpu';
  /** Adapter in words, e.g. "apple metal-3" or "CPU". */
  readonly name: string;
  /** Of the device, and WGSL's language features. */
  readonly features: readonly string[];
  readonly maxBufferBytes: number;
  /** True where the adapter is a software renderer. */
  readonly software: boolean;
}

export interface Compute {
  readonly info: ComputeInfo;
  /** Copies the data in. The array may be reused at once. */
  upload(data: Float32Array): Handle;
  download(handle: Handle): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Runs an operation. What is asked for without waiting in between (Promise.all) goes to a GPU in one submission and comes back in one
   * readback. Throws what the operation does, `device-lost` once the device is gone, `shader-compile` where a kernel does not compile on
   * it.
   */
  run<Args extends readonly unknown[], Result>(operation: Operation<Args, Result>, ...args: Args): Promise<Result>;
  /** Work in float64 that no kernel does, on all cores. */
  readonly each: Each;
  /** Frees every buffer and pipeline. */
  destroy(): void;
}

/**
 * Does a task's parts, on all cores where there are threads (threads/crew.ts), else one after another. The results come in the order of the
 * parts, and are the same wherever those ran: a caller cuts its work by its size, never by the number of threads. Rejects with the first
 * error of a part, or the signal's reason, once no part is running any more.
 */
export type Each = <Part, Result>(task: Task<Part, Result>, parts: readonly Part[], job?: TaskJob) => Promise<Result[]>;

/**
 * A piece of work that any thread can do: its part and its result are plain data (numbers, typed arrays, objects and lists of these). What
 * takes longer than half a second must wait now and then (createYielder), so that a signal is heard.
 */
export interface Task<Part, Result> {
  /** Threads find it by this in the table of `threads/tasks.ts`. */
  readonly name: string;
  readonly run: (part: Part, job: TaskJob) => Result | Promise<Result>;
}

export interface TaskJob {
  readonly signal?: AbortSignal;
  /** Told what a part has done since it was last told, in the task's own unit. */
  readonly onProgress?: (done: number) => void;
}

/** What the WebGPU maker adds for the runtime, which feeds weights to sessions straight from these buffers. */
export interface GpuCompute extends Compute {
  readonly device: GPUDevice;
  /** The buffer of a tensor, all work on it submitted. */
  bufferOf(handle: Handle): GPUBuffer;
  /** A tensor in a buffer of others, e.g. an output that a session holds. Destroying it leaves the buffer to its owner. */
  borrow(buffer: GPUBuffer, length: number): Handle;
  /** Settles when the device is lost, with the reason in words. */
  readonly lost: Promise<string>;
}

/** Something that both makers can do, from one definition. */
export interface Operation<Args extends readonly unknown[], Result> {
  /** Compiled before `gpu` runs. */
  readonly kernels: readonly Kernel[];
  /** With the device, so that a slider's first move waits for no compiler, or when it is first run. */
  readonly compiled: 'at-start' | 'on-use';
  /** The reference: what the kernels are checked against, and what runs where there is no GPU. */
  readonly cpu: (host: Host, ...args: Args) => Result | Promise<Result>;
  /** What the reference has done in parts (`host.each`), where it has: listed in `threads/tasks.ts`. */
  readonly task?: Task<never, unknown>;
  readonly gpu: (device: Device, ...args: Args) => Result | Promise<Result>;
}

/** What a reference works with. */
export interface Host {
  /** A tensor's own array: not to be changed. */
  valuesOf(handle: Handle): Float32Array;
  /** An array of whatever values that the parts of a task can write to. */
  floats(length: number): Float32Array;
  /** Takes back an array of `floats` that nobody looks at any more. */
  release(values: Float32Array): void;
  /** A new tensor of these values, which it takes over: an array of `floats`. */
  tensor(values: Float32Array): Handle;
  readonly each: Each;
}

/** One compute shader. */
export interface Kernel {
  /** Of the entry in shaders/README.md. */
  readonly name: string;
  /** Files of shaders/ without `.wgsl`, preludes first, which make up the module. */
  readonly source: readonly string[];
  /** Values of its `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** What a kernel is bound to: a tensor, a buffer of the operation's, or values, which are uploaded for it. */
export type Binding = Handle | GPUBuffer | Float32Array | Int32Array | Uint32Array | Int8Array;

/** Threads in workgroups of 64 (shaders/prelude/linear.wgsl), or workgroups, over both dimensions or as x and y. Of none nothing runs. */
export type DispatchSize = { readonly threads: number } | { readonly workgroups: number | readonly [number, number] };

/** The device's own timestamps, or the wall clock from submit until the queue is done. */
export type GpuClock = 'timestamp-query' | 'queue';

/** What the kernels of one operation are run with. Buffers that it makes live until the operation is over, tensors on where it succeeds. */
export interface Device {
  readonly features: readonly string[];
  /** An uninitialized tensor: the kernel writes all of it. */
  tensor(length: number): Handle;
  /** A zeroed buffer. */
  scratch(bytes: number): GPUBuffer;
  /** A buffer with contents. */
  constant(data: Exclude<Binding, Handle | GPUBuffer>): GPUBuffer;
  /** Compiles kernels that are chosen by `features`. */
  prepare(kernels: readonly Kernel[]): Promise<void>;
  /**
   * Records a dispatch behind what is recorded.
   * @param uniforms u32 words of binding 0 (floats and negative integers by their bits). @param bindings bound from 1 on.
   */
  dispatch(kernel: Kernel, uniforms: Uint32Array, bindings: readonly Binding[], size: DispatchSize): void;
  /** The first `bytes` of a buffer, as what is recorded in this turn of the event loop leaves it. */
  read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer>;
  /** Waits until the device has done all that is recorded. */
  done(): Promise<void>;
  /** Milliseconds of `repeats` of a dispatch in one submission of its own. */
  time(
    kernel: Kernel,
    uniforms: Uint32Array,
    bindings: readonly Binding[],
    size: DispatchSize,
    repeats: number,
    clock: GpuClock,
  ): Promise<number>;
}
