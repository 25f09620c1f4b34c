import { pairedRatio } from '../base/stats';
import type { Ratio } from '../base/verdict';
import type {
  Evaluation,
  Latency,
  LayerState,
  Measurement,
  OpenedModel,
  Placement,
  Sensitivity,
  Sizes,
  Throughput,
} from '../engine/protocol/index';
import { encodeRecipeLink, LINK_KEY } from '../recipe/link';
import { whatStays } from '../recipe/stays';
import type { BackendTiming, Compared, Measured, PlacementSummary, Report, ReportLayer, ReportSensitivity, Results } from './types';
import { TARGETS } from '../recipe/targets';
import { ALL_PROVIDERS, providerFor } from '../engine/protocol/index';

/** The figures as REPORT.json has them. */
export function reportOf(results: Results): Report {
  const { recipe, opened, exported, preview, profile, sizes, throughput, data } = results;
  const [timed, ...others] = results.measurements;
  const { summary } = opened;
  const states = exported ?? preview;
  return {
    version: 1,
    model: {
      name: summary.name,
      bytes: summary.bytes,
      sha256: opened.sha256,
      params: summary.params,
      opset: summary.opset,
      macs: summary.macs,
    },
    recipe,
    recipeLink: `#${LINK_KEY}${encodeRecipeLink(recipe)}`,
    ...comparedOf(results, exported),
    predictedBytes: preview?.predictedBytes ?? null,
    otherBackends: others.map(timingOf),
    layers: layersOf(opened, states?.layers ?? []),
    steps: states?.steps ?? null,
    stored: states && whatStays({ recipe, layers: opened.layers, skipped: opened.skipped, states: states.layers, steps: states.steps }),
    startupMs: timed?.startup ?? null,
    throughput: throughput && withoutRecipe<Throughput>(throughput),
    placement: profile && { ep: profile.ep, before: withoutNodes(profile.before), after: withoutNodes(profile.after) },
    forms: results.forms,
    sizes: sizes && withoutRecipe<Sizes>(sizes),
    truth: results.truth?.sentences ?? null,
    sensitivity: results.sensitivity && scanOf(results.sensitivity),
    data: data && {
      name: data.name,
      samples: data.samples,
      split: data.split,
      classes: data.classes,
      labelled: data.labelled,
      problems: data.problems,
    },
    card: data?.card ?? null,
    asked: results.asked,
    tried: results.tried,
    checks: { crossEp: timed?.check ?? null, proof: exported?.proof ?? null, original: results.originalCheck },
  };
}

/** Original and result side by side, as far as they were measured. @param after sizes of the result; null: there is no file. */
export function comparedOf(
  { recipe, date, environment, opened, measurements: [timed], evaluation }: Measured,
  after: Pick<Report['after'], 'bytes' | 'gzipBytes'> | null,
): Compared {
  return {
    environment: {
      adapter: environment?.compute.name ?? null,
      browser: environment?.browser ?? null,
      ep: timed?.ep ?? providerFor(TARGETS[recipe.target], environment?.providers ?? ALL_PROVIDERS),
      wasmThreads: environment?.wasmThreads ?? null,
      software: environment?.compute.software ?? null,
      fallbackReason: environment?.fallbackReason ?? null,
      date: date.toISOString(),
    },
    before: {
      bytes: opened.summary.bytes,
      gzipBytes: opened.gzipBytes,
      latencyMs: timed?.before ?? null,
      accuracy: evaluation?.before ?? null,
    },
    after: {
      bytes: after?.bytes ?? null,
      gzipBytes: after?.gzipBytes ?? null,
      latencyMs: timed?.after ?? null,
      accuracy: evaluation?.after ?? null,
    },
    latencyRatio: timed ? ratioOf(timed) : null,
    agreement: evaluation && agreementOf(evaluation),
    paired: evaluation?.paired ?? null,
    chance: evaluation?.chance ?? null,
    classes: evaluation?.classes ?? null,
    confusion: evaluation?.confusion ?? null,
  };
}

function layersOf({ layers }: OpenedModel, states: readonly LayerState[]): ReportLayer[] {
  const known = new Map(states.map((state) => [state.id, state]));
  return layers.map((layer) => {
    const state = known.get(layer.id);
    const { id, op, shape, params } = state ?? layer;
    return {
      name: id,
      op,
      shape,
      params,
      bits: state?.bits ?? null,
      storage: state?.storage ?? null,
      sparsity: state?.sparsity ?? null,
      sqnrDb: state?.sqnrDb ?? null,
      bytesBefore: state?.bytesBefore ?? layer.bytes,
      bytesAfter: state?.bytesAfter ?? null,
    };
  });
}

function ratioOf({ before, after }: { readonly before: Latency | null; readonly after: Latency | null }): Ratio | null {
  return before && after && before.samples.length > 0 ? pairedRatio(before, after) : null;
}

function timingOf(measurement: Measurement): BackendTiming {
  const { ep, before, after, startup } = measurement;
  return { ep, before, after, ratio: ratioOf(measurement), startupMs: startup };
}

function scanOf({ recipe, options, cells, finished }: NonNullable<Results['sensitivity']>): ReportSensitivity {
  return { recipe, options, cells, finished: finished && figuresOf(finished) };
}

function figuresOf({
  layers,
  skipped,
  samples,
  top1,
  resumed,
  sessionsCreated,
  inferenceMs,
  totalMs,
}: Sensitivity): NonNullable<ReportSensitivity['finished']> {
  return { layers, skipped, samples, top1, resumed, sessionsCreated, inferenceMs, totalMs };
}

/** The report has the recipe once. */
function withoutRecipe<T extends { readonly recipe: unknown }>({ recipe: _recipe, ...rest }: T): Omit<T, 'recipe'> {
  return rest;
}

/** The number of changed answers stands with the list of them. */
function agreementOf({
  agreement: { changed: _count, ...figures },
  ep,
  of,
  madeUp,
  nonFinite,
  changed,
  outputs,
}: Evaluation): NonNullable<Report['agreement']> {
  return { ep, of, madeUp, nonFinite, ...figures, changed, outputs };
}

/** Nodes by the thousand would be most of the file. */
function withoutNodes({ nodes: _nodes, ...summary }: Placement): PlacementSummary {
  return summary;
}
