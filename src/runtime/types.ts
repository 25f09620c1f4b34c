/** Inference behind one interface; src/runtime is the only importer of onnxruntime-web. */
export type Ep = 'webgpu' | 'wasm';
export type Layout = 'NHWC' | 'NCHW';

export type TensorData =
  | Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array | string[];

/** A tensor in main memory; type is onnxruntime's name ("float32", "int64", "float16" as Uint16Array bits, "bool" as Uint8Array). */
export interface HostTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A float32 tensor that stays on the GPU, e.g. a weight of the live session. */
export interface GpuTensor {
  readonly gpuBuffer: GPUBuffer;
  readonly dims: readonly number[];
}

export type Feeds = Readonly<Record<string, HostTensor | GpuTensor>>;

export interface ValueInfo {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly (number | string)[];
}

export interface Session {
  readonly ep: Ep;
  readonly layout: Layout;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * One run at a time over all sessions; throws `runtime-failed` or, past the watchdog, `runtime-hung`. When the signal fires it
   * rejects at once, and the run ends on its own before the next may start.
   */
  run(feeds: Feeds, signal: AbortSignal): Promise<Readonly<Record<string, HostTensor>>>;
  /** Resolves when no run is under way: an aborted one may still read the buffers it was fed. */
  settled(): Promise<void>;
  release(): Promise<void>;
}

export interface SessionOptions {
  readonly ep: Ep;
  readonly layout?: Layout;
}

export interface Runtime {
  /** Sessions created since start: tests prove that sliders create none. */
  readonly sessionsCreated: number;
  readonly wasmThreads: number;
  create(model: Uint8Array, options: SessionOptions, signal: AbortSignal): Promise<Session>;
}

/** How the WebGPU output compares with WASM on the same feeds. */
export interface BackendCheck {
  readonly ok: boolean;
  readonly maxAbs: number;
  readonly sqnrDb: number | null;
  /** Layout the WebGPU session must use; 'NCHW' where NHWC was tried first and differed. */
  readonly layout: Layout;
  readonly repaired: boolean;
  /** In words: "WebGPU agrees with WASM, max error 3.1e-5". */
  readonly verdict: string;
}
