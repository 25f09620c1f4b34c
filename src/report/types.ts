/** One run in figures: what the page's menu and `--report` write as JSON, and what the HTML and Markdown forms are made of. */
import type { Ratio } from '../base/verdict';
import type {
  Accuracy,
  BackendCheck,
  BestGoal,
  BitBudget,
  Card,
  Chance,
  ChangedSamples,
  ClassAccuracy,
  DataSummary,
  Environment,
  Provider,
  Evaluation,
  Exported,
  FormComparison,
  Interval,
  Latency,
  LayerState,
  Measurement,
  OpenedModel,
  OutputAgreement,
  PairedTest,
  Placement,
  Preview,
  Profile,
  Proof,
  Recipe,
  Sensitivity,
  SensitivityCell,
  Sizes,
  StepReport,
  Throughput,
  Truth,
} from '../engine/protocol/index';
import type { Stored } from '../recipe/stays';

/** What is known of one recipe on one model. null: not measured, or measured for another recipe. */
export interface Results {
  readonly recipe: Recipe;
  /** When the report is made. */
  readonly date: Date;
  readonly environment: Environment | null;
  readonly opened: OpenedModel;
  readonly data: DataSummary | null;
  /** WebGPU against WASM on the original. */
  readonly originalCheck: BackendCheck | null;
  readonly preview: Preview | null;
  readonly exported: Omit<Exported, 'blob'> | null;
  /** One a backend; the one on the recipe's target, or that stood in for it, first. */
  readonly measurements: readonly Measurement[];
  readonly evaluation: Evaluation | null;
  readonly throughput: Throughput | null;
  readonly profile: Profile | null;
  readonly forms: FormComparison | null;
  readonly sizes: Sizes | null;
  readonly truth: Truth | null;
  readonly sensitivity: (Pick<Sensitivity, 'recipe' | 'options' | 'cells'> & { readonly finished: Sensitivity | null }) | null;
  /** What was asked for where the recipe was chosen by that; null where it was set by hand. */
  readonly asked: Asked | null;
  /** Every recipe that was scored, timed or written, and those that a choice compared: this one among them. */
  readonly tried: readonly Tried[];
}

export type Asked =
  | { readonly by: 'best'; readonly goal: BestGoal }
  /**
   * `predictedLoss`: as the plan has it. `needed`: samples that would decide a limit that the plan left undecided; null where it is none.
   */
  | { readonly by: 'plan'; readonly budget: BitBudget; readonly predictedLoss: number; readonly needed: number | null };

/** A recipe beside others. null: not measured. */
export interface Tried {
  readonly label: string;
  readonly bytes: number;
  /** Counted, not predicted. */
  readonly exact: boolean;
  /** Percent, 0..100. */
  readonly top1: number | null;
  readonly top1Interval: Interval | null;
  /** Percent of the original's answers. */
  readonly agreement: number | null;
  /** Time over the original's. */
  readonly time: Ratio | null;
  /** "chosen", or why it was not; empty where there is nothing to say. */
  readonly note: string;
}

/** Of what is known, that which tells two files apart. */
export type Measured = Pick<Results, 'recipe' | 'date' | 'environment' | 'opened' | 'measurements' | 'evaluation'>;

/** Two files side by side. */
export type Compared = Pick<
  Report,
  'environment' | 'before' | 'after' | 'latencyRatio' | 'agreement' | 'paired' | 'chance' | 'classes' | 'confusion'
>;

