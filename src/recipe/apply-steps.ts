/** The steps of a recipe applied in order. */
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import type { Compute } from '../compute/types';
import { cloneForEdit } from '../onnx/clone';
import { listLayers } from '../onnx/layers';
import type { EditableModel, Layer, OnnxModel, Skipped } from '../onnx/types';
import { passStore } from '../passes/pass-store';
import { passOf } from '../passes/registry';
import type { Calibration, Lease, Pass, PassContext, Probe, ProbeWeight, Target } from '../passes/types';
import type { OwnedWeightStore } from '../passes/weight-store';
import { atTheEnd, type Ran } from './at-end';
import type { GraphStage, RecipeCache } from './cache';
import { effectiveOptions } from './options';
import { editsGraph, lastStep, leadingGraphSteps, takesLayer, usesSamples, type StepResult } from './steps';
import type { Recipe, RecipeStep } from './types';

export interface RunInput {
  readonly recipe: Recipe;
  readonly compute: Compute;
  readonly target: Target;
  /** Of the open model; outlives the run. */
  readonly cache: RecipeCache;
  readonly job: Job;
  /** null: there are no samples. */
  readonly samples?: SampleSource | null;
}

/** Samples of the open model, run through probes whose weights are leased from the run. */
export interface SampleSource extends Pick<Calibration, 'samples' | 'key'> {
  /** The SHA-256 of the samples' values: `key` tells them apart in this process alone. */
  content(job: Job): Promise<string>;
  observe(
    probe: Probe,
    lease: (weight: ProbeWeight) => Promise<Lease>,
    visit: Parameters<Calibration['observe']>[1],
    job: Job,
  ): ReturnType<Calibration['observe']>;
}

/** What a result of these steps depends on. */
export function keyOf({ samples, target }: Pick<RunInput, 'samples' | 'target'>, prefix: string, steps: readonly RecipeStep[]): string {
  return JSON.stringify([prefix, steps, ...(steps.some(usesSamples) ? [target, samples?.key ?? null] : [])]);
}

/** What a result of the last of these steps depends on beside the open model and the device, in words that hold in another process too. */
async function identityOf(
  { samples = null, target, job }: RunInput,
  applied: readonly RecipeStep[],
  scope: 'steps' | 'graph',
  key: string,
): Promise<string> {
  const steps = scope === 'graph' ? leadingGraphSteps({ passes: applied }) : applied;
  const learns = scope === 'graph' || steps.some(usesSamples);
  return JSON.stringify([scope, key, target, steps, learns && samples !== null ? await samples.content(job) : null]);
}

/** What steps made of a stage, beside values in the store. */
export interface Applied {
  readonly model: EditableModel;
  readonly layers: readonly Layer[];
  readonly steps: readonly StepResult[];
  readonly finishers: readonly Finisher[];
}

/** An edit of the written graph that a pass asked for. */
export interface Finisher {
  /** Which of the steps asked for it. */
  readonly step: number;
  /** Returns what it could not do, but for layers that a later pass took over: of these the step's note tells. */
  readonly edit: (model: OnnxModel) => Skipped[];
}

/**
 * Applies steps to a stage, in order.
 * @param prefix what the stage depends on. @param only the one layer whose value is wanted, nearly (`Pass.sketch`); null: all values.
 */
