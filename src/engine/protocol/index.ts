/** What the page and the worker say to each other: types only. Every number that was not measured is null. */
import type { ComputeInfo, HistogramBins, MatmulTiming } from '../../compute/types';
import type { DataLimits } from '../../data/limits';
import type { Picture } from '../../data/picture';
import type { Card, ImageCard, NamedBlob, TensorCard } from '../../data/types';
import type { Layer, ModelSummary, Skipped, StoredForm } from '../../onnx/types';
import type { Recipe } from '../../recipe/types';
import type { BackendCheck, Ep, PlacedNode, PlacedOperator, Placement } from '../../runtime/types';
import type { PlainError } from '../../base/errors';
import type { Progress } from '../../base/job';
import type { LockHolder } from '../../base/life';
import type { Evaluation } from './accuracy';
import type { Best, BestGoal } from './best';
import type { DataProposal, DataSummary, PresetSearch } from './data';
import type { Proof } from './proof';
import type { BitBudget, BitPlan, CellListener, Sensitivity, SensitivityCell, SensitivityOptions } from './sensitivity';
import type { FormComparison, Measurement, Profile, Sizes, Throughput, Truth, TruthEvidence } from './speed';

// One import for the page, which may name the engine's types but not the rooms behind it.
export type { BackendCheck, Card, ComputeInfo, DataLimits, Ep, HistogramBins, ImageCard, Layer, MatmulTiming, ModelSummary, NamedBlob, Picture, PlacedNode, PlacedOperator, Placement, Recipe, Skipped, StoredForm, TensorCard };
export type * from './accuracy';
export type * from './best';
export type * from './data';
export type * from './proof';
export type * from './sensitivity';
export type * from './speed';

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PlainError };

export interface Environment {
  readonly compute: ComputeInfo;
  readonly ep: Ep;
  readonly wasmThreads: number;
  readonly browser: string;
  /** Why there is no WebGPU, when there is none. */
  readonly fallbackReason: string | null;
}

export interface OpenedModel {
  readonly summary: ModelSummary;
  readonly layers: readonly Layer[];
  readonly skipped: readonly Skipped[];
  readonly sha256: string;
  readonly gzipBytes: number | null;
}

/** State of one layer under the recipe. */
export interface LayerState {
  readonly id: string;
  /** Stored bits a weight: 32, 16, 8..2. */
  readonly bits: number;
  readonly storage: StoredForm;
  /** Fraction of exact zeros, 0..1. */
  readonly sparsity: number;
  /** null while the layer is unchanged (infinite). */
  readonly sqnrDb: number | null;
  readonly bytesBefore: number;
  /** Predicted while sliding, exact after an export. */
  readonly bytesAfter: number;
}

export interface StepReport {
  readonly id: string;
  readonly note: string;
  readonly changed: number;
  readonly skipped: readonly Skipped[];
  readonly thresholds?: Readonly<Record<string, number>>;
}

export interface Preview {
  readonly recipe: Recipe;
  readonly layers: readonly LayerState[];
  readonly steps: readonly StepReport[];
  /** Predicted size of the exported file. */
  readonly predictedBytes: number;
}

export interface LayerHistogram {
  readonly layerId: string;
  readonly channel: number | null;
  readonly before: HistogramBins;
  readonly after: HistogramBins;
  /** Prune threshold on |w|, or null. */
  readonly threshold: number | null;
  /** Distinct stored levels (per-tensor grid, or the chosen channel's), ascending; null where the grid differs by channel or is float. */
  readonly levels: readonly number[] | null;
  readonly step: number | null;
  readonly state: LayerState;
}

export interface Exported {
  readonly recipe: Recipe;
  readonly name: string;
  readonly blob: Blob;
  readonly bytes: number;
  readonly gzipBytes: number | null;
  readonly layers: readonly LayerState[];
  readonly steps: readonly StepReport[];
  readonly proof: Proof;
}

export interface EngineStats { readonly sessionsCreated: number; readonly deviceLosses: number }

export type JobEvents = (progress: Progress) => void;

/**
 * The worker's side. Every call is one job: `jobId` is chosen by the caller, `cancel` stops it, progress goes to `events`.
 * Nothing throws across the border: failures come back as Outcome.
 */
