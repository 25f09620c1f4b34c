/** What a run asks of a studio: the engine in this process, or the built page. Each call throws the WhittleError that it fails with. */
import type { Progress } from '../base/job';
import type { DataLimits } from '../data/limits';
import type { Card } from '../data/types';
import type {
  BackendCheck,
  Best,
  BestGoal,
  DataSummary,
  Environment,
  Evaluation,
  Exported,
  FormComparison,
  Measurement,
  OpenedModel,
  PresetSearch,
  Profile,
  Provider,
  Recipe,
  Sensitivity,
  SensitivityOptions,
  Sizes,
  SplitChoice,
  Throughput,
  Truth,
} from '../engine/protocol/index';

/** A file and the path by which the model's own folder knows it. */
export interface PlacedFile {
  readonly path: string;
  readonly name: string;
}

/** Samples on the disk; `card` null: one is proposed. */
export interface PlacedSamples {
  readonly name: string;
  readonly card: Card | null;
  readonly path: string;
  readonly isFolder: boolean;
}

export interface Studio {
  /** The model first, then its external data. */
  open(files: readonly PlacedFile[]): Promise<OpenedModel>;
  /** What the files of samples may expand to, for the calls after it. */
  setLimits(limits: DataLimits): Promise<void>;
  /**
   * By their card; without one as a person's drop: a card is proposed, and with labels the preset looked for and taken where it is clearly
   * better. `said`: what was found.
   */
  addSamples(
    samples: PlacedSamples,
    split: Partial<SplitChoice>,
  ): Promise<{ readonly data: DataSummary; readonly said: readonly string[] }>;
  /** Checks the recipe, which the calls after it are about. Throws `bad-recipe`. */
  loadRecipe(json: unknown): Promise<Recipe>;
  /** The original on the samples that are scored, or so many of them, against itself. */
  scoreOriginal(limit: number | null): Promise<Evaluation>;
  findPreset(): Promise<PresetSearch>;
  /** The chosen recipe takes the place of the one loaded. */
  best(goal: BestGoal): Promise<Best>;
  exportModel(): Promise<Omit<Exported, 'blob'>>;
  measure(ep: Provider): Promise<Measurement>;
  /** `ep` null: the recipe's target, or the reference where that is only a software renderer. */
  evaluate(limit: number | null, ep: Provider | null): Promise<Evaluation>;
  scanSensitivity(options: SensitivityOptions): Promise<Sensitivity>;
  checkBackends(): Promise<BackendCheck>;
  profile(ep: Provider): Promise<Profile>;
  sizes(): Promise<Sizes>;
  throughput(ep: Provider): Promise<Throughput>;
  compareForms(): Promise<FormComparison>;
  /** Speaks from all that was measured; null before the file was written. */
  truth(): Promise<Truth | null>;
  environment(): Promise<Environment>;
  /** Hands the exported file over, by its path or as bytes. */
  save(to: (from: string | Blob) => Promise<void>): Promise<void>;
}

/** What a run tells while it works: what is done now, how far it is, what was found, and what should be looked at. */
export type Told = { readonly event: 'step' | 'note' | 'warning'; readonly words: string } | ({ readonly event: 'progress' } & Progress);

export type Tell = (told: Told) => void;
