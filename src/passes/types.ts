import type { Codec } from '../base/codec';
import type { Job } from '../base/job';
import type { Codebook, Grid } from '../base/grids';
import type { Compute, Handle } from '../compute/types';
import type { ParameterInput } from '../onnx/live';
import type { TensorProto } from 'onnx-buf';
import type { EditableModel, Layer, OnnxModel, Skipped, Storage } from '../onnx/types';
import type { Options, PassMeta } from './options';

/** How a layer's present value will be written. Values always lie exactly on the encoding's grid or in its codebook. */
export type Encoding =
  | { readonly kind: 'grid'; readonly grid: Grid; readonly storage: Storage }
  | { readonly kind: 'codebook'; readonly codebook: Codebook }
  | { readonly kind: 'float16' };

export interface Lease {
  /** The parameter's present value. Valid until `release`; never written to. */
  readonly handle: Handle;
  release(): void;
}

/**
 * The present values of all parameters (onnx/parameters) while a recipe runs, by their ids. Holds device memory for a wave of layers at a
 * time ('streaming': results are kept encoded) or for all ('resident': the live session reads them). Originals are read from the model's
 * own bytes.
 */
export interface WeightStore {
  readonly layers: readonly Layer[];
  acquire(id: string): Promise<Lease>;
  /** Replaces a layer's weight; the store owns `handle` from here on. `encoding` null means plain floats. */
  put(id: string, handle: Handle, encoding: Encoding | null): Promise<void>;
  /** The value before weight passes: as the file holds it, after the recipe's leading graph passes. */
  acquireOriginal(id: string): Promise<Lease>;
  encodingOf(id: string): Encoding | null;
  /** Whether any pass has replaced the value. */
  isChanged(id: string): boolean;
}

/** The store as a pass sees it, with the graph that it edits, whose constants always hold what biases, norms and slopes are at present. */
export interface PassStore extends WeightStore {
  /**
   * Makes a parameter of a constant that the pass has put into its graph, with the values that stood there before.
   * @param replaced the parameter whose place it takes for one of its readers, if any: that one's original is its own.
   */
  add(tensor: TensorProto, replaced: string): void;
  /** Replaces a bias, a norm or a slope, in the store and in the graph; its type rounds the values. The pass's meta says `editsGraph`. */
  set(id: string, values: ArrayLike<number>): void;
}

/** A weight that a probe takes as an input: what the pass started from, or what it has made of it so far. */
export interface ProbeWeight extends ParameterInput {
  readonly which: 'original' | 'present';
}

/** A graph made to look into another: its outputs are what is to be seen, the weights that change are its inputs. */
export interface Probe {
  readonly model: OnnxModel;
  readonly weights: readonly ProbeWeight[];
  /** How many of the samples it is run on, at most; all where it is not given. */
  readonly limit?: number;
  /** Inner values that are its inputs, kept by an earlier run; absent: it starts at the model's inputs. */
  readonly start?: ProbeStart;
  /** Inner values that are kept for later probes to start from. */
  readonly keep?: ProbeKeep;
  /** Outputs that are only counted: they stay where they are computed, and are handed on as that. */
  readonly counted?: readonly string[];
  /**
   * The network as it is, with outputs that cost little beside it: on processors it then runs sample by sample, which their caches hold,
   * with its weights as constants, which kernels lay out for themselves.
   */
  readonly plain?: boolean;
}

export interface ProbeStart {
  readonly kept: Kept;
  /** Inputs of the graph, by the names under which their values were kept. */
  readonly inputs: ReadonlyMap<string, string>;
}

export interface ProbeKeep {
  /** Float32 values of the graph, by the names that they are kept under: those of two networks side by side, or of one. */
  readonly values: ReadonlyMap<string, string>;
  /** Names of the start's that are kept on as they are. */
  readonly carried: readonly string[];
  /** Of `values`, a sample, as far as shapes tell. */
  readonly floats: number;
}

/**
 * Inner values of all samples of a run, batch by batch, within a budget of memory: float32, or float16 where there is no room for that and
 * it holds them well enough.
 * Whoever asked for them releases them.
 */
export interface Kept {
  /** In main memory. */
  readonly bytes: number;
  release(): void;
}

