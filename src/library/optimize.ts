/** A smaller model in one call. */
import { WhittleError } from '../base/errors';
import { writeWhole } from '../base/node/temporary';
import { DEFAULT_LIMITS } from '../data/limits';
import type { Recipe } from '../engine/protocol/index';
import { parseRecipe } from '../recipe/parse';
import { targetFor, type TargetId } from '../recipe/targets';
import { goalOf } from './goal';
import { reportOf, type Report } from '../report/index';
import { placedSamples, type Data } from './data';
import type { Model } from './model';
import { NodeStudio } from './node-studio';
import { optimize as run } from './run-task';
import { follow, type OnProgress } from './progress';

export interface OptimizeOptions {
  /** The passes to run, as the page and the command have them. Either this or `best`. */
  readonly recipe?: Recipe;
  /** In the place of a recipe: tries several and takes the one that loses least: "8-bit", "4-bit", or a size such as "500kB". */
  readonly best?: string;
  /** What `best` makes a file for: 'wasm' (processors, the default) or 'webgpu'. */
  readonly target?: TargetId;
  /** Samples that passes learn from and figures are measured on. */
  readonly data?: Data;
  /** Samples kept for passes that learn from some, and never scored. 128 unless given. */
  readonly calibration?: number;
  /** Samples that are scored at most; all others unless given. */
  readonly limit?: number;
  /** Whether original and result are timed and compared: true unless given. The file is checked all the same. */
  readonly score?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** What `optimize` gives. */
export interface Optimized {
  /** The written file. */
  readonly blob: Blob;
  /** The recipe that made it: with `best`, the chosen one. */
  readonly recipe: Recipe;
  /** Every figure, as the command's report has them; what was not measured is null. */
  readonly figures: Report;
  /** What was found on the way, in sentences. */
  readonly said: readonly string[];
  bytes(): Promise<Uint8Array>;
  /** Writes the file, whole or not at all. */
  save(path: string): Promise<void>;
}

/**
 * Runs a recipe, or the best of several, on an open model, writes the file and compares it with the original.
 * @throws WhittleError `bad-recipe`, `bad-card`, `bad-data`, `non-finite-weights`, `runtime-failed` (onnxruntime-node, an optional part of
 *   the install, is missing, say), `export-failed` where the file is not what it should be; `aborted` where `signal` fires.
 */
export async function optimize(model: Model, options: OptimizeOptions): Promise<Optimized> {
  const { recipe, best, target, data, calibration = 128, limit = null, score = true } = options;
  if ((recipe === undefined) === (best === undefined))
    throw new WhittleError('bad-recipe', 'Either a recipe or `best` has to be given.', 'Give one of them.');
  const { job, tell, said } = follow(options);
  const studio = new NodeStudio(model.engine, job);
  const { results } = await run(
    studio,
    model.opened,
    {
      recipe: recipe === undefined ? { version: 1, target: target ?? targetFor({ gpu: false }), passes: [] } : parseRecipe(recipe),
      best: best === undefined ? null : goalOf(best, '`best`'),
      data: data === undefined ? null : await placedSamples(data),
      calibration,
      scored: limit,
      limits: DEFAULT_LIMITS,
      ep: null,
      measured: score ? 'figures' : 'nothing',
      scan: false,
    },
    tell,
  );
  const figures = reportOf(results);
  const [fault] = figures.checks.proof?.faults ?? [];
  if (fault !== undefined) throw new WhittleError('export-failed', fault, 'This is a fault of Whittle: report it.');
  const blob = studio.file();
  return {
    blob,
    recipe: results.recipe,
    figures,
    said,
    bytes: async () => new Uint8Array(await blob.arrayBuffer()),
    save: (path) => writeWhole(path, blob),
  };
}
