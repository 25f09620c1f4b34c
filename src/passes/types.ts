import type { Job } from '../base/job';
import type { Compute, Grid, Handle, MagnitudeCut } from '../compute/types';
import type { Layer, OnnxModel, Skipped, Storage } from '../onnx/types';
import type { Options, PassMeta } from './options';

/** How a layer's present value will be written. Values always lie exactly on the encoding's grid. */
export type Encoding =
  | { readonly kind: 'grid'; readonly grid: Grid; readonly storage: Storage }
  | { readonly kind: 'float16' };

export interface Lease {
  /** The layer's present value. Valid until `release`; never written to. */
  readonly handle: Handle;
  release(): void;
}

/**
 * The present values of all layers while a recipe runs. Holds device memory for one layer at a time ('streaming': results are
 * kept encoded) or for all ('resident': the live session reads them). Originals are read from the model's own bytes.
 */
export interface WeightStore {
  readonly layers: readonly Layer[];
  acquire(layerId: string): Promise<Lease>;
  /** Replaces the value; the store owns `handle` from here on. `encoding` null means plain floats. */
  put(layerId: string, handle: Handle, encoding: Encoding | null): Promise<void>;
  encodingOf(layerId: string): Encoding | null;
  /** Whether any pass has replaced the value. */
  isChanged(layerId: string): boolean;
}

/** What the running device offers, where a pass's output depends on it. */
export interface Target {
  readonly ep: 'webgpu' | 'wasm';
  readonly shaderF16: boolean;
}

export interface PassContext {
  readonly compute: Compute;
  readonly weights: WeightStore;
  /** The graph being built, already a private copy: graph passes edit `model.proto` in place. */
  readonly model: OnnxModel;
  readonly target: Target;
  readonly job: Job;
  /** Layers this pass applies to (its `layers` filter already applied), each with its effective options. */
  readonly selected: readonly { readonly layer: Layer; readonly options: Options }[];
  /** Runs on the written graph after weights are stored (full float16 conversion). */
  readonly onFinish: (edit: (model: OnnxModel) => Skipped[]) => void;
  /** The only layer whose value is wanted, or null for all: a slider is followed on the layer in view. */
  readonly only: string | null;
  /** Keeps costly cuts between runs of recipes that are the same up to this pass and its options. */
  keptCut(key: string, make: () => Promise<MagnitudeCut>): Promise<MagnitudeCut>;
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
  apply(context: PassContext, options: Options): Promise<PassResult>;
}
