/** Loads and runs a written file beside the opened one before anybody gets it. */
import { WhittleError } from '../../base/errors';
import { formatBytes } from '../../base/format';
import { distanceWords } from '../../base/proof-words';
import { quietly, type Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { readModel } from '../../onnx/read';
import { signatureChanges } from '../../onnx/signature';
import type { OnnxModel } from '../../onnx/types';
import type { Recipe } from '../../recipe/types';
import { countNonFinite } from '../../runtime/compare';
import type { Outputs } from '../../measure/outputs';
import type { SessionModel } from '../../runtime/types';
import type { Exported, Proof } from '../protocol/index';
import { LARGE_BYTES } from './document';
import { exportModel } from './export';
import { againstStudio } from './against-studio';
import { cannotRun, differenceOf, load, runAll } from './file-runs';
import { usesHalf } from './pair';
import type { TrialInputs } from './trial-inputs';
import type { Workbench } from './workbench';

/**
 * Writes the recipe's file and proves it. Throws `export-failed` where the written file cannot be read, loaded or run though the opened one
 * can.
 */
export async function exportProven(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<Exported> {
  const written = await exportModel(bench, recipe, job);
  const startedAt = Date.now();
  job.onProgress({ stage: 'Running the written file', done: 0, total: 1, startedAt });
  const proof = await prove(bench, data, recipe, written.blob, quietly(job));
  job.onProgress({ stage: 'Running the written file', done: 1, total: 1, startedAt });
  return { ...written, proof };
}

/**
 * Reads the written file again, loads it and runs it beside the opened one (docs/decisions/0019). What differs is told, not thrown:
 * `export-failed` is thrown where the file does not run though the opened one does. Above the size up to which models are run unasked it is
 * loaded alone.
 */
export async function prove(bench: Workbench, data: Dataset | null, recipe: Recipe, file: Blob, job: Job): Promise<Proof> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const faults = signatureChanges(bench.doc.model.proto, reread(bench.doc.model, bytes).proto, usesHalf(recipe));
  if (bench.doc.large) {
    const reason = `the opened model has ${formatBytes(bench.doc.model.bytes)}, and above ${formatBytes(LARGE_BYTES)} none is run unasked`;
    return { ...NOTHING, runnable: true, loaded: await loadedAlone(bench, bytes, job), reason, faults };
  }
  const trials = await tried(bench, data, job);
  if (trials instanceof WhittleError)
    return {
      ...NOTHING,
      loaded: await loadedAlone(bench, bytes, job),
      reason: `the opened one does not run here: ${trials.message}`,
      faults,
    };

  const outputs = await runWritten(bench, bytes, trials, job);
  const difference = differenceOf(trials.outputs, outputs);
  const { studio, lossless } = await againstStudio(bench, recipe, { trials, bytes, outputs }, job);
  if (studio?.ok === false)
    faults.push(`The written file does not compute what the studio computes with the same weights: off by ${distanceWords(studio)}.`);
  if (lossless?.ok === false) faults.push(`Passes that lose nothing changed what the model computes: off by ${distanceWords(lossless)}.`);
  return {
    loaded: true,
    ran: true,
    runnable: true,
    reason: null,
    inputs: trials.used,
    difference,
    nonFinite: countNonFinite(trials.outputs, outputs),
    studio,
    lossless,
    faults,
  };
}

const NOTHING: Proof = {
  loaded: false,
  ran: false,
  runnable: false,
  reason: null,
  inputs: null,
  difference: null,
  nonFinite: [],
  studio: null,
  lossless: null,
  faults: [],
};

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

/** Where the files are not run, the written one is at least loaded: where the opened one loads it must. */
async function loadedAlone(bench: Workbench, bytes: Uint8Array, job: Job): Promise<boolean> {
  const failure = await loadFailure(bench, bytes, job);
  if (failure !== null && (await loadFailure(bench, bench.doc.model.source, job)) === null) throw failed('does not load', failure);
  return failure === null;
}

async function loadFailure(bench: Workbench, model: SessionModel, job: Job): Promise<WhittleError | null> {
  try {
    // Without what the runtime does to a graph: it would unpack every weight, and hold the model in floats beside the file.
    await (await load(bench, model, job, !bench.doc.large)).release();
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

function failed(how: string, cause: unknown): WhittleError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WhittleError(
    'export-failed',
    `The written file ${how}, though the opened one does: ${why}`,
    'It is not handed out. Leave the pass or the layers out that it names, and report this: it is a fault of Whittle.',
    { cause },
  );
}