/** Kept values that a probe starts at are no longer there: what was spilled to the disk may be removed by others. */
export class KeptLost extends Error {
  constructor() {
    super('The values that the run was to start from are no longer there.');
    this.name = 'KeptLost';
  }
}

/** A float32 output of a probe for one batch of samples. */
export interface Observed {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Float32 values of a batch that stay where they were computed. */
export interface Counted {
  readonly length: number;
  /** How many there are about zero in bins of a width (`activationBins`, whose arguments these are), added to `into`; returns the zeros. */
  count(width: number, signed: boolean, into: Uint32Array): Promise<number>;
}

/** What a probe shows of a batch of samples. */
export type Visit = (
  outputs: Readonly<Record<string, Observed>>,
  samples: number,
  counted: Readonly<Record<string, Counted>>,
) => void | Promise<void>;

/** The user's samples, run through graphs: how passes learn of activations. Memory does not grow with their number. */
export interface Calibration {
  readonly samples: number;
  /** Tells sets of samples apart: what was learned from others must not be reused. */
  readonly key: string;
  /**
   * Runs every sample through the probe, a batch at a time, and hands its outputs to `visit` with the number of samples in them.
   * @returns what the probe asks to keep; null where it asks for nothing or there is no room.
   * @throws WhittleError where the probe does not run or the samples do not fit the model; KeptLost; AbortError when stopped.
   */
  observe(probe: Probe, visit: Visit, job: Job): Promise<Kept | null>;
}

/** What the file is made for and the running device offers, where a pass's output depends on it. */
export interface Target {
  /** Made for a GPU, not for processors. */
  readonly gpu: boolean;
  readonly shaderF16: boolean;
}

/** A layer under a step, with the options that hold for it. */
export interface SelectedLayer {
  readonly layer: Layer;
  readonly options: Options;
}

export interface PassContext {
  readonly compute: Compute;
  readonly weights: PassStore;
  /** The graph being built, already a private copy: graph passes edit `model.proto` in place. */
  readonly model: EditableModel;
  readonly target: Target;
  readonly job: Job;
  /** Layers whose values are wanted, of those that the step's filter takes, each with its effective options. */
  readonly selected: readonly SelectedLayer[];
  /** All layers that the step's filter takes: what a pass ranks together, whichever values are wanted. */
  readonly ranked: readonly SelectedLayer[];
  /** Runs on the written graph after weights are stored (full float16 conversion). */
  readonly onFinish: (edit: (model: OnnxModel) => Skipped[]) => void;
  /** null: the user gave no samples. Passes that cannot do without ask `requireCalibration`. */
  readonly calibration: Calibration | null;
  /**
   * Keeps costly results between runs of recipes that are the same up to this pass and its options, on the same samples: ranks, codes that
   * took an optimization, ranges of activations. Those that took long are kept on the user's disk as well, where the codec brings them.
   */
  keep<T>(key: string, make: () => Promise<T>, codec: Codec<T>, kind?: KeptKind): Promise<T>;
}

export interface KeptKind {
  /** 'graph': it depends on nothing but the graph before the weight passes. 'steps' where absent. */
  readonly scope?: 'steps' | 'graph';
  /** Never takes long: it is not looked for on the disk. */
  readonly quick?: boolean;
}

export interface PassResult {
  /** Ids of the layers it changed. */
  readonly changed: readonly string[];
  /** Each layer it could not touch, with the reason: never empty silence. */
  readonly skipped: readonly Skipped[];
  /** What happened in one line: "35 batch-norm nodes folded." / "No batch-norm nodes to fold." */
  readonly note: string;
  /** prune-weights: the threshold used, global or by layer, for the histogram. */
  readonly thresholds?: Readonly<Record<string, number>>;
}

export interface Pass {
  readonly meta: PassMeta;
  readonly apply: (context: PassContext, options: Options) => Promise<PassResult>;
  /**
   * Puts nearly the values that `apply` would, of the selected layers alone and without what is learned from the whole network: a slider is
   * followed on the layer in view. null: the pass changes no weights. Absent: `apply` is quick, and the same for one layer as for all.
   */
  readonly sketch?: Pass['apply'] | null;
}