export interface EngineApi extends LockHolder {
  /** Answers as soon as the thread is free. */
  ping(): Promise<void>;
  environment(): Promise<Outcome<Environment>>;
  open(jobId: number, files: readonly NamedBlob[], events: JobEvents): Promise<Outcome<OpenedModel>>;
  /** Run once on WebGPU and WASM and compare. */
  checkBackends(jobId: number, events: JobEvents): Promise<Outcome<BackendCheck>>;
  /** Runs the recipe on resident weights: per-layer figures of the whole model. */
  preview(jobId: number, recipe: Recipe, events: JobEvents): Promise<Outcome<Preview>>;
  /** One layer only, fast enough to follow a slider. */
  histogram(jobId: number, recipe: Recipe, layerId: string, channel: number | null, bins: number): Promise<Outcome<LayerHistogram>>;
  setData(jobId: number, name: string, card: Card, files: readonly NamedBlob[], calibration: number, limits: DataLimits, events: JobEvents): Promise<Outcome<DataSummary>>;
  clearData(): Promise<void>;
  /** A card for these files and the open model. */
  proposeData(jobId: number, files: readonly NamedBlob[], limits: DataLimits, events: JobEvents): Promise<Outcome<DataProposal>>;
  /** Tries presets, channel orders, label offsets and crops on at most `limit` of the samples, with the model as it was opened. */
  findPreset(jobId: number, limit: number, events: JobEvents): Promise<Outcome<PresetSearch>>;
  /** One sample as a person sees it, its longer side `size` pixels at most; null where samples are no pictures. */
  picture(jobId: number, index: number, size: number): Promise<Outcome<Picture | null>>;
  /** `ep` null: the recipe's target, or WASM where that is only a software renderer. */
  evaluate(jobId: number, recipe: Recipe, limit: number | null, ep: Ep | null, of: Evaluation['of'], events: JobEvents): Promise<Outcome<Evaluation>>;
  /**
   * Changes one layer at a time, on the live session. Cells come as they are measured, those of an earlier scan with the same options
   * of a layer, samples and data at once; they are kept when the job is cancelled.
   */
  sensitivity(jobId: number, recipe: Recipe, options: SensitivityOptions, events: JobEvents, onCell: CellListener): Promise<Outcome<Sensitivity>>;
  /** The recipe with bits for each layer that fit the budget, chosen from a scan's cells. */
  planBits(jobId: number, recipe: Recipe, cells: readonly SensitivityCell[], budget: BitBudget, events: JobEvents): Promise<Outcome<BitPlan>>;
  /** Tries recipes that suit the goal and chooses one. */
  best(jobId: number, goal: BestGoal, target: Ep, events: JobEvents): Promise<Outcome<Best>>;
  exportModel(jobId: number, recipe: Recipe, events: JobEvents): Promise<Outcome<Exported>>;
  measure(jobId: number, recipe: Recipe, ep: Ep, events: JobEvents): Promise<Outcome<Measurement>>;
  throughput(jobId: number, recipe: Recipe, ep: Ep, events: JobEvents): Promise<Outcome<Throughput>>;
  profile(jobId: number, recipe: Recipe, ep: Ep, events: JobEvents): Promise<Outcome<Profile>>;
  /** On the recipe's target. */
  compareForms(jobId: number, recipe: Recipe, events: JobEvents): Promise<Outcome<FormComparison>>;
  /** Words for what is known; runs nothing. */
  truth(jobId: number, evidence: TruthEvidence): Promise<Outcome<Truth>>;
  sizes(jobId: number, recipe: Recipe, events: JobEvents): Promise<Outcome<Sizes>>;
  benchmarkMatmul(jobId: number, sizes: readonly number[], events: JobEvents): Promise<Outcome<readonly MatmulTiming[]>>;
  cancel(jobId: number): Promise<void>;
  stats(): Promise<EngineStats>;
  /** Calls `listener` with the reason whenever the GPU device is lost. One listener; a second replaces it. */
  watchDevice(listener: (reason: string) => void): Promise<void>;
  /** Drops the device on purpose, as a driver reset would: for the device-lost test. */
  loseDevice(): Promise<void>;
}
