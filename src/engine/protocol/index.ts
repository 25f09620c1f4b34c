/** What the page and the worker say to each other: types only. Every number that was not measured is null. */
import type { ComputeInfo, HistogramBins, MatmulTiming } from '../../compute/types';
import type { Card, NamedBlob } from '../../data/types';
import type { Layer, ModelSummary, Skipped } from '../../onnx/types';
import type { Recipe } from '../../recipe/types';
import type { BackendCheck, Ep } from '../../runtime/types';
import type { PlainError } from '../../base/errors';
import type { Progress } from '../../base/job';

// One import for the page, which may name the engine's types but not the rooms behind it.
export type { BackendCheck, Card, ComputeInfo, Ep, HistogramBins, Layer, MatmulTiming, ModelSummary, NamedBlob, Recipe, Skipped };

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

export interface Interval { readonly low: number; readonly high: number }

/** Percentages 0..100 with 95 % Wilson intervals. */
export interface Accuracy {
  readonly top1: number;
  readonly top1Interval: Interval;
  readonly top5: number;
  readonly top5Interval: Interval;
  readonly samples: number;
}

export interface Agreement {
  /** Percent of samples whose top-1 answer is the original's; null where outputs are not class scores. */
  readonly top1: number | null;
  readonly changed: number | null;
  readonly cosine: number;
  /** Infinity is reported as null with maxAbs 0. */
  readonly sqnrDb: number | null;
  readonly maxAbs: number;
  readonly samples: number;
}

export interface ClassAccuracy {
  readonly index: number;
  /** null where the data name no classes; so everywhere below. */
  readonly name: string | null;
  readonly samples: number;
  /** Samples of this class whose top-1 answer is right. */
  readonly before: number;
  readonly after: number;
}

export interface NamedClass { readonly index: number; readonly name: string | null }

/** A wrong answer and how often it is given for samples of this label. */
export interface ConfusedPair { readonly label: NamedClass; readonly answer: NamedClass; readonly count: number }

/** Right to wrong, wrong to right, wrong to another wrong. */
export type ChangeKind = 'worse' | 'better' | 'both-wrong';

/** `confidence`: the answer's probability, 0..1 (softmax of the scores, unless they are probabilities already). */
export interface Answer extends NamedClass { readonly confidence: number }

/** A sample whose top-1 answer is another one after the recipe. */
export interface ChangedSample {
  /** Number of the sample in the data. */
  readonly sample: number;
  /** null without labels; `kind` too. */
  readonly label: NamedClass | null;
  readonly kind: ChangeKind | null;
  /** null where the scores hold NaN. */
  readonly before: Answer | null;
  readonly after: Answer | null;
}

export interface ChangedSamples {
  readonly total: number;
  /** Of the total, by kind; 0 without labels. */
  readonly worse: number;
  readonly better: number;
  readonly bothWrong: number;
  /** The first of them, at most 1,000. */
  readonly listed: readonly ChangedSample[];
}

/** Accuracy after against before on the same samples. */
export interface PairedTest {
  readonly worse: number;
  readonly better: number;
  /** Two-sided mid-p value of McNemar's test (Fagerland et al. 2013). */
  readonly p: number;
  /** Top-1 after minus before, in points, with Newcombe's 95 % interval for paired shares (1998, method 10). */
  readonly difference: number;
  readonly interval: Interval;
}

/** One output of the model on both sides, over all samples. */
export interface OutputAgreement {
  readonly name: string;
  readonly cosine: number;
  /** As in Agreement. */
  readonly sqnrDb: number | null;
  readonly maxAbs: number;
  /** Mean over samples of D(before || after) of the class probabilities, in nats; null where the output holds no class scores. */
  readonly kl: number | null;
}

/** Before and after on the live session: no export, no new session. */
export interface Evaluation {
  readonly recipe: Recipe;
  readonly before: Accuracy | null;
  readonly after: Accuracy | null;
  readonly agreement: Agreement;
  /** Every output but text, in the model's order. */
  readonly outputs: readonly OutputAgreement[];
  /** Classes that have samples; null without labels, as are `confusion` and `paired`. */
  readonly classes: readonly ClassAccuracy[] | null;
  /** The most frequent wrong answers of either side, at most 50 each. */
  readonly confusion: { readonly before: readonly ConfusedPair[]; readonly after: readonly ConfusedPair[] } | null;
  /** null where the outputs are no class scores. */
  readonly changed: ChangedSamples | null;
  readonly paired: PairedTest | null;
}

export interface Latency { readonly median: number; readonly p10: number; readonly p90: number; readonly runs: number }

export interface Exported {
  readonly recipe: Recipe;
  readonly name: string;
  readonly blob: Blob;
  readonly bytes: number;
  readonly gzipBytes: number | null;
  readonly layers: readonly LayerState[];
  readonly steps: readonly StepReport[];
}

/** The exported file really run, beside the original. */
export interface Measurement {
  readonly recipe: Recipe;
  readonly ep: Ep;
  readonly before: Latency | null;
  readonly after: Latency | null;
  readonly check: BackendCheck;
  /** Whether the exported file's output equals the studio's own values of the recipe. */
  readonly exportCheck: { readonly ok: boolean; readonly maxAbs: number };
}

export interface DataSummary {
  readonly name: string;
  readonly samples: number;
  readonly classes: number | null;
  readonly labelled: boolean;
  readonly card: Card;
  readonly problems: { readonly count: number; readonly first: readonly string[] };
}

export interface EngineStats { readonly sessionsCreated: number; readonly deviceLosses: number }

export type JobEvents = (progress: Progress) => void;

/**
 * The worker's side. Every call is one job: `jobId` is chosen by the caller, `cancel` stops it, progress goes to `events`.
 * Nothing throws across the border: failures come back as Outcome.
 */
export interface EngineApi {
  environment(): Promise<Outcome<Environment>>;
  open(jobId: number, files: readonly NamedBlob[], events: JobEvents): Promise<Outcome<OpenedModel>>;
  /** Run once on WebGPU and WASM and compare. */
  checkBackends(jobId: number, events: JobEvents): Promise<Outcome<BackendCheck>>;
  /** Runs the recipe on resident weights: per-layer figures of the whole model. */
  preview(jobId: number, recipe: Recipe, events: JobEvents): Promise<Outcome<Preview>>;
  /** One layer only, fast enough to follow a slider. */
  histogram(jobId: number, recipe: Recipe, layerId: string, channel: number | null, bins: number): Promise<Outcome<LayerHistogram>>;
  setData(jobId: number, name: string, card: Card, files: readonly NamedBlob[], events: JobEvents): Promise<Outcome<DataSummary>>;
  clearData(): Promise<void>;
  evaluate(jobId: number, recipe: Recipe, limit: number | null, events: JobEvents): Promise<Outcome<Evaluation>>;
  exportModel(jobId: number, recipe: Recipe, events: JobEvents): Promise<Outcome<Exported>>;
  measure(jobId: number, recipe: Recipe, ep: Ep, events: JobEvents): Promise<Outcome<Measurement>>;
  benchmarkMatmul(jobId: number, sizes: readonly number[], events: JobEvents): Promise<Outcome<readonly MatmulTiming[]>>;
  cancel(jobId: number): Promise<void>;
  stats(): Promise<EngineStats>;
  /** Calls `listener` with the reason whenever the GPU device is lost. One listener; a second replaces it. */
  watchDevice(listener: (reason: string) => void): Promise<void>;
  /** Drops the device on purpose, as a driver reset would: for the device-lost test. */
  loseDevice(): Promise<void>;
}
