/**
 * The engine's jobs, each defined once: its arguments, its result, what it sends while it runs, and what must be in the worker first. The
 * page's calls, the way across the border and the worker's table are made from this list; a job without its function in `worker/table.ts`
 * does not compile.
 */
import type { ArtifactUsage } from '../../artifacts/types';
import type { MatmulTiming } from '../../compute/operations/time-matmul';
import type { DataLimits } from '../../data/limits';
import type { Picture } from '../../data/picture';
import type { Card, NamedBlob } from '../../data/types';
import type { TargetId } from '../../recipe/targets';
import type { Recipe } from '../../recipe/types';
import type { BackendCheck, Provider } from '../../runtime/types';
import type { Evaluation } from './accuracy';
import type { Best, BestGoal } from './best';
import type { DataProposal, DataSummary, PresetSearch, SplitChoice } from './data';
import type { Comparison } from './compare';
import type { BitsPoint, Environment, Exported, LayerHistogram, OpenedModel, Preview } from './model';
import type { BitBudget, BitPlan, Sensitivity, SensitivityCell, SensitivityOptions } from './sensitivity';
import type { FormComparison, Measurement, Profile, Sizes, Throughput, Truth, TruthEvidence } from './speed';

/** What is open: a worker that takes the place of another gets it before its next job. */
export type Kept = 'model' | 'data';
/**
 * 'opened': what was open must be in the worker. 'settled': a new worker must be done with it, so that it cannot come after what takes its
 * place.
 */
export type Needs = 'opened' | 'settled' | 'nothing';

export interface JobDefinition {
  readonly needs: Needs;
  /** The job opens this, and is sent again to a worker that takes the place of this one. */
  readonly opens?: Kept;
}

/** A definition with the types of its call, and of what it sends while it runs. They exist for the compiler alone. */
interface TypedJob<Call, Event> extends JobDefinition {
  readonly types?: { readonly call: Call; readonly event: Event };
}

function job<Call extends (...args: never[]) => unknown, Event = never>(
  definition: JobDefinition = { needs: 'opened' },
): TypedJob<Call, Event> {
  return definition;
}