export async function applySteps(
  input: RunInput,
  stage: GraphStage,
  store: OwnedWeightStore,
  steps: readonly RecipeStep[],
  prefix: string,
  only: string | null = null,
): Promise<Applied> {
  const { compute, target, job, cache } = input;
  const leading = leadingGraphSteps({ passes: steps }).length;
  const lastRanking = lastStep({ passes: steps }, ({ prunes }) => prunes === true);
  const graphKey = JSON.stringify([prefix, input.samples?.key ?? null]);
  const results: Ran[] = [];
  const finishers: Finisher[] = [];
  let { model, layers } = stage;
  // What later steps keep is found from values that are nearly those of a run, and must not be taken for a run's.
  let sketched = '';
  for (const [index, step] of steps.entries()) {
    job.signal.throwIfAborted();
    const pass = requirePass(step.id);
    if (pass.meta.kind === 'graph' && index >= leading) {
      results.push({ result: leftOut(step, layers), meta: pass.meta, stored: new Map() });
      continue;
    }
    // A ranking over all layers needs what earlier passes made of all of them.
    const narrowed = only !== null && index >= lastRanking;
    const apply = narrowed && pass.sketch !== undefined ? pass.sketch : pass.apply;
    if (apply === null) {
      results.push({ result: { id: step.id, changed: [], skipped: [], note: '' }, meta: pass.meta, stored: new Map() });
      continue;
    }
    const edits = editsGraph(step);
    if (edits) model = cloneForEdit(model);
    const ranked = layers
      .filter((l) => takesLayer(step.layers, l))
      .map((layer) => ({ layer, options: effectiveOptions(pass.meta, step, layer.id) }));
    const selected = narrowed ? ranked.filter(({ layer }) => layer.id === only) : ranked;
    const stepsKey = keyOf(input, prefix, steps.slice(0, index + 1)) + sketched;
    const context: PassContext = {
      compute,
      weights: passStore(store, cache.originals, model),
      model,
      target,
      job,
      selected,
      ranked,
      onFinish: (edit) => finishers.push({ step: index, edit }),
      calibration: calibrationOn(input.samples ?? null, store),
      keep: (key, make, codec, { scope = 'steps', quick = false } = {}) =>
        cache.results.keep(
          `${scope === 'graph' ? graphKey : stepsKey} ${key}`,
          make,
          codec,
          quick || only !== null ? null : () => identityOf(input, [...stage.applied, ...steps.slice(0, index + 1)], scope, key),
        ),
    };
    const result = await apply(context, effectiveOptions(pass.meta, step));
    const note = selected.length === 0 ? `${whyNone(model, layers)} ${result.note}` : result.note;
    results.push({
      result: { id: step.id, ...result, note },
      meta: pass.meta,
      stored: new Map(result.changed.map((id) => [id, store.encodingOf(id)])),
    });
    if (edits) layers = listLayers(model).layers;
    if (apply === pass.sketch) sketched = ` sketch of ${only}`;
  }
  const atEnd = atTheEnd(results, (id) => store.encodingOf(id));
  return { model, layers, steps: atEnd, finishers: finishers.map((finisher) => withoutLost(finisher, results, atEnd)) };
}

function withoutLost({ step, edit }: Finisher, ran: readonly Ran[], atEnd: readonly StepResult[]): Finisher {
  const kept = new Set(atEnd[step]?.changed);
  const lost = new Set(ran[step]?.result.changed.filter((id) => !kept.has(id)));
  return { step, edit: (model) => edit(model).filter(({ layer }) => !lost.has(layer)) };
}

/** Why a pass has no layer to change. */
function whyNone(model: OnnxModel, layers: readonly Layer[]): string {
  if (layers.length > 0) return "No layer matches the pass's filter.";
  const { skipped } = listLayers(model);
  const [first] = skipped;
  if (first === undefined) return 'The model has no weights in its file that a pass could change.';
  return (
    `The model has no weights that a pass could change: "${first.layer}": ` +
    `${first.reason}${skipped.length > 1 ? ` ${skipped.length - 1} more stay for their own reasons.` : ''}`
  );
}

/** A graph pass behind others would leave the originals that they are compared with in another graph than its own. */
function leftOut(step: RecipeStep, layers: readonly Layer[]): StepResult {
  const reason = 'The pass stands behind one that changes weights; put it before that.';
  const skipped = layers.flatMap((layer) => (takesLayer(step.layers, layer) ? [{ layer: layer.id, reason }] : []));
  return { id: step.id, changed: [], skipped, note: 'Left out: it has to stand before the passes that change weights.' };
}

/** The samples, with weights from this store. */
function calibrationOn(source: SampleSource | null, store: OwnedWeightStore): Calibration | null {
  if (source === null) return null;
  const { samples, key } = source;
  const lease = ({ id, which }: ProbeWeight): Promise<Lease> => (which === 'original' ? store.acquireOriginal(id) : store.acquire(id));
  return { samples, key, observe: (probe, visit, job) => source.observe(probe, lease, visit, job) };
}

function requirePass(id: string): Pass {
  const pass = passOf(id);
  if (pass === undefined) throw new WhittleError('bad-recipe', `There is no pass "${id}".`, 'Remove it from the recipe.');
  return pass;
}
