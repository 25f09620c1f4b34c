/** Loads and runs a written file beside the opened one before anybody gets it. */
import { WhittleError } from '../../base/errors';
import { quietly, type Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { readModel } from '../../onnx/read';
import { signatureChanges } from '../../onnx/signature';
import type { OnnxModel } from '../../onnx/types';
import { metaOf } from '../../passes/metas';
import { effectiveOptions } from '../../recipe/options';
import type { RecipeRun } from '../../recipe/run';
import { leadingGraphSteps } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
import { HALF_TOLERANCE, TOLERANCE } from '../../runtime/check';
import { compareAll, countNonFinite } from '../../runtime/compare';
import type { Outputs } from '../../measure/outputs';
import type { Feeds, Session } from '../../runtime/types';
import type { Exported, OutputDifference, Proof, SameCheck } from '../protocol/index';
import { exportModel } from './export';
import { fit } from './feeds';
import { createLive, type LiveGraph } from './live';
import { usesHalf } from './pair';
import type { TrialInputs } from './trial-inputs';
import type { Workbench } from './workbench';

/** How far a written file may be from the studio's own values, as a part of the output's range: the same sums, in another order. */
const STUDIO_TOLERANCE = 1e-4;

/** Failures of the runtime on one model, which say that it cannot be run here. */
const NOT_RUN: ReadonlySet<string> = new Set(['runtime-failed', 'out-of-memory', 'too-large']);

/** Writes the recipe's file and proves it. Throws `export-failed` where the written file cannot be read, loaded or run though the opened one can. */
export async function exportProven(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<Exported> {
  const written = await exportModel(bench, recipe, job);
  const startedAt = Date.now();
  job.onProgress({ stage: 'Running the written file', done: 0, total: 1, startedAt });
  const proof = await prove(bench, data, recipe, written.blob, quietly(job));
  job.onProgress({ stage: 'Running the written file', done: 1, total: 1, startedAt });
  return { ...written, proof };
}

export async function prove(bench: Workbench, data: Dataset | null, recipe: Recipe, file: Blob, job: Job): Promise<Proof> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const faults = signatureChanges(bench.doc.model.proto, reread(bench.doc.model, bytes).proto, usesHalf(recipe));
  const trials = await tried(bench, data, job);
  if (trials instanceof WhittleError) return { ...NOTHING, ...(await loadedAlone(bench, bytes, trials, job)), faults };

  const outputs = await runWritten(bench, bytes, trials, job);
  const difference = differenceOf(trials.outputs, outputs);
  const { studio, lossless } = bench.doc.large ? NOTHING : await againstStudio(bench, recipe, trials, outputs, job);
  if (studio?.ok === false) faults.push(`The written file does not compute what the studio computes with the same weights: off by ${figure(studio)}.`);
  if (lossless?.ok === false) faults.push(`Passes that lose nothing changed what the model computes: off by ${figure(lossless)}.`);
  return { loaded: true, ran: true, reason: null, inputs: trials.used, difference, nonFinite: countNonFinite(trials.outputs, outputs), studio, lossless, faults };
}

const NOTHING: Proof = { loaded: false, ran: false, reason: null, inputs: null, difference: null, nonFinite: [], studio: null, lossless: null, faults: [] };

function reread(model: OnnxModel, bytes: Uint8Array<ArrayBuffer>): OnnxModel {
  try {
    return readModel([{ name: model.name, bytes }]);
  } catch (error) {
    throw failed('cannot be read again', error);
  }
}

/** The trial inputs, or why the opened file does not run here. */
async function tried(bench: Workbench, data: Dataset | null, job: Job): Promise<TrialInputs | WhittleError> {
  try {
    return await bench.trials(data, job);
  } catch (error) {
    if (cannotRun(error)) return error;
    throw error;
  }
}

/** Where the opened file cannot be run, the written one is at least loaded: where the opened one loads it must. */
async function loadedAlone(bench: Workbench, bytes: Uint8Array, why: WhittleError, job: Job): Promise<Pick<Proof, 'loaded' | 'reason'>> {
  const reason = `The opened file does not run here: ${why.message}`;
  const failure = await loadFailure(bench, bytes, job);
  if (failure !== null && (await loadFailure(bench, bench.doc.fileBytes(), job)) === null) throw failed('does not load', failure);
  return { loaded: failure === null, reason };
}

async function loadFailure(bench: Workbench, bytes: Uint8Array, job: Job): Promise<WhittleError | null> {
  try {
    await (await load(bench, bytes, job)).release();
    return null;
  } catch (error) {
    if (cannotRun(error)) return error;
    throw error;
  }
}

async function runWritten(bench: Workbench, bytes: Uint8Array, { feeds }: TrialInputs, job: Job): Promise<Outputs[]> {
  let step = 'does not load';
  try {
    const session = await load(bench, bytes, job);
    step = 'loads, but does not run';
    return await runAll(session, feeds, job);
  } catch (error) {
    if (cannotRun(error)) throw failed(step, error);
    throw error;
  }
}

function load({ platform: { runtime } }: Workbench, bytes: Uint8Array, { signal }: Job): Promise<Session> {
  return runtime.create(bytes, { ep: 'wasm' }, signal);
}

async function runAll(session: Session, feeds: readonly Feeds[], { signal }: Job): Promise<Outputs[]> {
  try {
    const all: Outputs[] = [];
    for (const one of feeds) all.push(await session.run(fit(one, session.inputs), signal));
    return all;
  } finally {
    await session.release();
  }
}

/** The studio's own values of the recipe against the file, and the graph after passes without loss against the opened file. */
async function againstStudio(bench: Workbench, recipe: Recipe, trials: TrialInputs, written: readonly Outputs[], job: Job): Promise<Pick<Proof, 'studio' | 'lossless'>> {
  const exact = exactPrefix(recipe);
  const studio = await onStudio(bench, recipe, 'after', trials, job);
  const lossless = exact.passes.length === 0 ? null : await onStudio(bench, exact, 'before', trials, job);
  const half = usesHalf(recipe);
  return {
    studio: studio && same(differenceOf(studio, written), half ? HALF_TOLERANCE : STUDIO_TOLERANCE),
    lossless: lossless && same(differenceOf(trials.outputs, lossless), bench.doc.layers.every((l) => l.type === 'float32' || l.type === 'float64') ? TOLERANCE : HALF_TOLERANCE),
  };
}

/** The recipe up to its first pass that may lose something. */
function exactPrefix(recipe: Recipe): Recipe {
  const steps = leadingGraphSteps(recipe);
  const first = steps.findIndex((step) => {
    const meta = metaOf(step.id);
    return meta?.exact?.(effectiveOptions(meta, step)) !== true;
  });
  return { ...recipe, passes: first < 0 ? steps : steps.slice(0, first) };
}

/** Outputs on WASM of the recipe's graph with its weights as inputs, before or after its weight passes; null where such a graph cannot run. */
async function onStudio(bench: Workbench, recipe: Recipe, which: 'before' | 'after', { feeds }: TrialInputs, job: Job): Promise<Outputs[] | null> {
  const run = await bench.run(recipe, job);
  try {
    return await runGraph(bench, run, which === 'before' ? { model: run.base, key: run.baseKey, layers: run.layers } : { model: run.model, key: run.modelKey, layers: run.layers }, which, feeds, job);
  } catch (error) {
    if (cannotRun(error)) return null;
    throw error;
  } finally {
    run.dispose();
  }
}

async function runGraph({ platform }: Workbench, run: RecipeRun, graph: LiveGraph, which: 'before' | 'after', feeds: readonly Feeds[], { signal }: Job): Promise<Outputs[]> {
  const live = await createLive(graph, platform, 'wasm', 'NHWC', signal);
  try {
    const weights = await live.bind(run, which);
    try {
      const all: Outputs[] = [];
      for (const one of feeds) all.push(await weights.run(fit(one, live.inputs), signal));
      return all;
    } finally {
      weights.release();
    }
  } finally {
    await live.release();
  }
}

function differenceOf(reference: readonly Outputs[], other: readonly Outputs[]): OutputDifference {
  const { maxAbs, relative, sqnrDb } = compareAll(reference, other);
  return { maxAbs, relative, sqnrDb };
}

function same(difference: OutputDifference, tolerance: number): SameCheck {
  return { ...difference, ok: difference.relative <= tolerance };
}

function figure({ maxAbs, relative }: OutputDifference): string {
  return Number.isFinite(maxAbs) ? `${maxAbs.toExponential(1)}, ${(relative * 100).toPrecision(2)} % of the output's range` : 'values that are not finite, or missing';
}

function cannotRun(error: unknown): error is WhittleError {
  return error instanceof WhittleError && NOT_RUN.has(error.code);
}

function failed(how: string, cause: unknown): WhittleError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WhittleError('export-failed', `The written file ${how}, though the opened one does: ${why}`, 'It is not handed out. Leave the pass or the layers out that it names, and report this: it is a fault of Whittle.', { cause });
}