export const JOBS = {
  /** Adapter, backend and browser in words. */
  environment: job<() => Environment>({ needs: 'nothing' }),
  /**
   * Opens a model: one `.onnx` file, and its external data files beside it. Replaces the open one only when it succeeds.
   * Throws `not-onnx`, `bad-model`, `unsupported-opset`, `external-data-missing`, `too-large`.
   */
  open: job<(files: readonly NamedBlob[]) => OpenedModel>({ needs: 'settled', opens: 'model' }),
  /** Runs the original once on WebGPU and once on WASM and compares. Keeps the layout that is right for later sessions. */
  checkBackends: job<() => BackendCheck>(),
  /** Figures of every layer under the recipe and the predicted file size. Creates no session. */
  preview: job<(recipe: Recipe) => Preview>(),
  /** Histogram of one layer (or one of its output channels; null: the whole tensor) before and after the recipe, same bins. */
  histogram: job<(recipe: Recipe, layerId: string, channel: number | null, bins: number) => LayerHistogram>(),
  /** One layer under each of these bits in the recipe's last step that quantizes weights, in their order; all else as the recipe has it. */
  bitsCurve: job<(recipe: Recipe, layerId: string, bits: readonly number[]) => readonly BitsPoint[]>(),
  /**
   * Sets the samples that `evaluate`, `measure` and agreement use, and splits them into those that passes learn from and those that are
   * scored. Files expand to `limits` at most. Throws `bad-card`, `bad-data`.
   */
  setData: job<(name: string, card: Card, files: readonly NamedBlob[], split: SplitChoice, limits: DataLimits) => DataSummary>({
    needs: 'settled',
    opens: 'data',
  }),
  /**
   * A card for dropped files (a folder, a zip, images, IDX, CIFAR binary, npy, npz, CSV, Parquet) and the open model, or the card among
   * them. Throws `bad-data`, which says what was found, where nothing fits.
   */
  proposeData: job<(files: readonly NamedBlob[], limits: DataLimits) => DataProposal>(),
  /**
   * Tries the usual ways to prepare images on at most `limit` labelled samples of the data that are set, on the live session.
   * Throws `bad-data` without images or labels, or where the model gives no class scores.
   */
  findPreset: job<(limit: number) => PresetSearch>(),
  /**
   * One sample to show, RGBA, its longer side `size` pixels at most; null where samples are no pictures. `index` counts the samples that
   * are set.
   */
  picture: job<(index: number, size: number) => Picture | null>(),
  /**
   * Accuracy and agreement of the opened file and the recipe's result; on the samples that are scored, or `limit` of them. Without data it
   * runs seeded random inputs and gives agreement only. `ep` null: the recipe's target, or WASM where that is only a software renderer.
   * `of` 'live': the weights on the live session, where a second call with other settings creates no session; 'file': the file's bytes,
   * which are written first where they are not there.
   */
  evaluate: job<(recipe: Recipe, limit: number | null, ep: Provider | null, of: Evaluation['of']) => Evaluation>(),
  /**
   * Changes one layer at a time to each bit width and sparsity, and measures what that costs on the live session. Sends each cell as it is
   * measured, those of an earlier scan with the same model, data and options at once: a cancelled scan goes on where it stopped.
   */
  sensitivity: job<(recipe: Recipe, options: SensitivityOptions) => Sensitivity, SensitivityCell>(),
  /**
   * The recipe with bits for each layer: the least predicted loss within a budget of bytes, or the smallest file within a budget of loss
   * or points. `cells` are a scan's. Throws `bad-recipe` where the budget cannot be kept.
   */
  planBits: job<(recipe: Recipe, cells: readonly SensitivityCell[], budget: BitBudget) => BitPlan>(),
  /**
   * Tries recipes that suit the goal on the samples and chooses the one that keeps most of the model. Throws `bad-recipe` where a size
   * cannot be kept.
   */
  best: job<(goal: BestGoal, target: TargetId) => Best>(),
  /** Runs the recipe, stores the weights and writes the file. The blob lives in the page; nothing is saved by itself. */
  exportModel: job<(recipe: Recipe) => Exported>(),
  /** Exports in memory, runs the opened and the written file interleaved on `ep`, and checks the written one's backends. */
  measure: job<(recipe: Recipe, ep: Provider) => Measurement>(),
  /**
   * Times another file (its model first) and the open one in turns on `ep`, and compares their answers on the samples that are scored, or
   * `limit` of them, or on made-up inputs. Throws `bad-model` where they do not take and give the same values, and what opening throws.
   */
  compare: job<(files: readonly NamedBlob[], limit: number | null, ep: Provider) => Comparison>(),
  /** Samples a second of original and result by batch size, interleaved; about 20 s at most. */
  throughput: job<(recipe: Recipe, ep: Provider) => Throughput>(),
  /** Where each node of original and result runs and how long it takes, from sessions of its own. */
  profile: job<(recipe: Recipe, ep: Provider) => Profile>(),
  /** Exports the model in each form that fits it and runs each against the original on the recipe's target; seconds a form. */
  compareForms: job<(recipe: Recipe) => FormComparison>(),
  /** The truth meter's sentences for what is known; runs no session. */
  truth: job<(evidence: TruthEvidence) => Truth>(),
  /** Raw, gzip and brotli bytes of both files and of each layer; up to a minute and a half. */
  sizes: job<(recipe: Recipe) => Sizes>(),
  /** How much results of earlier fits take on this disk, after removing them all where `clear` says so. */
  storedResults: job<(clear: boolean) => ArtifactUsage>({ needs: 'nothing' }),
  /** Matrix products of size^3 in f32, f16 and int8, interleaved. */
  benchmarkMatmul: job<(sizes: readonly number[]) => readonly MatmulTiming[]>({ needs: 'nothing' }),
};

type Jobs = typeof JOBS;
export type JobName = keyof Jobs;
type Types<K extends JobName> = NonNullable<Jobs[K]['types']>;
export type JobArguments<K extends JobName> = Parameters<Types<K>['call']>;
export type JobResult<K extends JobName> = ReturnType<Types<K>['call']>;
/** What the job sends beside its progress; never where it sends nothing. */
export type JobEvent<K extends JobName> = Types<K>['event'];
