/** Inference behind one interface: makers of it lie in folders of their own, and are the only importers of an onnxruntime. */
import type { StoredBytes } from '../base/stored-bytes';
import type { Layout, Provider } from './providers';

export type { Layout, Provider } from './providers';

/** What a session runs on. */
export interface Backend {
  readonly ep: Provider;
  readonly layout: Layout;
}

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

/** A tensor in main memory; type is onnxruntime's name ("float32", "int64", "float16" as Uint16Array bits, "bool" as Uint8Array). */
export interface HostTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A tensor that stays on the GPU, e.g. a weight of the live session; float32 where no type is given. */
export interface GpuTensor {
  readonly gpuBuffer: GPUBuffer;
  readonly dims: readonly number[];
  readonly type?: string;
}

/** An output that stayed where it was computed: in a GPU's buffer, or in main memory where the session runs on processors. */
export interface HeldTensor {
  /** Can be fed to runs of any session on the same backend, or read by kernels of its device, until it is released. */
  readonly tensor: HostTensor | GpuTensor;
  /** Copies it to main memory where it is not there. */
  read(): Promise<HostTensor>;
  /** Frees a GPU's buffer once the runs under way are over; what it was fed to may go on. */
  release(): void;
}

export type Feeds = Readonly<Record<string, HostTensor | GpuTensor>>;

/** An input or output of a session: its element type as ONNX names it, and sizes, dynamic ones by name. */
export interface ValueInfo {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly (number | string)[];
}

export interface Session extends Backend {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Milliseconds that loading, optimizing and placing the graph took, without waiting for other calls. */
  readonly createMs: number;
  /**
   * One run at a time over all sessions; throws `runtime-failed` or, past the watchdog, `runtime-hung`. When the signal fires it
   * rejects at once, and the run ends on its own before the next may start.
   */
  run(feeds: Feeds, signal: AbortSignal): Promise<Readonly<Record<string, HostTensor>>>;
  /** As `run`; the outputs named in `hold` stay where they were computed. Whoever asked releases them. */
  runHolding(feeds: Feeds, signal: AbortSignal): Promise<Held>;
  /** Resolves when no run is under way: an aborted one may still read the buffers it was fed. */
  settled(): Promise<void>;
  /**
   * Ends recording and gives the events of all runs as onnxruntime's JSON (Chrome's trace format), once. Only for sessions made with
   * `profile`.
   */
  trace(): Promise<string>;
  release(): Promise<void>;
}

/** What a run gave: outputs in main memory, and those that were to be held. */
export interface Held {
  readonly outputs: Readonly<Record<string, HostTensor>>;
  readonly held: Readonly<Record<string, HeldTensor>>;
}

export interface SessionOptions {
  readonly ep: Provider;
  /** The provider's own where absent. */
  readonly layout?: Layout;
  /** Records where and how long each node runs. It splits what WebGPU would batch: a session with it is never timed. */
  readonly profile?: boolean;
  /** False: every node is computed as the graph has it. Integer kernels that the runtime fuses round elsewhere than their parts. */
  readonly optimize?: boolean;
  /** Outputs that `runHolding` leaves where they are computed. */
  readonly hold?: readonly string[];
  /**
   * Takes less of the processors and of memory, and is never timed, since it is not as others make it: threads sleep while they wait for
   * their part of a run, instead of waiting awake, and no memory is laid out ahead by what a first run took.
   */
  readonly frugal?: boolean;
}

export interface Runtime {
  /** Sessions created since start: tests prove that sliders create none. */
  readonly sessionsCreated: number;
  /** Threads that the reference computes with. */
  readonly threads: number;
  /** What there is here, a GPU's first. */
  readonly providers: readonly Provider[];
  /** What every model runs on here. */
  readonly reference: Backend;
  create(model: SessionModel, options: SessionOptions, signal: AbortSignal): Promise<Session>;
}

/**
 * What a session is made of: the bytes of a file, in memory or on the disk, or a graph whose weights lie beside it. None is copied on the
 * way to the runtime, which makes what it needs of them.
 */
export type SessionModel = ModelBytes | ModelFiles;

type ModelBytes = Uint8Array | StoredBytes;

/** A model whose weights lie in files of their own, by the paths that it gives them. */
export interface ModelFiles {
  readonly bytes: ModelBytes;
  readonly external: readonly { readonly path: string; readonly bytes: ModelBytes }[];
}

/** How a GPU's output compares with the reference's on the same feeds. */
export interface BackendCheck {
  readonly ok: boolean;
  /** The GPU's provider; null where there is none, and the reference was shown to run the model. */
  readonly checked: Provider | null;
  readonly maxAbs: number;
  readonly sqnrDb: number | null;
  /** Layout that the GPU's session must use: another than its usual one where that was tried first and differed. */
  readonly layout: Layout;
  readonly repaired: boolean;
  /** In words: "WebGPU agrees with WASM, max error 3.1e-5". */
  readonly verdict: string;
}

/** A node of the graph as the backend ran it, after its own optimizations: fused nodes are one, inserted ones have names of its making. */
export interface PlacedNode {
  readonly name: string;
  readonly op: string;
  readonly provider: 'GPU' | 'CPU';
  /** Milliseconds a run, the median on the CPU, the mean on a GPU; null for a GPU node where the device has no timestamps. */
  readonly ms: number | null;
}

/** All nodes of one operator on one provider. */
export interface PlacedOperator {
  readonly op: string;
  readonly provider: 'GPU' | 'CPU';
  readonly count: number;
  readonly ms: number | null;
}

/** Where each node of one inference ran, and for how long. */
export interface Placement {
  /** In the order of execution; copies are counted apart. */
  readonly nodes: readonly PlacedNode[];
  /** The longest first. */
  readonly operators: readonly PlacedOperator[];
  readonly gpuNodes: number;
  readonly cpuNodes: number;
  /** Copies between GPU and CPU that one inference pays beyond its inputs and outputs; `waitMs` includes waiting for the GPU to finish. */
  readonly copies: { readonly toHost: number; readonly fromHost: number; readonly waitMs: number };
  /** Runs that the times are of: all but the first, which compiles. */
  readonly runs: number;
  /** Step of the GPU's clock in milliseconds: 0.1 where the browser rounds timestamps; null where there are none. */
  readonly gpuStepMs: number | null;
}
