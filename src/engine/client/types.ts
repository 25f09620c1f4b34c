/**
 * The engine as the page sees it. Every long call takes an AbortSignal first, reports progress at most ten times a second and
 * rejects with a `WhittleError` (code 'aborted' when the signal fired, 'engine-stopped' when its worker ended by itself). The worker
 * behind it is made on the first call; when it hangs, ends or does not stop in time it is replaced, and the open model and data are
 * sent to the new one before its next call. Calls may overlap: the worker serializes what must not run together.
 */
import type { OnProgress } from '../../base/job';
import type {
  Best,
  BestGoal,
  BitBudget,
  BitPlan,
  CellListener,
  Sensitivity,
  SensitivityCell,
  SensitivityOptions,
  Card,
  DataLimits,
  DataProposal,
  DataSummary,
  EngineStats,
  Environment,
  Evaluation,
  Exported,
  FormComparison,
  LayerHistogram,
  MatmulTiming,
  Measurement,
  NamedBlob,
  OpenedModel,
  Picture,
  PresetSearch,
  Preview,
  Profile,
  Sizes,
  Throughput,
  Truth,
  TruthEvidence,
  BackendCheck,
  Ep,
  Recipe,
} from '../protocol/index';

export interface Engine {
  /** Adapter, backend and browser in words. Starts the worker; asks for no model. */
  environment(signal: AbortSignal): Promise<Environment>;
  /**
   * Opens a model: one `.onnx` file, and its external data files beside it. Replaces the open one only when it succeeds.
   * Throws `not-onnx`, `bad-model`, `unsupported-opset`, `external-data-missing`, `too-large`.
   */
  open(signal: AbortSignal, files: readonly NamedBlob[], onProgress?: OnProgress): Promise<OpenedModel>;
  /** Runs the original once on WebGPU and once on WASM and compares. Keeps the layout that is right for later sessions. */
  checkBackends(signal: AbortSignal, onProgress?: OnProgress): Promise<BackendCheck>;
  /** Figures of every layer under the recipe and the predicted file size. Creates no session. */
  preview(signal: AbortSignal, recipe: Recipe, onProgress?: OnProgress): Promise<Preview>;
  /** Histogram of one layer (or one of its output channels; null: the whole tensor) before and after the recipe, same bins. */
  histogram(signal: AbortSignal, recipe: Recipe, layerId: string, channel: number | null, bins: number): Promise<LayerHistogram>;
  /**
   * Sets the samples that `evaluate`, `measure` and agreement use. `calibration` of them, drawn by a seeded shuffle, are what passes learn
   * from, and are left out of the scores of recipes with such passes. Files expand to `limits` at most. Throws `bad-card`, `bad-data`.
   */
  setData(signal: AbortSignal, name: string, card: Card, files: readonly NamedBlob[], calibration: number, limits: DataLimits, onProgress?: OnProgress): Promise<DataSummary>;
  clearData(): Promise<void>;
  /**
   * A card for dropped files (a folder, a zip, images, IDX, CIFAR binary, npy, npz, CSV, Parquet) and the open model, or the card among them.
   * Throws `bad-data`, which says what was found, where nothing fits.
   */
  proposeData(signal: AbortSignal, files: readonly NamedBlob[], limits: DataLimits, onProgress?: OnProgress): Promise<DataProposal>;
  /**
   * Tries the usual ways to prepare images on at most `limit` labelled samples of the data that are set, on the live session.
   * Throws `bad-data` without images or labels, or where the model gives no class scores.
   */
  findPreset(signal: AbortSignal, limit: number, onProgress?: OnProgress): Promise<PresetSearch>;
  /** One sample to show, RGBA, its longer side `size` pixels at most; null where samples are no pictures. `index` counts the samples that are set. */
  picture(signal: AbortSignal, index: number, size: number): Promise<Picture | null>;
  /**
   * Accuracy and agreement of the opened file and the recipe's result; `limit` samples (null: all). Without data it runs seeded random inputs
   * and gives agreement only. `of` 'live': the weights on the live session, where a second call with other settings creates no session;
   * 'file': the file's bytes, which are written first where they are not there.
   */
  evaluate(signal: AbortSignal, recipe: Recipe, limit: number | null, ep: Ep | null, of: Evaluation['of'], onProgress?: OnProgress): Promise<Evaluation>;
  /**
   * Changes one layer at a time to each bit width and sparsity, and measures what that costs on the live session. `onCell` gets each
   * cell as it is measured. A cancelled scan keeps its cells: called again with the same model, data and options it goes on where it stopped.
   */
  sensitivity(signal: AbortSignal, recipe: Recipe, options: SensitivityOptions, onCell?: CellListener, onProgress?: OnProgress): Promise<Sensitivity>;
  /**
   * The recipe with bits for each layer: the least predicted loss within a budget of bytes, or the smallest file within a budget of loss
   * or points. `cells` are a scan's. Throws `bad-recipe` where the budget cannot be kept.
   */
  planBits(signal: AbortSignal, recipe: Recipe, cells: readonly SensitivityCell[], budget: BitBudget, onProgress?: OnProgress): Promise<BitPlan>;
  /**
   * Tries recipes that suit the goal on the samples and chooses the one that keeps most of the model. Throws `bad-recipe` where a size cannot
   * be kept.
   */
  best(signal: AbortSignal, goal: BestGoal, target: Ep, onProgress?: OnProgress): Promise<Best>;
  /** Runs the recipe, stores the weights and writes the file. The blob lives in the page; nothing is saved by itself. */
  exportModel(signal: AbortSignal, recipe: Recipe, onProgress?: OnProgress): Promise<Exported>;
  /** Exports in memory, runs the opened and the written file interleaved on `ep`, and checks the written one's backends. */
  measure(signal: AbortSignal, recipe: Recipe, ep: Ep, onProgress?: OnProgress): Promise<Measurement>;
  /** Samples a second of original and result by batch size, interleaved; about 20 s at most. */
  throughput(signal: AbortSignal, recipe: Recipe, ep: Ep, onProgress?: OnProgress): Promise<Throughput>;
  /** Where each node of original and result runs and how long it takes, from sessions of its own. */
  profile(signal: AbortSignal, recipe: Recipe, ep: Ep, onProgress?: OnProgress): Promise<Profile>;
  /** Exports the model in each form that fits it and runs each against the original on the recipe's target; seconds a form. */
  compareForms(signal: AbortSignal, recipe: Recipe, onProgress?: OnProgress): Promise<FormComparison>;
  /** The truth meter's sentences for what is known; runs no session. */
  truth(signal: AbortSignal, evidence: TruthEvidence): Promise<Truth>;
  /** Raw, gzip and brotli bytes of both files and of each layer; up to a minute and a half. */
  sizes(signal: AbortSignal, recipe: Recipe, onProgress?: OnProgress): Promise<Sizes>;
  /** Matrix products of size^3 in f32, f16 and int8, interleaved. */
  benchmarkMatmul(signal: AbortSignal, sizes: readonly number[], onProgress?: OnProgress): Promise<readonly MatmulTiming[]>;
  stats(): Promise<EngineStats>;
  /** Drops the GPU device on purpose, for tests. */
  loseDevice(): Promise<void>;
  /** The GPU device was lost; the engine has already asked for a new one. Returns the function that stops listening. */
  onDeviceLost(listener: (reason: string) => void): () => void;
  /** The worker went away (cancel that did not settle, hang, crash, lack of memory); the next call has a new one. Returns the function that stops listening. */
  onRestart(listener: (reason: string) => void): () => void;
  /** Ends the worker. The next call starts a new one with nothing open. */
  dispose(): void;
}