/** REPORT.json: percentages 0..100; what was not measured is null, never 0. */
export interface Report {
  readonly version: 1;
  readonly model: {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly params: number;
    readonly opset: number;
    readonly macs: number | null;
  };
  readonly recipe: Recipe;
  /** The recipe as the part of an address after the page's own, from "#" on. */
  readonly recipeLink: string;
  readonly environment: {
    readonly adapter: string | null;
    readonly browser: string | null;
    /** Backend of the figures below. */
    readonly ep: Provider;
    readonly wasmThreads: number | null;
    /** The adapter is a software renderer: its times say nothing about a GPU. */
    readonly software: boolean | null;
    /** Why there is no WebGPU, when there is none. */
    readonly fallbackReason: string | null;
    /** ISO 8601, UTC. */
    readonly date: string;
  };
  readonly before: Side;
  readonly after: Side;
  /** Predicted size of the file; the real one is `after.bytes`. */
  readonly predictedBytes: number | null;
  /** Time after over time before, from runs that stood beside each other. */
  readonly latencyRatio: Ratio | null;
  /** Backends that were timed besides `environment.ep`. */
  readonly otherBackends: readonly BackendTiming[];
  readonly agreement: {
    /** Backend that scored, of accuracy too. */
    readonly ep: Provider;
    readonly top1: number | null;
    readonly cosine: number;
    readonly sqnrDb: number | null;
    readonly maxAbs: number;
    readonly samples: number;
    /** The written file was scored, or the weights in the studio. */
    readonly of: Evaluation['of'];
    /** What the inputs are where they are made up; null where they are samples. */
    readonly madeUp: string | null;
    /** Samples for which some output holds NaN or infinity. */
    readonly nonFinite: Evaluation['nonFinite'];
    /** Samples whose answer changed: how many, (with labels) how, and the first 1,000; null where outputs are no class scores. */
    readonly changed: ChangedSamples | null;
    readonly outputs: readonly OutputAgreement[];
  } | null;
  /** McNemar's test of the accuracies; null without labels. */
  readonly paired: PairedTest | null;
  /** The original's hits against chance: where they cannot be told from it, no accuracy means anything. null without labels. */
  readonly chance: Chance | null;
  readonly classes: readonly ClassAccuracy[] | null;
  readonly confusion: Evaluation['confusion'];
  readonly layers: readonly ReportLayer[];
  readonly steps: readonly StepReport[] | null;
  /** How many weights are stored in fewer bits, and what stays as it was, each with the reason; null until the recipe ran. */
  readonly stored: Stored | null;
  readonly startupMs: Measurement['startup'] | null;
  readonly throughput: Omit<Throughput, 'recipe'> | null;
  /** Where operators ran, and for how long; single nodes are left out. */
  readonly placement: { readonly ep: Provider; readonly before: PlacementSummary; readonly after: PlacementSummary } | null;
  /** Holds for the model; the recipe is the one whose bits the packed form took. */
  readonly forms: FormComparison | null;
  readonly sizes: Omit<Sizes, 'recipe'> | null;
  readonly truth: Truth['sentences'] | null;
  /** Each layer changed alone: holds for the model under the settings of the recipe that it names. */
  readonly sensitivity: ReportSensitivity | null;
  readonly data: Omit<DataSummary, 'card'> | null;
  readonly card: Card | null;
  readonly asked: Asked | null;
  readonly tried: readonly Tried[];
  readonly checks: {
    /** The written file's backends against each other. */
    readonly crossEp: BackendCheck | null;
    /** The written file, loaded and run beside the opened one. */
    readonly proof: Proof | null;
    /** The original's backends against each other. */
    readonly original: BackendCheck | null;
  };
}

/** Figures of one side; null: not measured. */
export interface Side {
  readonly bytes: number | null;
  readonly gzipBytes: number | null;
  readonly latencyMs: Latency | null;
  readonly accuracy: Accuracy | null;
}

export interface BackendTiming {
  readonly ep: Provider;
  readonly before: Latency | null;
  readonly after: Latency | null;
  readonly ratio: Ratio | null;
  readonly startupMs: Measurement['startup'];
}

/** A layer, and its state under the recipe: null until the recipe ran. Bytes after are predicted until the file was written. */
export interface ReportLayer extends Pick<Nullable<LayerState>, 'bits' | 'storage' | 'sparsity' | 'bytesAfter'> {
  readonly name: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly params: number;
  /** null while the layer is unchanged (infinite), or until the recipe ran. */
  readonly sqnrDb: number | null;
  readonly bytesBefore: number;
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

export type PlacementSummary = Omit<Placement, 'nodes'>;

export interface ReportSensitivity extends Pick<Sensitivity, 'recipe' | 'options'> {
  readonly cells: readonly SensitivityCell[];
  /** The rest is known of a finished scan; null where it was stopped. */
  readonly finished: Pick<
    Sensitivity,
    'layers' | 'skipped' | 'samples' | 'top1' | 'resumed' | 'sessionsCreated' | 'inferenceMs' | 'totalMs'
  > | null;
}
